import type { ClaimLists, RunRecord, Runs } from './claims.ts';
import { type Client, inBatches } from './client.ts';
import * as meta from './queries/meta.ts';

/** Runs by number, read once each: a run never changes. */
export interface RunTable {
  /** The runs that these claims name. */
  of(rows: readonly Pick<ClaimLists, 'runs' | 'firsts'>[]): Promise<Runs>;
}

export function createRunTable(client: Client): RunTable {
  const known = new Map<number, RunRecord>();
  return {
    async of(rows) {
      const missing = new Set<number>();
      for (const { runs, firsts } of rows) {
        for (const number of runs) if (!known.has(number)) missing.add(number);
        for (const number of firsts) if (!known.has(number)) missing.add(number);
      }
      if (missing.size === 0) return known;
      const found = await client.read((run) => inBatches([...missing], (numbers) => run(meta.runs, { numbers })));
      for (const { number, at, generation } of found) known.set(number, { at, generation });
      return known;
    },
  };
}
