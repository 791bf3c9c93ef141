/**
 * What a plan came to, for whoever has to answer for it: who decided and did what, when, what was seen, what is cut, what outlives it,
 * and how it is taken back. Made from the plan, its steps and its ledger records: nothing is asked of a provider.
 */
import type { RelationshipName, Time } from '../../model/entity.ts';
import { deletionOf, isPreparation } from '../../model/final-step.ts';
import type { LedgerRecord } from '../../model/ledger.ts';
import type { Bounds, PlanState, PlanStep, Refusal, StepRecord, StepState, StoredPlan } from '../../model/plan.ts';
import { type TimelineEntry, timelineEntry } from './timeline.ts';

export interface ReportedStep {
  readonly id: string;
  readonly wave: number;
  readonly action: string;
  readonly target: string;
  readonly connector: string;
  readonly state: StepState;
  readonly why: string;
  /** In the order in which it came. */
  readonly evidence: readonly string[];
  /** What it cut, when it was seen effective; empty before. */
  readonly cut: readonly RelationshipName[];
  readonly updatedAt: Time;
}

export interface Remaining {
  readonly step: string;
  readonly target: string;
  readonly what: string;
  /** Null: until somebody ends it. */
  readonly until: Time | null;
}

export interface OpenStep {
  readonly step: string;
  readonly target: string;
  readonly state: StepState;
  readonly next: string;
}

export interface UndoLine {
  readonly step: string;
  readonly target: string;
  readonly isPossible: boolean;
  /** What `interlock undo` runs, or a person pastes; empty where nothing brings it back. */
  readonly command: string;
  readonly why: string;
}

export interface ExecutionReport {
  readonly plan: string;
  readonly hash: string;
  readonly mode: string;
  readonly state: PlanState;
  readonly targets: readonly string[];
  readonly since: Time | null;
  readonly createdAt: Time;
  readonly requestedBy: string;
  readonly approvals: readonly { readonly by: string; readonly at: Time }[];
  readonly timeline: readonly TimelineEntry[];
  readonly steps: readonly ReportedStep[];
  /** The weight that a holder of the targets could still reach after the last wave that came to its end; null before the first. */
  readonly reachLeft: Bounds<number> | null;
  readonly remains: readonly Remaining[];
  readonly open: readonly OpenStep[];
  readonly undo: readonly UndoLine[];
  readonly refusals: readonly Refusal[];
}

const WORKS: readonly StepState[] = ['effective', 'partial'];
const CAME_TO_AN_END: readonly StepState[] = ['effective', 'partial', 'skipped'];
const IN_VAIN: readonly StepState[] = ['refused', 'failed'];

export function executionReport(stored: StoredPlan, ledger: readonly LedgerRecord[], now: Time): ExecutionReport {
  const { plan, state, requestedBy, approvals } = stored;
  const records = new Map(stored.steps.map((record) => [record.step, record]));
  const steps = plan.waves.flatMap((wave, i) => wave.steps.map((step) => ({ step, wave: i + 1, record: records.get(step.id) })));
  const all = steps.map(({ step }) => step);
  const deletedBy = (step: PlanStep): PlanStep | undefined => deletionOf(step, all, (id) => records.get(id));
  return {
    plan: plan.id,
    hash: plan.hash,
    mode: plan.mode,
    state,
    targets: plan.targets,
    since: plan.since ?? null,
    createdAt: plan.createdAt,
    requestedBy,
    approvals: approvals.map(({ by, at }) => ({ by, at })),
    timeline: ledger.map(timelineEntry),
    steps: steps.map(({ step, wave, record }) => reported(step, wave, record, plan.createdAt)),
    reachLeft: reachLeft(stored, records),
    remains: steps.flatMap(({ step, record }) => remaining(step, record, now)),
    open: steps.flatMap(({ step, record }) => openStep(plan.id, step, record)),
    undo: steps.flatMap(({ step, record }) => undoLine(step, record, { now, deletion: deletedBy(step) })).reverse(),
    refusals: plan.refusals,
  };
}

