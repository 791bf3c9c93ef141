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

export interface FiguresTable {
  /** Of a set of steps, whatever their order. */
  of(steps: readonly Effect[]): Figures;
  /** After each wave, the waves before included. What broke once stays counted, by its worst grade. */
  byWave(waves: readonly (readonly Effect[])[]): Figures[];
  /** Whether the steps break anything in the lower bound. */
  isHarmful(steps: readonly Effect[]): boolean;
}

/** Steps that do the same to the graph are asked once. */
export function createFigures({ graph, held, weights }: FiguresQuestion): FiguresTable {
  const reach = remembered((cuts: readonly number[]) => reachWeight(graph, held, { weights, without: maskOf(graph, cuts) }));
  const items = new Map<string, readonly OutageItem[]>();
  const itemsOf = (steps: readonly Effect[]): readonly OutageItem[] => {
    const harmful = steps.filter(({ kills, removes }) => kills.length > 0 || removes.length > 0);
    const id = harmful
      .map(({ kills, removes, releases }) => [kills, removes, releases].join(';'))
      .sort()
      .join('|');
    const known = items.get(id) ?? (harmful.length === 0 ? [] : outageOf(graph, harmful).items);
    items.set(id, known);
    return known;
  };
  const figures = (steps: readonly Effect[], worst: Worst): Figures => ({
    ...brokenBy(itemsOf(steps), worst),
    reach: reach([...new Set(steps.flatMap(({ cuts }) => cuts))].sort((a, b) => a - b)),
  });
  return {
    of: (steps) => figures(steps, new Map()),
    byWave(waves) {
      const worst: Worst = new Map();
      return waves.map((_, i) => figures(waves.slice(0, i + 1).flat(), worst));
    },
    isHarmful: (steps) => itemsOf(steps).some(({ bound }) => bound === 'lo'),
  };
}

function remembered<V>(ask: (numbers: readonly number[]) => V): (numbers: readonly number[]) => V {
  const known = new Map<string, V>();
  return (numbers) => {
    const id = numbers.join(' ');
    const value = known.get(id) ?? ask(numbers);
    known.set(id, value);
    return value;
  };
}

type Worst = Map<string, Bounds<Grade | undefined>>;

function brokenBy(items: readonly OutageItem[], worst: Worst): Pick<Figures, 'outage' | 'tierZero'> {
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
