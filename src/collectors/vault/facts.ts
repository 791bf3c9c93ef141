import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { type Facts, withStubs } from '../../model/facts.ts';
import type { EntityKind } from '../../model/kinds.ts';

export const thing = (key: string, kind: EntityKind, name: string, rest: Partial<EntityFact> = {}): EntityFact => ({
  key,
  kind,
  name,
  provider: 'vault',
  ...rest,
});

/** One fact of a key, one of a relationship: the first that was said. */
export function once({ entities, relationships }: Facts): Facts {
  const byKey = new Map<string, EntityFact>();
  for (const one of entities) if (!byKey.has(one.key) || byKey.get(one.key)?.stub) byKey.set(one.key, one);
  const byName = new Map<string, RelationshipFact>();
  for (const one of relationships) {
    const name = `${one.source}\n${one.kind}\n${one.target}`;
    if (!byName.has(name)) byName.set(name, one);
  }
  return { entities: [...byKey.values()], relationships: [...byName.values()] };
}

/** Also remembers what the facts tell of. */
export function withStubsOf(known: Map<string, EntityFact>, said: Facts): Facts {
  const facts = once(said);
  for (const entity of facts.entities) if (!entity.stub) known.set(entity.key, entity);
  return withStubs(facts, known);
}

/** A server's time, or undefined for none: `0001-01-01T00:00:00Z`, null. */
export function timeOf(text: string | null | undefined): string | undefined {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) || at <= 0 ? undefined : new Date(at).toISOString();
}
