/**
 * What an answer could not see. An answer is complete when everything that it touches was claimed by scopes that were collected
 * completely, with every deny layer.
 */
import type { SourceRecord } from '../model/collection.ts';
import type { GraphReader } from '../ports/store.ts';

export interface Completeness {
  readonly complete: boolean;
  /** One sentence each. */
  readonly gaps: readonly string[];
}

const CHUNK = 2_000;

/** `keys`: what the answer touches, subjects included. */
export async function completenessOf(store: GraphReader, keys: Iterable<string>): Promise<Completeness> {
  const flawed = flawsOf(await store.sources());
  if (flawed.size === 0) return { complete: true, gaps: [] };
  const gaps = new Set<string>();
  const touched = [...keys];
  for (let i = 0; i < touched.length && gaps.size < flawed.size; i += CHUNK) {
    for (const entity of await store.entities(touched.slice(i, i + CHUNK))) {
      for (const { origin, scope } of entity.claims) {
        for (const place of [`${origin}/${scope}`, `${origin}/`]) if (flawed.has(place)) gaps.add(place);
      }
    }
  }
  const sentences = [...gaps].flatMap((place) => flawed.get(place) ?? []).sort();
  return { complete: sentences.length === 0, gaps: sentences };
}

/** By `source/scope`, and by `source/` for what holds in all of its scopes. */
function flawsOf(sources: readonly SourceRecord[]): Map<string, string[]> {
  const flaws = new Map<string, string[]>();
  for (const source of sources) {
    for (const { scope, coverage, missing } of source.scopes) {
      if (coverage === 'complete') continue;
      const why = missing.length > 0 ? `: ${missing.slice(0, 3).join('; ')}` : '';
      flaws.set(`${source.name}/${scope}`, [`${source.name}/${scope} is ${coverage}${why}`]);
    }
    if (source.layersMissing.length > 0) {
      flaws.set(
        `${source.name}/`,
        source.layersMissing.map((layer) => `layer not collected: ${layer} (${source.name})`),
      );
    }
  }
  return flaws;
}

/** `source/scope` of every scope that was not collected completely. */
export const partialScopes = (sources: readonly SourceRecord[]): Set<string> =>
  new Set(
    sources.flatMap(({ name, scopes }) =>
      scopes.filter(({ coverage }) => coverage !== 'complete').map(({ scope }) => `${name}/${scope}`),
    ),
  );
