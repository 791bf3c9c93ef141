import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reachWeight } from '../../src/analysis/attack-reach.ts';
import type { PlanInput } from '../../src/analysis/plan/input.ts';
import { revocationPlan } from '../../src/analysis/plan/revocation-plan.ts';
import { whatIf } from '../../src/analysis/plan/what-if.ts';
import { DEFAULT_WEIGHTS } from '../../src/model/weights.ts';
import { ESTATE_NOW, type Estate, estates } from '../analysis/plan/random-estate.ts';
import { planProblems } from '../analysis/plan/replay.ts';
import { describeGraph, randomGraphs } from './random-graph.ts';

const facts = { entity: () => undefined };
const picks = fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 });

function question({ graph, keys }: Estate, picked: readonly number[], rest: Pick<PlanInput, 'mode' | 'budgets'>): PlanInput {
  const targets = [...new Set(picked.map((one) => keys[one % keys.length]!))];
  return {
    id: 'p',
    graph,
    targets,
    weights: DEFAULT_WEIGHTS,
    now: ESTATE_NOW,
    generation: 1,
    connectorOf: () => 'manual',
    facts,
    ...rest,
  };
}

describe('every plan of a random estate holds the rules of an independent replay', () => {
  const asked = [
    ['contain', {}],
    ['contain', { down: 0 }],
    ['contain', { down: 1 }],
    ['retire', {}],
  ] as const;
  it.each(asked)('%s %o', (mode, budgets) => {
    fc.assert(
      fc.property(estates, picks, (estate, picked) => {
        const input = question(estate, picked, { mode, budgets });
        const plan = revocationPlan(input);
        expect(planProblems(estate.graph, plan, input.targets), describeGraph(estate.graph)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same plan, with the same hash, at another time and in another order of the targets', () => {
    fc.assert(
      fc.property(estates, picks, fc.constantFrom('contain' as const, 'retire' as const), (estate, picked, mode) => {
        const input = question(estate, picked, { mode, budgets: {} });
        const one = revocationPlan(input);
        const other = revocationPlan({
          ...input,
          now: '2026-03-01T05:00:00.000Z',
          id: 'q',
          targets: [...input.targets].reverse(),
        });
        expect(other.hash).toBe(one.hash);
        expect(other.waves.map(({ steps }) => steps.map(({ id }) => id))).toEqual(
          one.waves.map(({ steps }) => steps.map(({ id }) => id)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('says of all its steps together what its last wave says', () => {
    fc.assert(
      fc.property(estates, picks, (estate, picked) => {
        const input = question(estate, picked, { mode: 'contain', budgets: {} });
        const plan = revocationPlan(input);
        const last = plan.waves.at(-1)?.steps[0];
        const all = whatIf(
          input,
          plan,
          plan.waves.flatMap(({ steps }) => steps.map(({ id }) => id)),
        );
        expect(all.reach).toEqual(last?.reachAfter ?? all.reach);
        expect(all.outage).toEqual(last?.outageAfter ?? all.outage);
      }),
      { numRuns: 40 },
    );
  });
});

it('removing a relationship never enlarges reach', () => {
  fc.assert(
    fc.property(randomGraphs(), fc.nat(), fc.nat(), (graph, from, gone) => {
      if (graph.size === 0) return;
      const without = new Uint8Array(graph.size);
      without[gone % graph.size] = 1;
      const before = reachWeight(graph, [from % graph.order], { weights: DEFAULT_WEIGHTS });
      const after = reachWeight(graph, [from % graph.order], { weights: DEFAULT_WEIGHTS, without });
      expect(after.lo <= before.lo && after.hi <= before.hi).toBe(true);
    }),
    { numRuns: 200 },
  );
});