function reported(step: PlanStep, wave: number, record: StepRecord | undefined, createdAt: Time): ReportedStep {
  const state = record?.state ?? 'planned';
  return {
    id: step.id,
    wave,
    action: step.action,
    target: step.target,
    connector: step.connector,
    state,
    why: step.why,
    evidence: record?.evidence ?? [],
    cut: WORKS.includes(state) ? step.cuts : [],
    updatedAt: record?.updatedAt ?? createdAt,
  };
}

function reachLeft({ plan }: StoredPlan, records: ReadonlyMap<string, StepRecord>): Bounds<number> | null {
  // A cut that was only simulated, or that an undo forestalled, has cut nothing.
  const isOver = ({ id, cuts, continue: goesOn }: PlanStep): boolean => {
    const state = records.get(id)?.state ?? 'planned';
    if (cuts.length > 0) return WORKS.includes(state);
    return CAME_TO_AN_END.includes(state) || (goesOn === true && IN_VAIN.includes(state));
  };
  let left: Bounds<number> | null = null;
  for (const { steps } of plan.waves) {
    if (!steps.every(isOver)) break;
    left = steps[0]?.reachAfter ?? left;
  }
  return left;
}

function remaining(step: PlanStep, record: StepRecord | undefined, now: Time): Remaining[] {
  if (!record || !WORKS.includes(record.state)) return [];
  const until = record.residualUntil ?? step.residualUntil;
  if (record.state === 'effective' && (until === null || until <= now)) return [];
  const what =
    record.state === 'partial' ? (record.evidence.at(-1) ?? 'it took effect in part') : 'sessions that were issued before';
  return [{ step: step.id, target: step.target, what, until }];
}

function openStep(plan: string, step: PlanStep, record: StepRecord | undefined): OpenStep[] {
  const state = record?.state ?? 'planned';
  const next = NEXT[state]?.(plan, step);
  return next === undefined ? [] : [{ step: step.id, target: step.target, state, next }];
}

const again = (plan: string): string => `interlock execute ${plan} --apply`;
/** What to do about a step that did not come to its end. */
const NEXT: Readonly<Partial<Record<StepState, (plan: string, step: PlanStep) => string>>> = {
  planned: again,
  approved: again,
  requested: (plan) => `${again(plan)} (looks first whether it happened)`,
  accepted: (plan, step) =>
    step.connector === 'manual'
      ? `do it by hand, then: interlock confirm ${plan} ${step.id}`
      : `${again(plan)} (waits for the effect)`,
  propagating: (plan) => `${again(plan)} (waits for the effect)`,
  refused: (plan) => `cure what it was refused for, then: ${again(plan)}`,
  failed: (plan) => `look at its evidence, then: ${again(plan)}`,
};

/** States in which something may be in place. */
const IN_PLACE: readonly StepState[] = ['requested', 'accepted', 'propagating', 'effective', 'partial', 'failed'];

function undoLine(
  step: PlanStep,
  record: StepRecord | undefined,
  { now, deletion }: { readonly now: Time; readonly deletion: PlanStep | undefined },
): UndoLine[] {
  if (!record || !IN_PLACE.includes(record.state)) return [];
  const line = { step: step.id, target: step.target, command: step.commands.inverse };
  if (deletion) {
    const why = isPreparation(step)
      ? `${deletion.target} was deleted, and its consumers have nothing but what took its place`
      : `${deletion.target} was deleted: nothing to bring back`;
    return [{ ...line, isPossible: false, why }];
  }
  if (step.commands.inverse === '') {
    const why = step.reversibility === 'R2' ? `${step.action} is irreversible: it stays` : 'nothing to bring back';
    return [{ ...line, isPossible: false, why }];
  }
  const until = record.residualUntil ?? step.residualUntil;
  if (step.reversibility === 'R!' && (until === null || until > now)) {
    const when = until === null ? 'once the credential was replaced' : `after ${until}, or once the credential was replaced`;
    return [{ ...line, isPossible: false, why: `undoing it re-arms whoever holds what was minted: ${when}` }];
  }
  const why = step.reversibility === 'R1' ? 'from the pre-image that was saved before' : 'the inverse call brings it back';
  return [{ ...line, isPossible: true, why }];
}
