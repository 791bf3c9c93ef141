/**
 * The revocation plan: which steps, in which waves, and why each stands where it does.
 *
 * Pure: the same question gives the same steps and the same hash, whatever the time it is asked at. Cost: one search of the graph for
 * each foothold and each wave, and the outage of each choice.
 */
import { nameAt } from '../../graph/access-graph.ts';
import { HOUR_MS } from '../../model/durations.ts';
import type { Time } from '../../model/entity.ts';
import type { Plan, PlanStep } from '../../model/plan.ts';
import { withApprovals } from './approvals.ts';
import { arrangement } from './arrangement.ts';
import { containment } from './contain.ts';
import { createFigures, type Figures } from './figures.ts';
import { footholds as footholdsOf } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { planHash } from './plan-hash.ts';
import { retirement } from './retire.ts';
import { schedule, type Timing } from './schedule.ts';
import { sweep } from './sweep.ts';
import { taken } from './taken.ts';
import { tradeoff } from './tradeoff.ts';

/** Throws UnknownEntityError for a target that the graph does not hold. */
export function revocationPlan(input: PlanInput): Plan {
  const { graph, mode, budgets } = input;
  const footholds = footholdsOf(graph, input.targets, input);
  const proposal = mode === 'contain' ? containment(input, footholds) : retirement(input, footholds);
  const { waves: ordered, drafts, refusals, sensitivity } = arrangement(input, footholds, proposal);
  const final = mode === 'contain' ? sweep(input, footholds, { drafts, changes: proposal.changes ?? [] }) : [];
  const waves = final.length > 0 ? [...ordered, final] : ordered;
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
    ...(input.split && { split: input.split.rights }),
    budgets,
    createdAt: input.now,
    generation: input.generation,
    waves: steps.map((wave) => ({ steps: wave })),
    tradeoff: tradeoff(table, { graph, waves, alternatives: proposal.alternatives ?? [] }),
    refusals,
    ...(sensitivity !== undefined && { sensitivity, assumeTaken: taken(input, footholds) }),
  };
  return { ...plan, hash: planHash(plan) };
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
    ...(draft.forConsumers && { forConsumers: draft.forConsumers }),
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
