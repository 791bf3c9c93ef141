/** Runs the joins over what sources said, and replaces what they derived before. */
import { joins } from '../joins/index.ts';
import type { Derived, Join, JoinEntity } from '../joins/join.ts';
import type { Entity, EntityFact, Relationship, RelationshipFact } from '../model/entity.ts';
import type { EntityKind, RelationshipKind } from '../model/kinds.ts';
import { mergeEntity, mergeRelationship } from '../model/merge.ts';
import { relationshipId } from '../model/relationship-id.ts';
import type { App } from './app.ts';

const isSaid = ({ origin }: { readonly origin: string }): boolean => !origin.startsWith('join:');

/** How many derived claims changed. */
export async function deriveFacts({ store, clock }: Pick<App, 'store' | 'clock'>): Promise<number> {
  const entities = new Map<string, JoinEntity>();
  const relationships: RelationshipFact[] = [];
  const entityKinds = new Set<EntityKind>(joins.flatMap(({ needs }) => needs.entities));
  const relationshipKinds = [...new Set<RelationshipKind>(joins.flatMap(({ needs }) => needs.relationships))];
  for await (const batch of store.readEntities({ kinds: [...entityKinds] })) {
    for (const entity of batch) {
      const said = entityKinds.has(entity.kind) ? saidEntity(entity) : undefined;
      if (said) entities.set(said.key, said);
    }
  }
  for await (const batch of store.readRelationships({ kinds: relationshipKinds })) {
    for (const relationship of batch) {
      const said = saidRelationship(relationship);
      if (said) relationships.push(said);
    }
  }
  let changed = 0;
  for (const join of joins) {
    const derived = join.run(inputOf(join, entities, relationships));
    changed += await store.replaceDerived(`join:${join.name}`, clock().toISOString(), derived);
    addDerived(derived, entities, relationships);
  }
  return changed;
}

function saidEntity(entity: Entity): JoinEntity | undefined {
  if (entity.claims.every(isSaid)) return joinEntity(entity);
  const claims = entity.claims.filter(isSaid);
  return claims.length > 0 ? joinEntity(mergeEntity(entity.key, claims)) : undefined;
}

function saidRelationship(relationship: Relationship): RelationshipFact | undefined {
  if (relationship.claims.every(isSaid)) return withoutLife(relationship);
  const claims = relationship.claims.filter(isSaid);
  return claims.length > 0 ? withoutLife(mergeRelationship(claims)) : undefined;
}

/** Claims are many times the fact; hundreds of thousands of facts are held at once. */
const withoutLife = ({
  claims: _claims,
  lastSeen: _lastSeen,
  generation: _generation,
  ...fact
}: Relationship): RelationshipFact => fact;

const inputOf = ({ needs }: Join, entities: ReadonlyMap<string, JoinEntity>, relationships: readonly RelationshipFact[]) => ({
  entities: [...entities.values()].filter(({ kind }) => needs.entities.includes(kind)),
  relationships: relationships.filter(({ kind }) => needs.relationships.includes(kind)),
});

/** A later join sees what the earlier ones derived, where no source says it already. Names are made to compare, and not kept. */
function addDerived(derived: Derived, entities: Map<string, JoinEntity>, relationships: RelationshipFact[]): void {
  for (const fact of derived.entities) if (!entities.has(fact.key)) entities.set(fact.key, joinEntity(fact));
  if (derived.relationships.length === 0) return;
  const fresh = new Map(derived.relationships.toReversed().map((fact) => [relationshipId(fact), fact]));
  for (const said of relationships) fresh.delete(relationshipId(said));
  for (const fact of fresh.values()) relationships.push(fact);
}

const joinEntity = ({ key, kind, name, provider, properties, state, expiresAt }: EntityFact): JoinEntity => ({
  key,
  kind,
  name,
  provider,
  properties: properties ?? {},
  state: state ?? 'unknown',
  ...(expiresAt !== undefined && { expiresAt }),
});
