/**
 * The path that is shown for a reach: the shortest of definite relationships only; else the one with the fewest `possible`, then
 * the fewest `conditional`, then the shortest. Dijkstra on a cost that orders the three lexicographically.
 */
import { type FacetMask, IMPLIED, LEVEL_BIT, type Level } from '../model/kinds.ts';
import { type AccessGraph, SAME, SAME_GIVES } from './access-graph.ts';

/** Relationship indices from `from` to `to`, or undefined. `to` is entered at `level` by this one chain. */
export function preferredPath(graph: AccessGraph, from: number, to: number, level: Level): number[] | undefined {
  return (
    shortest(graph, { from, to, facet: LEVEL_BIT[level], most: 0 }) ??
    shortest(graph, { from, to, facet: LEVEL_BIT[level], most: 2 })
  );
}

interface Search {
  readonly from: number;
  readonly to: number;
  readonly facet: FacetMask;
  /** Index in CERTAINTIES of the least sure relationship that is walked. */
  readonly most: number;
}

/** Up to 2^20 relationships a path, as many conditional ones, and 2^12 possible ones: well inside a double. */
const COST = [1, 2 ** 20 + 1, 2 ** 40 + 1] as const;

interface Label {
  readonly entity: number;
  readonly cost: number;
  /** Facets settled with this label. */
  readonly facets: FacetMask;
  readonly through: number;
  readonly before: Label | undefined;
}

function shortest(graph: AccessGraph, { from, to, facet, most }: Search): number[] | undefined {
  const settled = new Uint8Array(graph.order);
  const heap = new Heap();
  heap.push({ entity: from, cost: 0, facets: IMPLIED.control, through: -1, before: undefined });
  for (let label = heap.pop(); label; label = heap.pop()) {
    const { entity, cost } = label;
    const fresh = label.facets & ~settled[entity]!;
    if (!fresh) continue;
    settled[entity]! |= fresh;
    if (entity === to && fresh & facet) return unwind(label);
    if (graph.over[entity]) continue;
    for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
      const met = graph.needs[r]! & fresh;
      if (!met || graph.certainties[r]! > most) continue;
      const give = graph.gives[r] === SAME ? SAME_GIVES[met]! : graph.gives[r]!;
      const target = graph.targets[r]!;
      if (!(give & ~settled[target]!)) continue;
      heap.push({ entity: target, cost: cost + COST[graph.certainties[r]!]!, facets: give, through: r, before: label });
    }
  }
  return undefined;
}

function unwind(label: Label): number[] {
  const path: number[] = [];
  for (let at: Label | undefined = label; at?.before; at = at.before) path.push(at.through);
  return path.reverse();
}

/** A binary heap of labels by cost. */
class Heap {
  readonly #labels: Label[] = [];
  push(label: Label): void {
    const labels = this.#labels;
    let i = labels.push(label) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (labels[parent]!.cost <= label.cost) break;
      labels[i] = labels[parent]!;
      i = parent;
    }
    labels[i] = label;
  }
  pop(): Label | undefined {
    const labels = this.#labels;
    const top = labels[0];
    const last = labels.pop();
    if (!top || !last || labels.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= labels.length) break;
      if (child + 1 < labels.length && labels[child + 1]!.cost < labels[child]!.cost) child++;
      if (labels[child]!.cost >= last.cost) break;
      labels[i] = labels[child]!;
      i = child;
    }
    labels[i] = last;
    return top;
  }
}
