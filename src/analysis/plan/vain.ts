/** What is left out takes with it what is in vain without it. */
import { entityKindAt } from '../../graph/access-graph.ts';
import type { Refusal } from '../../model/plan.ts';
import type { Draft, PlanInput } from './input.ts';

type Asked = Pick<PlanInput, 'graph' | 'mode'>;

interface Left {
  readonly drafts: readonly Draft[];
  readonly refusals: readonly Refusal[];
}

/**
 * Rules 3 and 4 for steps that were proposed and then left out: sessions are not cut for the last time while what mints them goes on, and
 * nothing is cut that can be made again. Such steps go too, with everything for the same target, and each target is refused by name.
 */
export function withoutVain(
  input: Asked,
  proposed: readonly Draft[],
  { drafts, refusals }: Left,
): Left & { refusals: Refusal[] } {
  const byId = new Map(proposed.map((draft) => [draft.id, draft]));
  let left = drafts;
  const refused = [...refusals];
  for (;;) {
    const ids = new Set(left.map(({ id }) => id));
    const goneOf = (steps: readonly string[]): Draft[] => steps.flatMap((id) => (ids.has(id) ? [] : (byId.get(id) ?? [])));
    const lacking = ({ needs, notBefore }: Draft): Draft[] => [
      ...goneOf(needs),
      ...goneOf(notBefore).filter((gone) => !isCutOtherwise(input, gone, left)),
    ];
    const vain = new Map<number, readonly Draft[]>();
    for (const draft of left) {
      const without = lacking(draft);
      if (without.length > 0 && !vain.has(draft.target)) vain.set(draft.target, without);
    }
    if (vain.size === 0) return { drafts: left, refusals: refused };
    for (const [target, without] of vain) refused.push(refusalOf(input, target, without));
    left = left.filter(({ target, for: serves }) => !vain.has(target) && (serves === undefined || !vain.has(serves)));
  }
}

/** A control from outside that is left out leaves the proof's own; an early cut the last one. */
function isCutOtherwise({ graph }: Asked, gone: Draft, left: readonly Draft[]): boolean {
  const isSession = entityKindAt(graph, gone.target) === 'Session';
  const footholds = isSession || gone.for === undefined ? [gone.target] : [gone.target, gone.for];
  return left.some(({ target, cuts }) => cuts.length > 0 && footholds.includes(target));
}

function refusalOf({ graph, mode }: Asked, target: number, without: readonly Draft[]): Refusal {
  const names = [...new Set(without.map((draft) => graph.keys[draft.target]!))].sort();
  const named = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
  const key = graph.keys[target]!;
  if (mode === 'retire') return { target: key, rule: 'precedence', reason: `${named} has to go before it, and may not go now` };
  const isSession = entityKindAt(graph, target) === 'Session';
  return {
    target: key,
    rule: isSession ? '3: stop minting first' : '4: re-creation',
    reason: `${named} can make it again and may not be cut now, so cutting it alone would be in vain`,
  };
}
