/**
 * What there is to lose, grouped by who still holds it open. One search for each step, with everything cut but what that step cuts:
 * what is found then is open until that step. The searches run many at once.
 */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { reachFrom } from '../../graph/reach.ts';
import { reachInTurns } from '../../graph/reach-many.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { levelWeight, type Weights } from '../../model/weights.ts';
import { weightAt } from '../attack-reach.ts';
import type { Draft } from './input.ts';
import type { ReachClass } from './objective.ts';

export interface ReachClassesInput {
  readonly graph: AccessGraph;
  readonly held: readonly number[];
  readonly weights: Weights;
  /** Steps that cut; several may cut the same. */
  readonly steps: readonly Pick<Draft, 'id' | 'cuts'>[];
  /** What the logs show as taken already: nothing is gained by being quick about it. */
  readonly touched: ReadonlySet<number>;
}

export function reachClasses({ graph, held, weights, steps, touched }: ReachClassesInput): ReachClass[] {
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  const without = new Uint8Array(graph.size);
  for (const { cuts } of steps) for (const r of cuts) without[r] = 1;
  const open = reachFrom(graph, anyone === undefined ? held : [...held, anyone], { walk: 'hi', without }).facets;
  const all = reachFrom(graph, held, { walk: 'hi' });
  const things: number[] = [];
  const isHeld = new Set(held);
  for (let entity = 0; entity < graph.order; entity++) {
    if (!all.facets[entity] || open[entity] || touched.has(entity) || isHeld.has(entity)) continue;
    if (weightAt(graph, weights, entity) > 0) things.push(entity);
  }
  const parts = createParts(things.length, (i) => all.distances[things[i]!]!);
  const searches = steps.map(({ cuts }) => ({ from: held, reopened: cuts }));
  reachInTurns(graph, searches, {
    walk: 'hi',
    without,
    visit: ({ any }, first) => parts.split((i) => any[things[i]!]!, first),
  });
  const weigh = (i: number): number => weightAt(graph, weights, things[i]!) * levelWeight(weights, all.facets[things[i]!]!);
  return parts.finish(weigh).map(({ numbers, hops, weight }) => ({ hops, weight, holders: numbers.map((k) => steps[k]!.id) }));
}

interface Part {
  readonly numbers: readonly number[];
  readonly hops: number;
}

/** Splits things again and again by a word of bits each: parts hold what was alike so far. */
function createParts(count: number, hopsOf: (i: number) => number) {
  let parts: Part[] = [];
  const partOf = new Uint32Array(count);
  const byHops = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const hops = hopsOf(i);
    if (!byHops.has(hops)) byHops.set(hops, parts.push({ numbers: [], hops }) - 1);
    partOf[i] = byHops.get(hops)!;
  }
  return {
    /** Bit k of a thing's word stands for number `first + k`. */
    split(wordOf: (i: number) => number, first: number): void {
      const found = new Map<number, number>();
      const next: Part[] = [];
      for (let i = 0; i < count; i++) {
        const id = partOf[i]! * 2 ** 32 + wordOf(i);
        let part = found.get(id);
        if (part === undefined) {
          const before = parts[partOf[i]!]!;
          part = next.push({ hops: before.hops, numbers: [...before.numbers, ...bitsOf(wordOf(i), first)] }) - 1;
          found.set(id, part);
        }
        partOf[i] = part;
      }
      parts = next;
    },
    /** Parts that somebody holds open, with what their things weigh together. */
    finish(weigh: (i: number) => number): (Part & { readonly weight: number })[] {
      const weights = new Float64Array(parts.length);
      for (let i = 0; i < count; i++) weights[partOf[i]!]! += weigh(i);
      return parts.map((part, k) => ({ ...part, weight: weights[k]! })).filter(({ numbers }) => numbers.length > 0);
    },
  };
}

const bitsOf = (word: number, first: number): number[] =>
  Array.from({ length: 32 }, (_, bit) => bit).flatMap((bit) => ((word >>> bit) & 1 ? first + bit : []));
