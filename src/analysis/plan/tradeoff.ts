/** What each part of the plan buys and costs: the points that no other point beats. */
import { MOST_AT_ONCE } from '../../graph/reach-many.ts';
import { type Bounds, GRADES, type OutageCounts, type TradeoffPoint } from '../../model/plan.ts';
import type { FiguresTable } from './figures.ts';
import type { Draft } from './input.ts';

/** As many as searches walk at once. */
const MOST_POINTS = MOST_AT_ONCE;

/** Doing nothing, each wave, each step of the longest wave while there are not too many, the plan without the steps that break something. */
export function tradeoff(figures: FiguresTable, waves: readonly (readonly Draft[])[]): TradeoffPoint[] {
  const all = waves.flat();
  if (all.length === 0) return [];
  const sets = new Map<string, readonly Draft[]>();
  const propose = (steps: readonly Draft[]): void => {
    if (sets.size < MOST_POINTS) sets.set(steps.map(({ id }) => id).join(' '), steps);
  };
  propose(all);
  propose([]);
  waves.forEach((_, i) => {
    propose(waves.slice(0, i + 1).flat());
  });
  propose(all.filter((draft) => !figures.isHarmful([draft])));
  all.forEach((_, i) => {
    propose(all.slice(0, i + 1));
  });
  const found = figures.of([...sets.values()]);
  const points = [...sets.values()].map((steps, i) => {
    const { reach, outage } = found[i]!;
    return { steps: steps.map(({ id }) => id), reach, outage, recommended: false };
  });
  return recommendedOf(undominated(points), all.length);
}

const numbersOf = ({ reach, outage }: { reach: Bounds<number>; outage: Bounds<OutageCounts> }): number[] => [
  reach.lo,
  reach.hi,
  ...GRADES.map((grade) => outage.lo[grade]),
  ...GRADES.map((grade) => outage.hi[grade]),
];

/** Of equal points the one with the most steps stays: it is the plan, or nearest to it. */
function undominated(points: readonly TradeoffPoint[]): TradeoffPoint[] {
  const numbers = new Map(points.map((point) => [point, numbersOf(point)]));
  const beats = (one: TradeoffPoint, other: TradeoffPoint): boolean => {
    const mine = numbers.get(one)!;
    const theirs = numbers.get(other)!;
    if (!mine.every((value, i) => value <= theirs[i]!)) return false;
    const isEqual = mine.every((value, i) => value === theirs[i]!);
    return !isEqual || one.steps.length > other.steps.length;
  };
  return points
    .filter((point) => !points.some((other) => other !== point && beats(other, point)))
    .sort((a, b) => b.reach.hi - a.reach.hi || a.steps.length - b.steps.length);
}

/** The least that is left to the attacker, then the least that breaks, then the plan as a whole. */
function recommendedOf(points: readonly TradeoffPoint[], whole: number): TradeoffPoint[] {
  const rank = (point: TradeoffPoint): number[] => [
    point.reach.hi,
    point.reach.lo,
    point.outage.lo.down,
    point.outage.hi.down,
    point.steps.length === whole ? 0 : 1,
  ];
  const best = [...points].sort((a, b) => compare(rank(a), rank(b)))[0];
  return points.map((point) => (point === best ? { ...point, recommended: true } : point));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
