/** A fact as text that is equal exactly when the fact is: how a store tells a refresh from a change. */
import type { EntityFact, Properties, RelationshipFact } from './entity.ts';
import { canonicalJson } from './ledger.ts';
import { strengthOf } from './merge.ts';
import { relationshipId } from './relationship-id.ts';

/** Everything but the key, as JSON. The order in which a collector set fields and properties does not show. */
export function entityFactText(fact: EntityFact): string {
  const text = JSON.stringify({
    kind: fact.kind,
    name: fact.name,
    provider: fact.provider,
    stub: fact.stub,
    overlay: fact.overlay,
    owner: fact.owner,
    environment: fact.environment,
    tier: fact.tier,
    intendedUse: fact.intendedUse,
    trustTier: fact.trustTier,
    state: fact.state,
    expiresAt: fact.expiresAt,
  });
  return withProperties(text, fact.properties);
}

export const entityFactFrom = (key: string, text: string): EntityFact => ({
  key,
  ...(JSON.parse(text) as Omit<EntityFact, 'key'>),
});

/** What is read only to explain a relationship: reason, class of condition, first use, properties. Null when there is none. */
export function explanationText(fact: RelationshipFact): string | null {
  const { reason, conditionClass, firstSeen, properties } = fact;
  if (reason === undefined && conditionClass === undefined && firstSeen === undefined && properties === undefined) return null;
  return withProperties(JSON.stringify({ reason, conditionClass, firstSeen }), properties);
}

/** One fact per key and stubness: what came last of the same. */
export function distinctEntities(facts: readonly EntityFact[]): EntityFact[] {
  const distinct = new Map<string, EntityFact>();
  for (const fact of facts) distinct.set(fact.stub ? ` ${fact.key}` : fact.key, fact);
  return distinct.size === facts.length ? [...facts] : [...distinct.values()];
}

/** One fact per (source, kind, target): the strongest, and of equals the last. */
export function distinctRelationships(facts: readonly RelationshipFact[]): RelationshipFact[] {
  const distinct = new Map<string, RelationshipFact>();
  for (const fact of facts) {
    const id = relationshipId(fact);
    const known = distinct.get(id);
    if (!known || strengthOf(fact) <= strengthOf(known)) distinct.set(id, fact);
  }
  return distinct.size === facts.length ? [...facts] : [...distinct.values()];
}

function withProperties(text: string, properties: Properties | undefined): string {
  if (properties === undefined) return text;
  return `${text.slice(0, -1)}${text.length > 2 ? ',' : ''}"properties":${canonicalJson(properties)}}`;
}
