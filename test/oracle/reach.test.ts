import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessPath } from '../../src/analysis/access-path.ts';
import { attackReach } from '../../src/analysis/attack-reach.ts';
import { chokePoints, entryPoints } from '../../src/analysis/choke-points.ts';
import { exposure } from '../../src/analysis/exposure.ts';
import { type AccessGraph, certaintyAt, entityKindAt, relationshipIndex } from '../../src/graph/access-graph.ts';
import { reachFrom, reachTo, type Walk } from '../../src/graph/reach.ts';
import { CERTAINTIES, EXPOSED_KINDS, LEVEL_BIT, LEVELS, levelOf } from '../../src/model/kinds.ts';
import { DEFAULT_WEIGHTS, levelWeight, tierWeight } from '../../src/model/weights.ts';
import { facetDistances, facetName, facetSteps, facetsAt } from './facets.ts';
import { randomGraphs } from './random-graph.ts';

const WALKS: readonly Walk[] = ['lo', 'sure', 'hi'];
const weights = DEFAULT_WEIGHTS;
const subjectsIn = (graph: AccessGraph, seed: number) => [seed % graph.order];
const RUNS = { numRuns: 100 };

function plainReach(graph: AccessGraph, subjects: readonly number[], walk: Walk) {
  const found = facetDistances(
    subjects.map((entity) => facetName(entity, 'control')),
    facetSteps(graph, walk),
  );
  return (entity: number) => facetsAt(found, entity);
}

const graphs = randomGraphs();
const dense = randomGraphs({
  entities: 9,
  relationships: 26,
  kinds: ['User', 'Role', 'External', 'Resource', 'Scope', 'Repository'],
  relationshipKinds: ['CONTAINS', 'CAN_READ', 'CAN_PUT', 'CAN_WRITE', 'CAN_CONTROL', 'DEFINES', 'EXPOSES', 'MEMBER_OF'],
});

describe('reach on random graphs equals a plain search on facets', () => {
  it('forwards, in every bound, with distances', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (graph, seed) => {
        for (const walk of WALKS) {
          const subjects = subjectsIn(graph, seed);
          const reached = reachFrom(graph, subjects, { walk });
          const found = facetDistances([facetName(subjects[0]!, 'control')], facetSteps(graph, walk));
          for (let entity = 0; entity < graph.order; entity++) {
            expect(reached.facets[entity]).toBe(facetsAt(found, entity));
            const distances = LEVELS.map((level) => found.get(facetName(entity, level)) ?? Number.POSITIVE_INFINITY);
            const nearest = Math.min(...distances);
            expect(reached.distances[entity]).toBe(nearest === Number.POSITIVE_INFINITY ? -1 : nearest);
          }
        }
      }),
      RUNS,
    );
  });

  it('backwards from each facet', () => {
    fc.assert(
      fc.property(dense, fc.nat(), (graph, seed) => {
        const [target] = subjectsIn(graph, seed) as [number];
        for (const level of LEVELS) {
          const back = reachTo(graph, target, LEVEL_BIT[level], { walk: 'hi' });
          for (let entity = 0; entity < graph.order; entity++) {
            const forth = facetDistances([facetName(entity, 'control')], facetSteps(graph, 'hi'));
            expect(back.distances[entity]).toBe(forth.get(facetName(target, level)) ?? -1);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('as counts, weights, share and what is left without anyone', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (graph, seed) => {
        const subjects = subjectsIn(graph, seed);
        const answer = attackReach(graph, subjects, { weights });
        for (const bound of ['lo', 'hi'] as const) {
          const levels = plainReach(graph, [...subjects, 0], bound);
          const anyone = plainReach(graph, [0], bound);
          let count = 0;
          let weight = 0;
          let marginal = 0;
          for (let entity = 1; entity < graph.order; entity++) {
            if (entity === subjects[0] || !levels(entity)) continue;
            count++;
            const worth = weigh(graph, entity, levels(entity));
            weight += worth;
            if (levels(entity) & ~anyone(entity)) marginal += worth;
          }
          expect(Object.values(answer.counts[bound]).reduce((a, b) => a + b, 0)).toBe(count);
          expect(answer.countsBy.reduce((sum, row) => sum + row[bound], 0)).toBe(count);
          expect(answer.weight[bound]).toBeCloseTo(weight, 6);
          expect(answer.marginal.weight[bound]).toBeCloseTo(marginal, 6);
        }
      }),
      RUNS,
    );
  });
});

function weigh(graph: AccessGraph, entity: number, facets: number): number {
  const kind = entityKindAt(graph, entity);
  if (kind !== 'Resource' && kind !== 'Secret') return 0;
  const tier = graph.tiers[entity]!;
  return tierWeight(weights, tier === -1 ? undefined : (tier as 0 | 1 | 2 | 3)) * levelWeight(weights, facets);
}

describe('exposure on random graphs', () => {
  it('is reach read from the other end', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (graph, seed) => {
        const [target] = subjectsIn(graph, seed) as [number];
        const items = new Map(exposure(graph, target).items.map((item) => [item.key, item]));
        for (let entity = 0; entity < graph.order; entity++) {
          const [lo, sure, hi] = WALKS.map((walk) => plainReach(graph, [entity], walk)(target)) as [number, number, number];
          const item = items.get(graph.keys[entity]!);
          const isListed =
            entity !== target && hi !== 0 && (EXPOSED_KINDS as readonly string[]).includes(entityKindAt(graph, entity));
          expect(item !== undefined).toBe(isListed);
          if (!item) continue;
          expect([item.level, item.levelLo]).toEqual([levelOf(hi), levelOf(lo) ?? null]);
          expect(item.certainty === 'definite').toBe(levelOf(lo) === levelOf(hi));
          expect(item.certainty === 'possible').toBe(levelOf(sure) !== levelOf(hi));
          const distances = facetDistances([facetName(entity, 'control')], facetSteps(graph, 'hi'));
          expect(item.distance).toBe(Math.min(...LEVELS.map((level) => distances.get(facetName(target, level)) ?? Infinity)));
        }
      }),
      RUNS,
    );
  });
});

