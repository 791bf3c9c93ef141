/** The proposed steps as waves: what our lifeline forbids left out, what contradicts itself refused, the most urgent first. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import type { Refusal } from '../../model/plan.ts';
import type { Proposal } from './contain.ts';
import type { Footholds } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { keepLifeline } from './lifeline.ts';
import { type Clock, HOP_MS, type ReachClass } from './objective.ts';
import { objectiveOf, orderedWaves } from './order.ts';
import { reachClasses } from './reach-classes.ts';
import { withReconcilersPaused } from './reconcilers.ts';
import { touches } from './touched.ts';
import { withoutVain } from './vain.ts';
import { layers } from './waves.ts';

export interface Arrangement {
  readonly waves: readonly (readonly Draft[])[];
  readonly drafts: readonly Draft[];
  readonly refusals: readonly Refusal[];
  /** Of `contain`: whether the order holds for another speed of the attacker. */
  readonly sensitivity?: string;
}

export function arrangement(input: PlanInput, footholds: Footholds, proposal: Proposal): Arrangement {
  if (input.mode !== 'contain') {
    const { waves, ...rest } = layered(input, proposal.drafts, proposal.refusals);
    return { ...rest, waves: waves.map(byId) };
  }
  const { graph, since, facts } = input;
  const touched = new Set(touches(graph, { held: footholds.held, since, facts }).map(({ thing }) => thing));
  const hopMs = input.hopMs ?? HOP_MS;
  const elapsedMs = since === undefined ? 0 : Math.max(0, Date.parse(input.now) - Date.parse(since));
  const clock: Clock = { elapsedMs, hopMs };
  const proposed = (early: Proposal['early'] = new Map()) =>
    classified(input, { ...proposal, early }, { held: footholds.held, touched });
  const late = proposed();
  const early = proposal.early?.size ? proposed(proposal.early) : late;
  // Early cuts must be worth their calls, whatever the time it is asked at: a plan that is made again is the same plan.
  const begin: Clock = { elapsedMs: 0, hopMs };
  const costOf = ({ waves, classes }: Classified): number => objectiveOf(orderedWaves(waves, classes, begin), classes, begin);
  const best = early !== late && costOf(early) < costOf(late) - LEAST_GAIN ? early : late;
  const waves = orderedWaves(best.waves, best.classes, clock);
  const { drafts, refusals } = best;
  return { waves, drafts, refusals, sensitivity: sensitivity(best, { clock, usual: waves }) };
}

const LEAST_GAIN = 1e-9;

interface Classified extends Pick<Arrangement, 'waves' | 'drafts' | 'refusals'> {
  readonly classes: readonly ReachClass[];
}

/** With these early cuts; what an early cut closes is closed by it, not by the one that repeats it. */
function classified(
  input: PlanInput,
  { drafts, refusals, cuts, firsts, early }: Proposal,
  { held, touched }: { held: readonly number[]; touched: ReadonlySet<number> },
): Classified {
  const first = new Map([...(firsts ?? []), ...(early ?? [])]);
  const found = layered(input, withReconcilersPaused(input, [...drafts, ...new Set(early?.values() ?? [])]), refusals);
  const steps = cuts.map((draft) => ({ id: first.get(draft.id)?.id ?? draft.id, cuts: draft.cuts }));
  return { ...found, classes: reachClasses({ graph: input.graph, held, weights: input.weights, steps, touched }) };
}

function layered(
  input: PlanInput,
  proposed: readonly Draft[],
  refusals: readonly Refusal[],
): Pick<Arrangement, 'waves' | 'drafts' | 'refusals'> {
  const kept = keepLifeline(input, proposed);
  const useful = withoutVain(input, proposed, { drafts: kept.drafts, refusals: [...refusals, ...kept.refusals] });
  const left = withoutCycles(input.graph, useful);
  const { drafts, refusals: refused } = withoutVain(input, useful.drafts, left);
  return { drafts, refusals: refused.sort(byTarget), waves: layers(drafts).waves };
}

/** What contradicts itself is refused, and so is what needs it. */
function withoutCycles(
  graph: AccessGraph,
  { drafts, refusals }: Pick<Proposal, 'drafts' | 'refusals'>,
): { drafts: readonly Draft[]; refusals: Refusal[] } {
  let left = [...drafts];
  const refused = [...refusals];
  for (let { cyclic } = layers(left); cyclic.length > 0; { cyclic } = layers(left)) {
    const gone = new Set(left.filter(({ id }) => cyclic.includes(id)).map(({ target }) => target));
    for (const target of gone) {
      refused.push({
        target: graph.keys[target]!,
        rule: 'precedence',
        reason: 'its steps would have to come before each other; plan its parts one after another',
      });
    }
    left = left.filter(({ target, for: serves }) => !gone.has(target) && (serves === undefined || !gone.has(serves)));
  }
  return { drafts: left, refusals: refused };
}

const byTarget = (a: Refusal, b: Refusal): number => (a.target < b.target ? -1 : a.target > b.target ? 1 : 0);

const byId = (wave: readonly Draft[]): Draft[] => [...wave].sort((a, b) => (a.id < b.id ? -1 : 1));

function sensitivity(
  { waves, classes }: Classified,
  { clock, usual }: { clock: Clock; usual: readonly (readonly Draft[])[] },
): string {
  const names = (found: readonly (readonly Draft[])[]): string =>
    found.map((wave) => wave.map(({ id }) => id).join(' ')).join('\n');
  const order = (factor: number) => orderedWaves(waves, classes, { ...clock, hopMs: clock.hopMs * factor });
  return sensitivityText([1 / 5, 5].filter((factor) => names(order(factor)) !== names(usual)));
}

function sensitivityText(changed: readonly number[]): string {
  if (changed.length === 0) return 'the order is the same for an attacker five times faster or five times slower';
  const who = changed.map((factor) => (factor < 1 ? 'faster' : 'slower')).join(' or ');
  return `for an attacker five times ${who} steps within a wave would change places; the waves stay`;
}
