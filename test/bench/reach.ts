/**
 * What reach costs: `npx tsx test/bench/reach.ts [S|M|L] [accounts|random]` prints one JSON document. Processor time in milliseconds; building
 * the sample graph is left out.
 */
import { allReach, subjectsOf } from '../../src/analysis/all-reach.ts';
import { attackReach } from '../../src/analysis/attack-reach.ts';
import { chokePoints } from '../../src/analysis/choke-points.ts';
import { exposure } from '../../src/analysis/exposure.ts';
import { outageRadius } from '../../src/analysis/outage-radius.ts';
import type { AccessGraph } from '../../src/graph/access-graph.ts';
import { entityKindAt } from '../../src/graph/access-graph.ts';
import { DEFAULT_WEIGHTS } from '../../src/model/weights.ts';
import { createRandom, estateGraph, type Shape, SIZES, type Size } from './estate-graph.ts';

const weights = DEFAULT_WEIGHTS;

function timed(run: () => unknown): number {
  const begin = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

function percentiles(times: number[]): { p50: number; p99: number; max: number } {
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))]! * 100) / 100;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function reachBench(size: Size, shape: Shape, seed = 1) {
  const graph = estateGraph({ ...SIZES[size], shape, seed });
  const random = createRandom(seed + 1);
  const subjects = subjectsOf(graph);
  const some = (from: readonly number[], count: number) =>
    Array.from({ length: count }, () => from[Math.floor(random() * from.length)]!);
  const resources = indicesOf(graph, 'Resource');
  const credentials = indicesOf(graph, 'Credential');
  return {
    bench: 'reach',
    size,
    shape,
    entities: graph.order,
    relationships: graph.size,
    subjects: subjects.length,
    allReachMs: [0, 1, 2].map(() => Math.round(timed(() => allReach(graph, { weights })))),
    oneSubjectMs: percentiles(some(subjects, 300).map((subject) => timed(() => attackReach(graph, [subject], { weights })))),
    exposureMs: percentiles(some(resources, 100).map((target) => timed(() => exposure(graph, target)))),
    chokePointsMs: percentiles(some(resources, 20).map((target) => timed(() => chokePoints(graph, { weights, target })))),
    outageMs: percentiles(some(credentials, 300).map((credential) => timed(() => outageRadius(graph, { dead: [credential] })))),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function indicesOf(graph: AccessGraph, kind: string): number[] {
  return Array.from({ length: graph.order }, (_, entity) => entity).filter((entity) => entityKindAt(graph, entity) === kind);
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const size = (process.argv[2] ?? 'M') as Size;
  process.stdout.write(`${JSON.stringify(reachBench(size, (process.argv[3] ?? 'accounts') as Shape), null, 2)}\n`);
}
