/**
 * A join says what no single source can: facts that follow from facts of several. Pure, and the same answer whatever the order.
 *
 * Joins never feed on what joins said before, or a fact would keep itself alive after its source took it back; within one pass a
 * join sees what those before it in the register derived.
 */
import type { Entity, EntityFact, RelationshipFact } from '../model/entity.ts';
import type { EntityKind, RelationshipKind } from '../model/kinds.ts';

export type JoinEntity = Pick<Entity, 'key' | 'kind' | 'name' | 'provider' | 'properties' | 'state' | 'expiresAt'>;

/** Restricted to the kinds that the join needs. */
export interface JoinInput {
  readonly entities: readonly JoinEntity[];
  readonly relationships: readonly RelationshipFact[];
}

export interface Derived {
  readonly entities: readonly EntityFact[];
  readonly relationships: readonly RelationshipFact[];
}

export interface JoinNeeds {
  readonly entities: readonly EntityKind[];
  readonly relationships: readonly RelationshipKind[];
  /** Of these, the kinds without any one of which nothing follows: where one is not there, the others are not read. */
  readonly essential: readonly RelationshipKind[];
}

export interface Join {
  /** The origin of its facts is `join:<name>`. */
  readonly name: string;
  readonly needs: JoinNeeds;
  /** The kinds of its facts: what joins after it may find there. */
  readonly derives: readonly RelationshipKind[];
  /** Whether an entity of a kind that it needs can matter to it. Without it, each can: of a large graph all are held then. */
  looksAt?(entity: JoinEntity): boolean;
  /** Ids of which two entities must share one to matter to it: it looks at no others. */
  sharedIds?(entity: JoinEntity): readonly string[];
  /** Whether nothing follows from these entities, whatever the relationships: of a large graph these need not be read then. */
  isIdle(entities: readonly JoinEntity[]): boolean;
  run(input: JoinInput): Derived;
}

/** What a relationship says, without what the store computed of its claims. */
export function factOf(relationship: RelationshipFact): RelationshipFact {
  const { source, kind, target, basis, certainty, reason, condition, conditionClass, levels, alternative } = relationship;
  const { version, firstSeen, lastUsed, uses, properties } = relationship;
  const optional = { reason, condition, conditionClass, levels, alternative, version, lastUsed, uses, properties };
  const seen = basis === 'observed' ? { firstSeen } : {};
  const stated = Object.entries({ ...optional, ...seen }).filter(([, value]) => value !== undefined);
  return { source, kind, target, basis, certainty, ...Object.fromEntries(stated) };
}
