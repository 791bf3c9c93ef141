/** A system in which a step is carried out. `test/contracts/enforcer.ts` is the promise as a suite. */
import type { EntityKind } from '../model/kinds.ts';
import type { Action, PlanStep } from '../model/plan.ts';
import type { Checked } from './checked.ts';

export interface Preflight {
  /** Empty when the step may run; else what is missing and how to get it. */
  readonly refusals: readonly string[];
  /** What `undo` needs to bring back exactly what was; sealed before it is stored. Empty: there is nothing to bring back. */
  readonly preImage: string;
  /** The control was already in place: it is not ours to restore. */
  readonly preexisting: boolean;
}

export interface Applied {
  /** Request ids and answers, in words; never a secret. */
  readonly evidence: readonly string[];
  /**
   * What another process knows the step's own work by, as the target itself tells it: an id, a version, a time that the system gave;
   * never a secret. Kept with the step, and given back as `EnforcerContext.recorded`. A system that can hold a mark of the step (a tag, a
   * field manager, a token of the call) needs none: a mark also survives a call whose answer was lost.
   */
  readonly traces?: readonly string[];
}

/** What the store holds of earlier calls of the step. */
export interface Recorded {
  /** When its last call was about to be made: it was stored before the call. */
  readonly since: string;
  /** Of all calls whose answer was stored, the oldest first. */
  readonly traces: readonly string[];
  /** As its first preflight answered; empty where there was nothing to keep. Throws where it is sealed by a key that is not here. */
  preImage(): string;
}

/**
 * A new credential as its consumers need it, by the words of its system: `value` is always there (the secret part); AWS keys also have
 * `accessKeyId`, AppRoles `roleId`, database users `user`.
 */
export type NewCredential = Readonly<Record<string, string>> & { readonly value: string };

/** Carries a new credential from the step that issues it to the steps that distribute it. In memory only: lost with the process. */
export interface HandOver {
  /** `issue` puts it here, under the key of the credential that it replaces. */
  give(replaced: string, credential: NewCredential): void;
  /** `distribute` takes it from here; `undefined` when it was not issued by this process. */
  find(replaced: string): NewCredential | undefined;
}

export interface Probed {
  readonly state: 'effective' | 'propagating' | 'partial' | 'not-effective';
  readonly evidence: readonly string[];
  /** What outlives the step. */
  readonly residualUntil?: string;
}

/** What a system itself tells of the use of what a step issued. */
export interface Sighting {
  /** The last use since it was issued, by the system's own clock; absent where none is to be seen. */
  readonly lastUsed?: string;
  /** What was seen, or why nothing is; never a secret. */
  readonly evidence: readonly string[];
}

export interface EnforcerContext {
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
  readonly now: () => Date;
  readonly handOver: HandOver;
  /** Absent before the first call. */
  readonly recorded?: Recorded;
}

/**
 * Every method is idempotent and cancellable. A provider that asks to wait is a ThrottledError.
 *
 * Rotation: `issue` makes a second proof (its pre-image says which were there, so that `undo` takes exactly the new one away) and gives
 * it to the hand-over; made again after a crash it takes away what it cannot give any more and issues anew. `distribute` (target: the
 * place, `for`: the credential replaced, `parameters.field`: which part of it goes there) writes what it finds in the hand-over.
 */
export interface Enforcer extends AsyncDisposable {
  /** The configured name: a step's `connector`. */
  readonly name: string;
  readonly type: string;
  /** Changes nothing: its steps end `skipped`. */
  readonly simulates?: boolean;
  /** A person does the step and says so: it stays `accepted` until then. */
  readonly waitsForPerson?: boolean;
  /** Its pre-images come from outside and may hold anything: never stored unsealed. */
  readonly foreignPreImages?: boolean;
  /** Which control a step works on (`login`, …): two steps of one control share a hold. */
  controlOf(step: PlanStep): string;
  /** What is really held, where that is not the step's target: a password is held through its role. */
  heldTarget?(step: PlanStep): string;
  supports(kind: EntityKind, action: Action): boolean;
  /** What steps would be refused for, before there is one: as Collector.check. Throws what keeps it from being reached. */
  check?(signal: AbortSignal): AsyncIterable<Checked>;
  preflight(step: PlanStep, context: EnforcerContext): Promise<Preflight>;
  apply(step: PlanStep, context: EnforcerContext): Promise<Applied>;
  probe(step: PlanStep, context: EnforcerContext): Promise<Probed>;
  /**
   * Whether what an `issue` step made is in use, where the system tells that from the use of other proofs of the same identity, and no log
   * that is collected does. Only reads.
   */
  sighting?(issue: PlanStep, context: EnforcerContext): Promise<Sighting>;
  undo(step: PlanStep, preImage: string, context: EnforcerContext): Promise<Applied>;
}
