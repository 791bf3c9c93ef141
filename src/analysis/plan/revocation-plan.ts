/**
 * The revocation plan: which steps, in which waves, and why each stands where it does.
 *
 * Pure: the same question gives the same steps and the same hash, whatever the time it is asked at. Cost: one search of the graph for
 * each foothold and each wave, and the outage of each choice.
 */
import type { AccessGraph } from '../../graph/access-graph.ts';
import { nameAt } from '../../graph/access-graph.ts';
import { HOUR_MS } from '../../model/durations.ts';
import type { Time } from '../../model/entity.ts';
import type { Plan, PlanStep, Refusal } from '../../model/plan.ts';
import { withApprovals } from './approvals.ts';
import { containment, type Proposal } from './contain.ts';
import { createFigures, type Figures } from './figures.ts';
import { type Footholds, footholds as footholdsOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { keepLifeline } from './lifeline.ts';
import { HOP_MS } from './objective.ts';
import { orderedWaves } from './order.ts';
import { planHash } from './plan-hash.ts';
import { reachClasses } from './reach-classes.ts';
import { withReconcilersPaused } from './reconcilers.ts';
import { retirement } from './retire.ts';
import { schedule, type Timing } from './schedule.ts';
import { sweep } from './sweep.ts';
import { taken } from './taken.ts';
import { touches } from './touched.ts';
import { tradeoff } from './tradeoff.ts';
import { layers } from './waves.ts';

/** Throws UnknownEntityError for a target that the graph does not hold. */
export function revocationPlan(input: PlanInput): Plan {
  const { graph, mode, budgets } = input;
  const footholds = footholdsOf(graph, input.targets, input);
  const proposal = mode === 'contain' ? containment(input, footholds) : retirement(input, footholds);
  const kept = keepLifeline(input, mode === 'contain' ? withReconcilersPaused(input, proposal.drafts) : proposal.drafts);
  const { drafts, refusals } = withoutCycles(graph, { drafts: kept.drafts, refusals: [...proposal.refusals, ...kept.refusals] });
  const layered = layers(drafts).waves;
  const ordered =
    mode === 'contain' ? urgentFirst(input, footholds, { waves: layered, cuts: proposal.cuts }) : { waves: layered.map(byId) };
  const final = mode === 'contain' ? sweep(input, footholds, { drafts, changes: proposal.changes ?? [] }) : [];
  const waves = final.length > 0 ? [...ordered.waves, final] : ordered.waves;
  const table = createFigures({ graph, held: footholds.held, weights: input.weights });
  const figures = table.byWave(waves);
  const agreed = withApprovals(input, waves, figures);
  const steps = stepsOf(input, agreed, figures);
  const targets = footholds.targets.map((one) => graph.keys[one]!);
  const plan = {
    id: input.id,
    mode,
    targets,
    ...(input.since !== undefined && { since: input.since }),
    budgets,
    createdAt: input.now,
    generation: input.generation,
    waves: steps.map((wave) => ({ steps: wave })),
    tradeoff: tradeoff(table, { graph, waves, alternatives: proposal.alternatives ?? [] }),
    refusals,
    ...('sensitivity' in ordered && { sensitivity: ordered.sensitivity, assumeTaken: taken(input, footholds) }),
  };
  return { ...plan, hash: planHash(plan) };
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
  return { drafts: left, refusals: refused.sort((a, b) => (a.target < b.target ? -1 : a.target > b.target ? 1 : 0)) };
}

const byId = (wave: readonly Draft[]): Draft[] => [...wave].sort((a, b) => (a.id < b.id ? -1 : 1));

function urgentFirst(
  input: PlanInput,
  { held }: Footholds,
  { waves, cuts }: { waves: readonly (readonly Draft[])[]; cuts: readonly Draft[] },
): { waves: readonly (readonly Draft[])[]; sensitivity: string } {
  const { graph, weights, since, facts } = input;
  const touched = new Set(touches(graph, { held, since, facts }).map(({ thing }) => thing));
  const classes = reachClasses({ graph, held, weights, steps: cuts, touched });
  const hopMs = input.hopMs ?? HOP_MS;
  const elapsedMs = since === undefined ? 0 : Math.max(0, Date.parse(input.now) - Date.parse(since));
  const order = (factor: number) => orderedWaves(waves, classes, { elapsedMs, hopMs: hopMs * factor });
  const names = (found: readonly (readonly Draft[])[]): string =>
    found.map((wave) => wave.map(({ id }) => id).join(' ')).join('\n');
  const usual = order(1);
  const changed = [1 / 5, 5].filter((factor) => names(order(factor)) !== names(usual));
  return { waves: usual, sensitivity: sensitivityText(changed) };
}

function sensitivityText(changed: readonly number[]): string {
  if (changed.length === 0) return 'the order is the same for an attacker five times faster or five times slower';
  const who = changed.map((factor) => (factor < 1 ? 'faster' : 'slower')).join(' or ');
  return `for an attacker five times ${who} steps within a wave would change places; the waves stay`;
}

function stepsOf(input: PlanInput, waves: readonly (readonly Draft[])[], figures: readonly Figures[]): PlanStep[][] {
  const timings = schedule(waves);
  const known = new Set(waves.flat().map(({ id }) => id));
  return waves.map((wave, i) =>
    wave.map((draft) => stepOf(input, draft, { figures: figures[i]!, timing: timings.get(draft.id)!, known })),
  );
}

function stepOf(
  { graph, now, facts }: PlanInput,
  draft: Draft,
  { figures, timing, known }: { figures: Figures; timing: Timing; known: ReadonlySet<string> },
): PlanStep {
  const at = (ms: number): Time => new Date(Date.parse(now) + ms).toISOString();
  return {
    id: draft.id,
    target: graph.keys[draft.target]!,
    ...(draft.for !== undefined && { for: graph.keys[draft.for]! }),
    action: draft.action,
    parameters: draft.parameters,
    connector: draft.connector,
    reversibility: draft.reversibility,
    needs: [...new Set(draft.needs)].filter((id) => known.has(id)).sort(),
    cuts: [...new Set(draft.cuts)].map((r) => nameAt(graph, r)),
    reachAfter: figures.reach,
    outageAfter: figures.outage,
    startsAt: at(timing.startsAt),
    effectiveBy: at(timing.effectiveAt),
    residualUntil: residualOf({ graph, facts }, draft, at(timing.effectiveAt)),
    probe: draft.probe,
    approvals: draft.approvals,
    commands: draft.commands,
    why: draft.why,
    ...(draft.continue && { continue: true as const }),
  };
}

/** The longest that AWS lets a session live: what is assumed where its end is not known. */
const LONGEST_SESSION_MS = 36 * HOUR_MS;

function residualOf({ graph, facts }: Pick<PlanInput, 'graph' | 'facts'>, { residual }: Draft, from: Time): Time | null {
  const ends = residual.map(
    (one) => facts.entity(graph.keys[one]!)?.expiresAt ?? new Date(Date.parse(from) + LONGEST_SESSION_MS).toISOString(),
  );
  const last = ends.sort().at(-1);
  return last !== undefined && last > from ? last : null;
}
