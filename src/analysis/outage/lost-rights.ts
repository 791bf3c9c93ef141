/** Rights that were seen in use (`ACCESSED`) and are gone once relationships are cut. */
import { type AccessGraph, relationshipKindAt } from '../../graph/access-graph.ts';
import { reachFrom } from '../../graph/reach.ts';
import type { Bounds } from '../../model/plan.ts';

/**
 * ACCESSED relationships that lose their way. lo: there was a way and none is left; hi: what is left is less than there was, in
 * either bound, so that the action that was seen may be missing. Two or four searches for each actor upstream of a cut.
 */
export function lostRights(graph: AccessGraph, removed: Uint8Array): Bounds<readonly number[]> {
  const lo: number[] = [];
  const hi: number[] = [];
  for (const actor of actorsUpstream(graph, removed)) {
    const before = reachFrom(graph, [actor], { walk: 'hi' }).facets;
    const after = reachFrom(graph, [actor], { walk: 'hi', without: removed }).facets;
    const sureBefore = reachFrom(graph, [actor], { walk: 'lo' }).facets;
    const sureAfter = reachFrom(graph, [actor], { walk: 'lo', without: removed }).facets;
    for (const r of accesses(graph, actor)) {
      const thing = graph.targets[r]!;
      if (before[thing] && !after[thing]) lo.push(r);
      if (before[thing] !== after[thing] || sureBefore[thing] !== sureAfter[thing]) hi.push(r);
    }
  }
  return { lo, hi };
}

function* accesses(graph: AccessGraph, actor: number): Generator<number> {
  for (let r = graph.starts[actor]!; r < graph.starts[actor + 1]!; r++) {
    if (relationshipKindAt(graph, r) === 'ACCESSED') yield r;
  }
}

/** Whoever was seen to access something, and may have come through a cut. Levels are ignored: a few more are asked, none is missed. */
function actorsUpstream(graph: AccessGraph, removed: Uint8Array): number[] {
  const seen = new Set<number>();
  for (let r = 0; r < graph.size; r++) if (removed[r] && graph.needs[r]) seen.add(graph.sources[r]!);
  for (const entity of seen) {
    for (let k = graph.inStarts[entity]!; k < graph.inStarts[entity + 1]!; k++) {
      const r = graph.inRelationships[k]!;
      if (graph.needs[r]) seen.add(graph.sources[r]!);
    }
  }
  return [...seen].filter((entity) => !accesses(graph, entity).next().done);
}
