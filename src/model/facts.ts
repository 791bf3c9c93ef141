/** What collectors say of one scope, and the shortest ways to say it. */
import type { EntityFact, RelationshipFact } from './entity.ts';

export interface Facts {
  readonly entities: readonly EntityFact[];
  readonly relationships: readonly RelationshipFact[];
}

export const joinedFacts = (all: readonly Facts[]): Facts => ({
  entities: all.flatMap(({ entities }) => entities),
  relationships: all.flatMap(({ relationships }) => relationships),
});

/** A relationship that the provider's configuration grants, for certain unless `rest` says otherwise. */
export const entitled = (
  source: string,
  kind: RelationshipFact['kind'],
  target: string,
  rest: Partial<RelationshipFact> = {},
): RelationshipFact => ({ source, kind, target, basis: 'entitled', certainty: 'definite', ...rest });

/** A scope names what another scope owns by a stub of what is `known` of it; what nobody knows it leaves as it is. */
export function withStubs({ entities, relationships }: Facts, known: ReadonlyMap<string, EntityFact>): Facts {
  const own = new Set(entities.map(({ key }) => key));
  const ends = new Set(relationships.flatMap(({ source, target }) => [source, target]));
  const stubs = [...ends].flatMap((key): EntityFact[] => {
    const entity = own.has(key) ? undefined : known.get(key);
    return entity ? [{ key, kind: entity.kind, name: entity.name, provider: entity.provider, stub: true }] : [];
  });
  return { entities: [...entities, ...stubs], relationships };
}

/** Without relationships to or from what nobody tells of. */
export const amongKnown = ({ entities, relationships }: Facts, known: ReadonlyMap<string, EntityFact>): Facts => ({
  entities,
  relationships: relationships.filter(({ source, target }) => known.has(source) && known.has(target)),
});

/** By key, each entity that some of the facts tell of, the last that does. */
export const entitiesByKey = (all: Iterable<Facts>): Map<string, EntityFact> =>
  new Map([...all].flatMap(({ entities }) => entities.map((entity) => [entity.key, entity] as const)));
