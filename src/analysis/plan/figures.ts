/** What is left to the attacker and what is broken, wave by wave. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { type Bounds, GRADES, type Grade, type OutageCounts } from '../../model/plan.ts';
import type { Weights } from '../../model/weights.ts';
import { reachWeight } from '../attack-reach.ts';
import type { OutageItem } from '../outage-radius.ts';
import type { Draft } from './input.ts';
import { maskOf, outageOf } from './outage.ts';

export interface Figures {
  readonly reach: Bounds<number>;
  readonly outage: Bounds<OutageCounts>;
  /** Keys of tier-0 things that break in the lower bound. */
  readonly tierZero: readonly string[];
}

export interface FiguresQuestion {
  readonly graph: AccessGraph;
  readonly held: readonly number[];
  readonly weights: Weights;
}

type Effect = Pick<Draft, 'cuts' | 'kills' | 'removes' | 'releases'>;

/** Of a set of steps, whatever their order. */
export function figuresOf(question: FiguresQuestion, steps: readonly Effect[]): Figures {
  return { ...brokenBy(question, steps, new Map()), reach: reachLeft(question, steps) };
}

/** After each wave, the waves before included. What broke once stays counted, by its worst grade. */
export function figuresByWave(question: FiguresQuestion, waves: readonly (readonly Effect[])[]): Figures[] {
  const worst = new Map<string, Bounds<Grade | undefined>>();
  const done: Effect[] = [];
  return waves.map((wave) => {
    done.push(...wave);
    return { ...brokenBy(question, done, worst), reach: reachLeft(question, done) };
  });
}

function reachLeft({ graph, held, weights }: FiguresQuestion, steps: readonly Effect[]): Bounds<number> {
  const without = maskOf(
    graph,
    steps.flatMap(({ cuts }) => cuts),
  );
  return reachWeight(graph, held, { weights, without });
}

function brokenBy(
  { graph }: FiguresQuestion,
  steps: readonly Effect[],
  worst: Map<string, Bounds<Grade | undefined>>,
): Pick<Figures, 'outage' | 'tierZero'> {
  const isHarmless = steps.every(({ kills, removes }) => kills.length === 0 && removes.length === 0);
  const { items } = isHarmless ? { items: [] } : outageOf(graph, steps);
  for (const item of items) worst.set(item.key, worseOf(worst.get(item.key), item));
  return {
    outage: { lo: countsOf(worst, 'lo'), hi: countsOf(worst, 'hi') },
    tierZero: items.filter(({ bound, tier }) => bound === 'lo' && tier === 0).map(({ key }) => key),
  };
}

function worseOf(before: Bounds<Grade | undefined> | undefined, item: OutageItem): Bounds<Grade | undefined> {
  const worse = (a: Grade | undefined, b: Grade | undefined): Grade | undefined =>
    a === undefined || (b !== undefined && GRADES.indexOf(b) < GRADES.indexOf(a)) ? b : a;
  return { lo: worse(before?.lo, item.bound === 'lo' ? item.grade : undefined), hi: worse(before?.hi, item.gradeHi) };
}

function countsOf(worst: ReadonlyMap<string, Bounds<Grade | undefined>>, bound: 'lo' | 'hi'): OutageCounts {
  const counts = Object.fromEntries(GRADES.map((grade) => [grade, 0])) as Record<Grade, number>;
  for (const grades of worst.values()) {
    const grade = grades[bound];
    if (grade !== undefined) counts[grade]++;
  }
  return counts;
}
