/**
 * Small graphs as the case files write them: `source KIND target basis [certainty] [group/option] [name=value…]`; a space in a key
 * is `%20`.
 */
import { type AccessGraph, buildAccessGraph, type GraphInput, relationshipIndex } from '../../src/graph/access-graph.ts';
import type { RelationshipName } from '../../src/model/entity.ts';
import { BASES, CERTAINTIES, type EntityKind, type Level, type RelationshipKind, type Tier } from '../../src/model/kinds.ts';

export const CASE_NOW = '2026-03-01T00:00:00.000Z';

/** `Kind`, or `Kind` with a tier and a state: `Resource tier=0 state=expired`. */
export type CaseEntities = Readonly<Record<string, string>>;

export function caseGraph(entities: CaseEntities, relationships: readonly string[]): AccessGraph {
  return buildAccessGraph({
    generation: 1,
    now: CASE_NOW,
    entities: Object.entries(entities).map(([key, text]) => {
      const [kind, ...words] = text.split(' ');
      const { tier, state } = valuesOf(words);
      return {
        key: spaced(key),
        kind: kind as EntityKind,
        ...(tier !== undefined && { tier: Number(tier) as Tier }),
        ...(state && { state }),
      };
    }),
    relationships: relationships.map(relationshipOf),
  });
}

export function nameOf(text: string): RelationshipName {
  const [source, kind, target] = text.split(' ') as [string, RelationshipKind, string];
  return { source: spaced(source), kind, target: spaced(target) };
}

const spaced = (key: string): string => key.replaceAll('%20', ' ');

type CaseRelationship = GraphInput['relationships'] extends Iterable<infer R> ? R : never;

function relationshipOf(text: string): CaseRelationship {
  const words = text.split(' ').slice(3);
  const alternative = words.find((word) => word.includes('/'))?.split('/');
  const { version, lastUsed, firstSeen, uses, levels } = valuesOf(words);
  return {
    ...nameOf(text),
    basis: BASES.find((basis) => words.includes(basis)) ?? 'declared',
    certainty: CERTAINTIES.find((certainty) => words.includes(certainty)) ?? 'definite',
    ...(alternative && { alternative: { group: alternative[0] as string, option: alternative[1] as string } }),
    ...(version && { version: version as 'current' | 'previous' }),
    ...(lastUsed && { lastUsed }),
    ...(firstSeen && { firstSeen }),
    ...(uses && { uses: Number(uses) }),
    ...(levels && { levels: levels.split(',') as Level[] }),
  };
}

const valuesOf = (words: readonly string[]): Record<string, string> =>
  Object.fromEntries(words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]));

export function entityIndices(graph: AccessGraph, keys: readonly string[]): number[] {
  return keys.map((key) => {
    const index = graph.indexOf(key);
    if (index === undefined) throw new Error(`the case names ${key}, which its graph lacks`);
    return index;
  });
}

/** 1 at each of the named relationships. */
export function relationshipMask(graph: AccessGraph, names: readonly string[]): Uint8Array {
  const mask = new Uint8Array(graph.size);
  for (const text of names) {
    const index = relationshipIndex(graph, nameOf(text));
    if (index === undefined) throw new Error(`the case names ${text}, which its graph lacks`);
    mask[index] = 1;
  }
  return mask;
}
