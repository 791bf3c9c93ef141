/** What is left to the attacker and what is broken, wave by wave. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { reachInTurns, type Search } from '../../graph/reach-many.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { type Bounds, GRADES, type Grade, type OutageCounts } from '../../model/plan.ts';
import { levelWeight, type Weights } from '../../model/weights.ts';
import { weightAt } from '../attack-reach.ts';
import type { OutageItem } from '../outage-radius.ts';
import type { Draft } from './input.ts';
import { type Harm, maskOf, outageOf } from './outage.ts';

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

type Effect = Pick<Draft, 'cuts'> & Harm;

export interface FiguresTable {
  /** Of sets of steps, whatever their order. */
  of(sets: readonly (readonly Effect[])[]): Figures[];
  /** After each wave, the waves before included. What broke once stays counted, by its worst grade. */
  byWave(waves: readonly (readonly Effect[])[]): Figures[];
  /** Whether the steps break anything in the lower bound. */
  isHarmful(steps: readonly Effect[]): boolean;
}

/** Steps that do the same to the graph are asked once, and all sets of a question together. */
export function createFigures(question: FiguresQuestion): FiguresTable {
  const { graph } = question;
  const items = new Map<string, readonly OutageItem[]>();
  const itemsOf = (steps: readonly Effect[]): readonly OutageItem[] => {
    const harmful = steps.filter(({ kills, removes }) => kills.length > 0 || removes.length > 0);
    const id = harmful
      .map(({ kills, removes, releases, keptOpen = [] }) => [kills, removes, releases, keptOpen].join(';'))
      .sort()
      .join('|');
    const known = items.get(id) ?? (harmful.length === 0 ? [] : outageOf(graph, harmful).items);
    items.set(id, known);
    return known;
  };
  const figures = (sets: readonly (readonly Effect[])[], worstOf: () => Worst): Figures[] => {
    const reach = reachLeft(
      question,
      sets.map((steps) => steps.flatMap(({ cuts }) => cuts)),
    );
    return sets.map((steps, i) => ({ ...brokenBy(itemsOf(steps), worstOf()), reach: reach[i]! }));
  };
  return {
    of: (sets) => figures(sets, () => new Map()),
    byWave(waves) {
      const worst: Worst = new Map();
      return figures(
        waves.map((_, i) => waves.slice(0, i + 1).flat()),
        () => worst,
      );
    },
    isHarmful: (steps) => itemsOf(steps).some(({ bound }) => bound === 'lo'),
  };
}

/** The weight left to a holder once relationships are cut, for each set of them. */
function reachLeft({ graph, held, weights }: FiguresQuestion, sets: readonly (readonly number[])[]): Bounds<number>[] {
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  const from = anyone === undefined ? held : [...held, anyone];
  const without = maskOf(graph, sets.flat());
  const all = new Set(sets.flat());
  const searches = sets.map((cuts): Search => {
    const cut = new Set(cuts);
    return { from, reopened: [...all].filter((r) => !cut.has(r)) };
  });
  const weigh = (walk: 'lo' | 'hi'): Float64Array => {
    const sums = new Float64Array(sets.length);
    const isSubject = new Set(from);
    reachInTurns(graph, searches, {
      walk,
      without,
      visit({ any, facetsOf }, first, count) {
        for (let entity = 0; entity < graph.order; entity++) {
          const worth = any[entity] && !isSubject.has(entity) ? weightAt(graph, weights, entity) : 0;
          for (let i = 0; worth > 0 && i < count; i++) sums[first + i]! += worth * levelWeight(weights, facetsOf(i, entity));
        }
      },
    });
    return sums;
  };
  const [lo, hi] = [weigh('lo'), weigh('hi')];
  return sets.map((_, i) => ({ lo: lo[i]!, hi: hi[i]! }));
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
