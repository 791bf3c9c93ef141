/**
 * One word per idea:
 *
 *   entity        a node: identity, credential, place, thing; `key` is unique and never changes
 *   relationship  a directed, named tie between two entities, known by (source, kind, target)
 *   fact          what a collector says of an entity or a relationship, now
 *   claim         a fact as the store keeps it: with the source, the scope and the generation that said it
 *   scope         the part of a source that is collected, and swept, as a whole (an AWS account, a repository…)
 *   generation    one integer per store, +1 for each committed collection
 *   stub          a claim about a thing that another source owns: it names it, no more
 */
import type { Basis, Certainty, ConditionClass, EntityKind, Environment, Level, RelationshipKind, State, Tier } from './kinds.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Properties = Readonly<Record<string, Json>>;

/** ISO-8601 UTC with milliseconds. */
export type Time = string;

/** What may be said of any entity, by its own source or by an overlay of facts. */
export interface EntityContext {
  readonly owner?: string;
  readonly environment?: Environment;
  /** 0 crown jewel … 3 ordinary; absent is unknown. */
  readonly tier?: Tier;
  readonly intendedUse?: string;
  readonly trustTier?: string;
}

export interface EntityFact extends EntityContext {
  readonly key: string;
  readonly kind: EntityKind;
  readonly name: string;
  /** The system that owns the thing: `aws`, `github`, `postgres`, … */
  readonly provider: string;
  /** True when this source only names the thing. A stub never overrides kind, name or properties. */
  readonly stub?: boolean;
  /** True when a person said it (`declared` facts): its context wins over what sources infer. */
  readonly overlay?: boolean;
  readonly properties?: Properties;
  readonly state?: State;
  readonly expiresAt?: Time;
}

/**
 * What a consumer falls back on. It has groups, a group has options, an option has relationships: an option is dead when any of its
 * relationships is, a group when all its options are, the consumer breaks when any of its groups is. Without one: a group of its own.
 */
export interface Alternative {
  readonly group: string;
  readonly option: string;
}

export interface RelationshipFact {
  readonly source: string;
  readonly kind: RelationshipKind;
  readonly target: string;
  readonly basis: Basis;
  readonly certainty: Certainty;
  /** One sentence, or the id of the statement that grants it. Required for CAN_CONTROL. */
  readonly reason?: string;
  /** What must still hold, in words. Required for `conditional`. */
  readonly condition?: string;
  readonly conditionClass?: ConditionClass;
  /** CONTAINS only; absent means all. */
  readonly levels?: readonly Level[];
  /** USES and READS only. */
  readonly alternative?: Alternative;
  /** EXPOSES only. */
  readonly version?: 'current' | 'previous';
  /** Of observed facts: event times. */
  readonly firstSeen?: Time;
  readonly lastUsed?: Time;
  /** Distinct events in the window. */
  readonly uses?: number;
  readonly properties?: Properties;
}

export interface Claim {
  /** The configured source's name, or `join:<name>`. */
  readonly origin: string;
  readonly scope: string;
  readonly generation: number;
  /** Collection time of the newest collection that said it. */
  readonly lastSeen: Time;
  readonly since: Time;
}

export interface EntityClaim extends Claim {
  readonly fact: EntityFact;
}

export interface RelationshipClaim extends Claim {
  readonly fact: RelationshipFact;
}

/** An entity as everybody sees it: its claims merged by `mergeEntity`. */
export interface Entity extends EntityContext {
  readonly key: string;
  readonly kind: EntityKind;
  readonly name: string;
  readonly provider: string;
  readonly properties: Properties;
  readonly state: State;
  readonly expiresAt?: Time;
  /** What sources disagree about, who says what: the kind, or owner, environment, tier, intended use and trust tier. */
  readonly conflicts?: readonly string[];
  /** True while only stubs speak of it. */
  readonly stub: boolean;
  readonly firstSeen: Time;
  readonly lastSeen: Time;
  readonly generation: number;
  readonly claims: readonly EntityClaim[];
}

/** A relationship as everybody sees it: the strongest claim's certainty, and that claim's basis, reason and condition. */
export interface Relationship extends RelationshipFact {
  readonly firstSeen: Time;
  readonly lastSeen: Time;
  readonly generation: number;
  readonly claims: readonly RelationshipClaim[];
}

export interface RelationshipName {
  readonly source: string;
  readonly kind: RelationshipKind;
  readonly target: string;
}

/** A policy, role document or workflow text, kept beside the graph: scrubbed of secret values, content-addressed. */
export interface DocumentFact {
  /** What it belongs to: an entity key, or a name of its own such as an AWS managed policy's ARN. */
  readonly subject: string;
  /** `trust-policy`, `inline-policy`, `managed-policy`, `resource-policy`, `workflow`, … */
  readonly type: string;
  readonly name: string;
  readonly body: Json;
}

export interface StoredDocument extends DocumentFact {
  readonly origin: string;
  readonly scope: string;
  /** SHA-256 of the canonical JSON of `body`, hex. */
  readonly hash: string;
  readonly generation: number;
}
