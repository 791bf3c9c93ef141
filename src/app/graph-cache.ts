/** One graph for all questions that are asked of one state of the store. */
import type { AccessGraph } from '../graph/access-graph.ts';
import type { ChangeReader, GraphReader } from '../ports/store.ts';
import { loadGraph } from './load-graph.ts';

type Reader = GraphReader & Pick<ChangeReader, 'changes'>;

/** Read anew after each collection, and in each hour, since what has expired depends on the time. A reading that failed is not kept. */
export function createGraphCache(store: Reader, clock: () => Date): () => Promise<AccessGraph> {
  let kept: { readonly state: string; readonly graph: Promise<AccessGraph> } | undefined;
  return async () => {
    const at = clock();
    const { head } = await store.changes(Number.MAX_SAFE_INTEGER, 1);
    const state = `${await store.generation()} ${head} ${at.toISOString().slice(0, 13)}`;
    if (kept?.state === state) return kept.graph;
    const graph = loadGraph(store, at);
    const mine = { state, graph };
    kept = mine;
    graph.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return graph;
  };
}
