/** What each part of the plan buys and costs: the points that no other point beats. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { MOST_AT_ONCE } from '../../graph/reach-many.ts';
import { type Bounds, GRADES, type OutageCounts, type TradeoffPoint } from '../../model/plan.ts';
import type { FiguresTable } from './figures.ts';
import type { Draft } from './input.ts';

/** As many as searches walk at once. */
const MOST_POINTS = MOST_AT_ONCE;
const MOST_ALTERNATIVES = MOST_AT_ONCE / 2;

/** A lower rung for one of the steps. */
export interface Alternative {
  readonly instead: Draft;
  readonly draft: Draft;
  /** It may leave everything open to an attacker who stands in the right place: then the upper bound counts nothing of what it cuts. */
  readonly isFence: boolean;
}

export interface TradeoffQuestion {
  readonly graph: AccessGraph;
  readonly waves: readonly (readonly Draft[])[];
  readonly alternatives: readonly Alternative[];
}

/**
 * Doing nothing, each wave, each step of the longest wave while there are not too many, the plan without the steps that break something,
 * and the plan with each alternative.
 */
export function tradeoff(figures: FiguresTable, { graph, waves, alternatives }: TradeoffQuestion): TradeoffPoint[] {
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
  const points = [...sets.values()].map((steps, i): TradeoffPoint => {
    const { reach, outage } = found[i]!;
    return { steps: steps.map(({ id }) => id), reach, outage, recommended: false };
  });
  return recommendedOf(undominated([...points, ...alternativePoints(figures, { graph, all, alternatives })]), all.length);
}

function alternativePoints(
  figures: FiguresTable,
  { graph, all, alternatives }: { graph: AccessGraph; all: readonly Draft[]; alternatives: readonly Alternative[] },
): TradeoffPoint[] {
  const mine = alternatives
    .filter(({ instead }) => all.some(({ id }) => id === instead.id) && figures.isHarmful([instead]))
    .slice(0, MOST_ALTERNATIVES);
  const without = mine.map(({ instead }) => all.filter(({ id }) => id !== instead.id));
  const withIt = mine.map(({ draft }, i) => [...without[i]!, draft]);
  const found = figures.of([...without, ...withIt]);
  return mine.map(({ instead, draft, isFence }, i) => {
    const [open, held] = [found[i]!, found[mine.length + i]!];
    const { id, action, target, commands, why } = draft;
    return {
      steps: withIt[i]!.map((step) => step.id),
      reach: { lo: held.reach.lo, hi: isFence ? open.reach.hi : held.reach.hi },
      outage: held.outage,
      recommended: false,
      alternative: { id, instead: instead.id, target: graph.keys[target]!, action, commands, why },
    };
  });
}

const numbersOf = ({ reach, outage }: { reach: Bounds<number>; outage: Bounds<OutageCounts> }): number[] => [
  reach.lo,
  reach.hi,
  ...GRADES.map((grade) => outage.lo[grade]),
  ...GRADES.map((grade) => outage.hi[grade]),
];

/** Alternatives come after all that the plan holds itself; then what has the most steps comes first: it is the plan, or nearest to it. */
const preference = ({ steps, alternative }: TradeoffPoint): number => (alternative ? -1 / steps.length : steps.length);
const nameOf = ({ steps }: TradeoffPoint): string => steps.join(' ');

/** Of equal points one stays. */
function undominated(points: readonly TradeoffPoint[]): TradeoffPoint[] {
  const numbers = new Map(points.map((point) => [point, numbersOf(point)]));
  const beats = (one: TradeoffPoint, other: TradeoffPoint): boolean => {
    const mine = numbers.get(one)!;
    const theirs = numbers.get(other)!;
    if (!mine.every((value, i) => value <= theirs[i]!)) return false;
    const isEqual = mine.every((value, i) => value === theirs[i]!);
    return (
      !isEqual || preference(one) > preference(other) || (preference(one) === preference(other) && nameOf(one) < nameOf(other))
    );
  };
  return points
    .filter((point) => !points.some((other) => other !== point && beats(other, point)))
    .sort((a, b) => b.reach.hi - a.reach.hi || a.steps.length - b.steps.length);
}

const WHY = 'of all that was weighed it leaves the attacker the least, and of what leaves as little it breaks the least';

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
  return points.map((point) => (point === best ? { ...point, recommended: true, why: WHY } : point));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
