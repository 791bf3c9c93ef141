/** Runs the collector on a folder, and walks what it says by the plainest means: facets, one vertex at a time. */

import { awsCollector } from '../../../src/collectors/aws/collector.ts';
import type { EntityFact, RelationshipFact } from '../../../src/model/entity.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { IMPLIED, LEVEL_BIT, LEVELS, type Level, levelOf, spreadsFrom } from '../../../src/model/kinds.ts';
import type { Collected } from '../../../src/ports/collector.ts';

export interface Collection {
  readonly said: readonly Collected[];
  readonly entities: ReadonlyMap<string, EntityFact>;
  readonly relationships: readonly RelationshipFact[];
}

export async function collected(files: string): Promise<Collection> {
  const context = {
    source: 'prod',
    fingerprint: createFingerprinter('a key for tests, of thirty-two bytes or more'),
    now: new Date('2026-11-01T00:00:00Z'),
    signal: new AbortController().signal,
  };
  const said: Collected[] = [];
  for await (const one of awsCollector.collect({ files }, context)) said.push(one);
  const facts = said.filter((one) => one.type === 'facts');
  return {
    said,
    entities: new Map(facts.flatMap((one) => one.entities).map((entity) => [entity.key, entity])),
    relationships: facts.flatMap((one) => one.relationships),
  };
}

/** Levels reached from one entity at control. `hi` walks every edge, `lo` the definite ones. */
export function reachOf(collection: Collection, start: string, bound: 'lo' | 'hi'): Map<string, Level> {
  const out = new Map<string, RelationshipFact[]>();
  for (const edge of collection.relationships) out.set(edge.source, [...(out.get(edge.source) ?? []), edge]);
  const masks = new Map<string, number>([[start, IMPLIED.control]]);
  const queue = [start];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const edge of out.get(key) ?? []) {
      if (bound === 'lo' && edge.certainty !== 'definite') continue;
      const given = gives(collection, edge, masks.get(key) ?? 0);
      const before = masks.get(edge.target) ?? 0;
      if ((before | given) === before) continue;
      masks.set(edge.target, before | given);
      queue.push(edge.target);
    }
  }
  const levels = [...masks].map(([key, mask]) => [key, levelOf(mask)] as const);
  return new Map(levels.filter((pair): pair is [string, Level] => pair[1] !== undefined));
}

function gives(collection: Collection, edge: RelationshipFact, mask: number): number {
  const rule = spreadsFrom(edge.kind, collection.entities.get(edge.source)?.kind ?? 'Resource');
  if (rule === null) return 0;
  if (rule !== 'same') return mask & LEVEL_BIT[rule.needs] ? IMPLIED[rule.gives] : 0;
  return (edge.levels ?? LEVELS).filter((level) => mask & LEVEL_BIT[level]).reduce((all, level) => all | IMPLIED[level], 0);
}
