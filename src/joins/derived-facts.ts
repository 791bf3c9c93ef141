import type { Entity, Relationship, RelationshipFact } from '../model/entity.ts';
import type { EntityKind, RelationshipKind } from '../model/kinds.ts';
import { mergeEntity, mergeRelationship } from '../model/merge.ts';
import type { Derived, Join, JoinEntity, JoinNeeds } from './join.ts';

const ORIGIN = 'join:';

export interface DerivedBy extends Derived {
  /** `join:<name>`. */
  readonly origin: string;
}

/** Every kind that some join needs: what a caller has to load. */
export function needsOf(joins: readonly Join[]): JoinNeeds {
  return {
    entities: [...new Set<EntityKind>(joins.flatMap(({ needs }) => needs.entities))],
    relationships: [...new Set<RelationshipKind>(joins.flatMap(({ needs }) => needs.relationships))],
  };
}

/** What all joins say of these facts, one answer per join, in their order. What joins claimed before is left out of account. */
export function derivedFacts(
  joins: readonly Join[],
  given: { readonly entities: readonly Entity[]; readonly relationships: readonly Relationship[] },
): DerivedBy[] {
  const entities: readonly JoinEntity[] = given.entities.map(toldEntity).filter((entity) => entity !== undefined);
  const relationships: RelationshipFact[] = given.relationships.map(toldRelationship).filter((told) => told !== undefined);
  return joins.map(({ name, needs, run }) => {
    const derived = run({
      entities: entities.filter(({ kind }) => needs.entities.includes(kind)),
      relationships: relationships.filter(({ kind }) => needs.relationships.includes(kind)),
    });
    relationships.push(...derived.relationships);
    return { origin: `${ORIGIN}${name}`, ...derived };
  });
}

const isTold = ({ origin }: { readonly origin: string }): boolean => !origin.startsWith(ORIGIN);

function toldEntity(entity: Entity): Entity | undefined {
  const claims = entity.claims.filter(isTold);
  if (claims.length === entity.claims.length) return entity;
  return claims.length > 0 ? mergeEntity(entity.key, claims) : undefined;
}

/** As a fact again: what the store computed is left off, so that it does not become part of what is derived. */
function toldRelationship(relationship: Relationship): RelationshipFact | undefined {
  const told = relationship.claims.filter(isTold);
  if (told.length === 0) return undefined;
  const merged = told.length === relationship.claims.length ? relationship : mergeRelationship(told);
  const { claims, firstSeen, lastSeen: _, generation: __, ...fact } = merged;
  return claims.some((claim) => claim.fact.firstSeen !== undefined) ? { ...fact, firstSeen } : fact;
}