describe('paths on random graphs', () => {
  it('carry their level, and no path has fewer guesses or is shorter', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), fc.nat(), fc.constantFrom(...LEVELS), (graph, one, other, level) => {
        const [from, to] = [one % graph.order, other % graph.order];
        const path = accessPath(graph, { from, to, level });
        const best = bestCost(graph, facetName(from, 'control'), facetName(to, level));
        expect(path.found).toBe(best !== undefined);
        if (!best) return;
        expect(costOf(graph, path.relationships)).toEqual(best);
        const only = facetSteps(graph, 'hi').filter((s) => s.relationship < 0 || path.relationships.includes(s.relationship));
        expect(facetDistances([facetName(from, 'control')], only).has(facetName(to, level))).toBe(true);
        path.hops.forEach((hop, i) => {
          expect(relationshipIndex(graph, hop)).toBe(path.relationships[i]);
        });
      }),
      RUNS,
    );
  });
});

type Cost = readonly [possible: number, conditional: number, relationships: number];
const plus = (graph: AccessGraph, cost: Cost, r: number): Cost => [
  cost[0] + Number(certaintyAt(graph, r) === CERTAINTIES[2]),
  cost[1] + Number(certaintyAt(graph, r) === CERTAINTIES[1]),
  cost[2] + 1,
];
const costOf = (graph: AccessGraph, path: readonly number[]): Cost =>
  path.reduce<Cost>((cost, r) => plus(graph, cost, r), [0, 0, 0]);
const isLess = (a: Cost, b: Cost): boolean => (a[0] - b[0] || a[1] - b[1] || a[2] - b[2]) < 0;

/** Bellman and Ford on the costs themselves. */
function bestCost(graph: AccessGraph, from: string, to: string): Cost | undefined {
  const best = new Map<string, Cost>([[from, [0, 0, 0]]]);
  const steps = facetSteps(graph, 'hi');
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const step of steps) {
      const before = best.get(step.from);
      if (!before) continue;
      const cost = step.relationship < 0 ? before : plus(graph, before, step.relationship);
      const known = best.get(step.to);
      if (known && !isLess(cost, known)) continue;
      best.set(step.to, cost);
      isChanged = true;
    }
  }
  return best.get(to);
}

describe('choke points on random graphs', () => {
  it('cut what removing each relationship and counting again cuts', () => {
    fc.assert(
      fc.property(fc.oneof(graphs, dense), fc.nat(), (graph, seed) => {
        const [target] = subjectsIn(graph, seed) as [number];
        const points = chokePoints(graph, { weights, target });
        const entries = entryPoints(graph).filter((entity) => entity !== target);
        const reaching = (cut: ReadonlySet<number>) =>
          entries.filter((e) => {
            const found = facetDistances([facetName(e, 'control')], facetSteps(graph, 'hi', cut));
            return facetsAt(found, target) !== 0;
          }).length;
        const all = reaching(new Set());
        const tier = graph.tiers[target]!;
        const worth = tierWeight(weights, tier === -1 ? undefined : (tier as 0 | 1 | 2 | 3));
        const expected = new Map<number, number>();
        for (let r = 0; r < graph.size; r++) {
          const lost = all - reaching(new Set([r]));
          if (lost > 0) expected.set(r, lost * worth);
        }
        expect(new Map(points.map((p) => [relationshipIndex(graph, p) as number, p.weightCut]))).toEqual(expected);
        for (const point of points) {
          expect(point.share).toBeCloseTo(point.weightCut / (all * worth), 9);
          expect(point.separates).toBe(point.weightCut === all * worth);
        }
      }),
      { numRuns: 60 },
    );
  });
});
