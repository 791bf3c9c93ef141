import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import type { EntityKind } from '../../model/kinds.ts';

export interface Facts {
  readonly entities: readonly EntityFact[];
  readonly relationships: readonly RelationshipFact[];
}

export const joined = (all: readonly Facts[]): Facts => ({
  entities: all.flatMap(({ entities }) => entities),
  relationships: all.flatMap(({ relationships }) => relationships),
});

export const thing = (key: string, kind: EntityKind, name: string, rest: Partial<EntityFact> = {}): EntityFact => ({
  key,
  kind,
  name,
  provider: 'vault',
  ...rest,
});

export const entitled = (
  source: string,
  kind: RelationshipFact['kind'],
  target: string,
  rest: Partial<RelationshipFact> = {},
): RelationshipFact => ({ source, kind, target, basis: 'entitled', certainty: 'definite', ...rest });

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

/** What a scope names of another scope stands in it as a stub. */
export function withStubs(facts: Facts, known: Map<string, EntityFact>): Facts {
  const { entities, relationships } = once(facts);
  for (const entity of entities) if (!entity.stub) known.set(entity.key, entity);
  const own = new Set(entities.map(({ key }) => key));
  const ends = new Set(relationships.flatMap(({ source, target }) => [source, target]));
  const stubs = [...ends].flatMap((key): EntityFact[] => {
    const entity = own.has(key) ? undefined : known.get(key);
    return entity ? [{ key, kind: entity.kind, name: entity.name, provider: entity.provider, stub: true }] : [];
  });
  return { entities: [...entities, ...stubs], relationships };
}

/** A server's time, or undefined for none: `0001-01-01T00:00:00Z`, null. */
export function timeOf(text: string | null | undefined): string | undefined {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) || at <= 0 ? undefined : new Date(at).toISOString();
}
