/**
 * What plans cost: `npx tsx test/bench/plans.ts [S|M|L] [accounts|random]` prints one JSON document: processor time in milliseconds of a
 * plan for 20 credentials, and for 1,000 (a mass leak). Building the sample graph is left out.
 */
import type { PlanInput } from '../../src/analysis/plan/input.ts';
import { revocationPlan } from '../../src/analysis/plan/revocation-plan.ts';
import { type AccessGraph, entityKindAt } from '../../src/graph/access-graph.ts';
import { DEFAULT_WEIGHTS } from '../../src/model/weights.ts';
import { createRandom, estateGraph, type Shape, SIZES, type Size } from './estate-graph.ts';

function question(graph: AccessGraph, count: number, rest: Pick<PlanInput, 'mode' | 'budgets'>): PlanInput {
  const random = createRandom(count);
  const live = graph.keys.filter((_, entity) => entityKindAt(graph, entity) === 'Credential' && !graph.over[entity]);
  return {
    id: 'bench',
    graph,
    targets: Array.from({ length: count }, () => live[Math.floor(random() * live.length)]!),
    weights: DEFAULT_WEIGHTS,
    now: '2026-03-01T00:00:00.000Z',
    generation: 1,
    connectorOf: () => 'manual',
    facts: { entity: () => undefined },
    ...rest,
  };
}

function measured(input: PlanInput): { ms: number; steps: number; waves: number } {
  const begin = process.cpuUsage();
  const { waves } = revocationPlan(input);
  const { user, system } = process.cpuUsage(begin);
  return { ms: Math.round((user + system) / 1000), steps: waves.flatMap(({ steps }) => steps).length, waves: waves.length };
}

export function plansBench(size: Size, shape: Shape, seed = 1) {
  const graph = estateGraph({ ...SIZES[size], shape, seed });
  const asked = (count: number) => ({
    contain: measured(question(graph, count, { mode: 'contain', budgets: {} })),
    containWithinBudget: measured(question(graph, count, { mode: 'contain', budgets: { down: 0 } })),
    retire: measured(question(graph, count, { mode: 'retire', budgets: {} })),
  });
  return {
    bench: 'plans',
    size,
    shape,
    entities: graph.order,
    relationships: graph.size,
    credentials20: asked(20),
    credentials1000: asked(1000),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const size = (process.argv[2] ?? 'L') as Size;
  process.stdout.write(`${JSON.stringify(plansBench(size, (process.argv[3] ?? 'accounts') as Shape), null, 2)}\n`);
}
