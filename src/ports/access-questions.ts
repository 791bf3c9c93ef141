/**
 * What a provider's permission semantics say of the collected estate: may this principal do this to that, and who may? Answered from the
 * documents that are kept beside the graph, so that the thing asked about need not be collected, nor the action be one of the graph's.
 */
import type { StoredDocument } from '../model/entity.ts';

export const ACCESS_VERDICTS = ['allowed', 'conditional', 'implicit-deny', 'explicit-deny'] as const;

export interface AccessDecision {
  readonly policy: string;
  readonly statement: string;
  readonly effect: 'Allow' | 'Deny';
}

export interface AccessVerdict {
  readonly verdict: (typeof ACCESS_VERDICTS)[number];
  /** What the caller's request must still bring, one sentence each; all must hold. Empty unless conditional. */
  readonly conditions: readonly string[];
  /** The statements that decided. */
  readonly because: readonly AccessDecision[];
}

/** In the provider's words. */
export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  /** What the request carries, by key; what it does not name, and only a caller decides, is unknown. */
  readonly context: ReadonlyMap<string, readonly string[]>;
  /** Whose the resource is, when its name does not tell. */
  readonly account?: string;
}

export interface PrincipalVerdict extends AccessVerdict {
  readonly key: string;
}

interface Seen {
  /** Keys of entities whose coverage bears on the answer. */
  readonly touched: readonly string[];
  /** What was not collected and may change the answer, one sentence each. */
  readonly gaps: readonly string[];
}

export interface CanAnswer extends AccessVerdict, Seen {}

export interface WhoCanAnswer extends Seen {
  /** Principals of the estate, and services that the resource's own policy lets in: allowed or conditional, by key. */
  readonly items: readonly PrincipalVerdict[];
  /** Whom the resource's own policy lets in from outside the estate. */
  readonly outside: readonly PrincipalVerdict[];
}

export interface AccessQuestions {
  /** Undefined when the key is none of the estate's principals. Throws a UsageError for words that the provider does not know. */
  can(principal: string, request: AccessRequest): CanAnswer | undefined;
  whoCan(request: AccessRequest): WhoCanAnswer;
}

/** Stands beside a provider's collector, which keeps the documents that it reads. */
export interface AccessProvider {
  /** The types of source whose documents it reads. */
  readonly sources: readonly string[];
  /** Whether a key may be one of its principals. */
  knows(principal: string): boolean;
  /** Whether an action is in its words. */
  speaks(action: string): boolean;
  load(documents: AsyncIterable<StoredDocument>, now: Date): Promise<AccessQuestions>;
}
