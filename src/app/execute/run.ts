/** What an execution works with, and what it comes to. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../../model/entity.ts';
import { RefusedError } from '../../model/errors.ts';
import { type LedgerDraft, type LedgerType, sha256 } from '../../model/ledger.ts';
import type { Drift, Hold, Plan, PlanState, PlanStep, StepRecord, StepState, StoredPlan } from '../../model/plan.ts';
import type { Enforcer, EnforcerContext, HandOver } from '../../ports/enforcer.ts';
import type { StepTransition } from '../../ports/store.ts';
import type { App } from '../app.ts';
import { createHandOvers, type HandOvers, handOverOf } from './hand-over.ts';
import { createGates, type Gate, type Gates } from './pace.ts';
import { createSealer, parseSealKeys, type Sealer } from './seal.ts';

export interface ExecuteContext
  extends Pick<App, 'store' | 'enforcerFor' | 'sealKey' | 'clock' | 'wallClock' | 'newId' | 'process'> {
  readonly settings: Pick<App['settings'], 'budgets' | 'denyList'> & Partial<Pick<App['settings'], 'execution'>>;
  /** Absent: each connector does one step at a time in this run, as fast as it goes. */
  readonly gates?: Gates;
  /** Absent: new values do not outlive the run. */
  readonly handOvers?: HandOvers;
  /** Asks the plan's question again, of the graph as it is now. */
  readonly replan: (plan: Plan) => Promise<Plan>;
  /** Waits between probes and retries; real time unless a test brings its own. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface StepProgress {
  readonly plan: string;
  readonly step: string;
  readonly target: string;
  readonly action: string;
  readonly state: StepState;
  /** Steps that came to an end, of all. */
  readonly done: number;
  readonly total: number;
}

export interface RunOptions {
  readonly actor: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: StepProgress) => void;
  /** Holds of this run end after this; absent: after what is configured. */
  readonly holdForMs?: number;
}

export interface ExecutedStep {
  readonly id: string;
  readonly state: StepState;
  readonly evidence: readonly string[];
  readonly residualUntil: string | null;
  /** While it is on its way: until when its effect must be seen. */
  readonly effectiveBy?: string;
  /** Somebody has removed what the step put in place. */
  readonly drift?: Drift;
}

export interface ExecutionResult {
  readonly plan: string;
  readonly state: PlanState;
  readonly steps: readonly ExecutedStep[];
  /** Why it did not go on, or, in a dry run, what would stop it; empty when nothing did. */
  readonly stopped: readonly string[];
}

/** One plan being carried out, with its steps as the store holds them. */
export interface Run extends RunOptions {
  readonly context: ExecuteContext;
  readonly plan: Plan;
  readonly requestedBy: string;
  readonly sealer: Sealer;
  readonly records: Map<string, StepRecord>;
  readonly handOver: HandOver;
  readonly gates: Gates;
}

const gatesOfStores = new WeakMap<object, Gates>();

/** Without configured ones, those of the store: plans of one process take turns all the same. */
function gatesOf({ gates, store }: ExecuteContext): Gates {
  const known = gates ?? gatesOfStores.get(store) ?? createGates();
  if (!gates) gatesOfStores.set(store, known);
  return known;
}

export const gateOf = (run: Run, step: PlanStep): Gate => run.gates.of(step.connector);

export async function storedPlan(context: Pick<ExecuteContext, 'store'>, id: string): Promise<StoredPlan> {
  const stored = await context.store.plan(id);
  if (!stored) throw new RefusedError(`${id}: no such plan; make one with \`interlock plan <key> --mode contain\``);
  return stored;
}

export async function openRun(context: ExecuteContext, id: string, options: RunOptions): Promise<Run> {
  const { plan, requestedBy, steps } = await storedPlan(context, id);
  const records = new Map(steps.map((record) => [record.step, record]));
  for (const step of stepsOf(plan)) if (!records.has(step.id)) records.set(step.id, firstRecord(plan, step));
  const keys = context.sealKey === undefined ? [] : parseSealKeys(context.sealKey);
  return {
    ...options,
    context,
    plan,
    requestedBy,
    records,
    sealer: createSealer(keys, randomBytes),
    handOver: (context.handOvers ?? createHandOvers()).of(id),
    gates: gatesOf(context),
  };
}

const firstRecord = (plan: Plan, step: PlanStep): StepRecord => ({
  plan: plan.id,
  step: step.id,
  state: 'planned',
  attempts: 0,
  idempotencyKey: sha256(`${plan.id}/${step.id}`).slice(0, 32),
  evidence: [],
  updatedAt: plan.createdAt,
});

export const stepsOf = (plan: Plan): PlanStep[] => plan.waves.flatMap((wave) => wave.steps);

export function recordOf(run: Run, step: PlanStep): StepRecord {
  const record = run.records.get(step.id);
  if (!record) throw new RangeError(`step ${step.id} is not of plan ${run.plan.id}`);
  return record;
}

export async function enforcerOf(run: Pick<Run, 'context'>, step: PlanStep): Promise<Enforcer> {
  const enforcer = await run.context.enforcerFor(step.connector);
  if (enforcer) return enforcer;
  throw new RefusedError(
    `step ${step.id}: no enforcer ${step.connector} is configured: name it under \`enforcers\`, or plan again`,
  );
}

export function enforcerContext(run: Run, step: PlanStep): EnforcerContext {
  const { idempotencyKey, requestedAt, traces = [], preImage } = recordOf(run, step);
  const opened = () => (preImage === undefined ? '' : run.sealer.open(preImage, `${run.plan.id}/${step.id}`));
  return {
    signal: run.signal,
    idempotencyKey,
    now: run.context.wallClock,
    handOver: handOverOf(run.handOver, step),
    ...(requestedAt !== undefined && { recorded: { since: requestedAt, traces, preImage: opened } }),
  };
}

export const timeOf = (context: Pick<ExecuteContext, 'wallClock'>): string => context.wallClock().toISOString();

export function ledgerDraft(
  { context, actor }: { readonly context: Pick<ExecuteContext, 'wallClock' | 'newId'>; readonly actor: string },
  type: LedgerType,
  body: { readonly [key: string]: Json },
): LedgerDraft {
  return { id: context.newId(), at: timeOf(context), actor, type, body };
}

/** A ledger record about a step: it always says of which plan, step, target and try. */
export function stepDraft(run: Run, step: PlanStep, type: LedgerType, body: { readonly [key: string]: Json } = {}): LedgerDraft {
  const { idempotencyKey, attempts } = recordOf(run, step);
  const { id, target, action, connector } = step;
  return ledgerDraft(run, type, {
    plan: run.plan.id,
    hash: run.plan.hash,
    step: id,
    target,
    action,
    connector,
    idempotencyKey,
    attempts,
    ...body,
  });
}

export interface Move {
  readonly to: StepState;
  readonly from: readonly StepState[];
  readonly evidence?: readonly string[];
  readonly change?: Partial<
    Pick<StepRecord, 'attempts' | 'preImage' | 'requestedAt' | 'traces' | 'residualUntil' | 'effectiveBy' | 'owner'>
  >;
  /** Absent: as it is; null: there is none any more. */
  readonly drift?: Drift | null;
  readonly ledger?: readonly LedgerDraft[];
  readonly hold?: Hold;
}

const MAX_EVIDENCE = 60;

/** Throws when the step is not in one of the states that it may come from: somebody else moved it. */
export const moveStep = (run: Run, step: PlanStep, move: Move): Promise<void> => moveSteps(run, [step], () => move);

/** What one write of the store takes, so that others may write between two. */
const AT_ONCE = 500;

/** Many steps in a few writes. */
export async function moveSteps(run: Run, steps: readonly PlanStep[], moveOf: (step: PlanStep) => Move): Promise<void> {
  for (let from = 0; from < steps.length; from += AT_ONCE) {
    const some = steps.slice(from, from + AT_ONCE);
    const transitions = some.map((step) => transitionOf(run, step, moveOf(step)));
    const moved = await run.context.store.moveSteps(transitions);
    for (const [i, step] of some.entries()) {
      const { record } = transitions[i] as StepTransition;
      if (!moved[i])
        throw new RefusedError(`step ${step.id} of plan ${run.plan.id} was moved by somebody else: look at it and execute again`);
      const { state: before } = recordOf(run, step);
      run.records.set(step.id, record);
      report(run, step, { before, state: record.state });
    }
  }
}

function transitionOf(run: Run, step: PlanStep, move: Move): StepTransition {
  const { drift: driftBefore, ...before } = recordOf(run, step);
  const drift = move.drift === undefined ? driftBefore : move.drift;
  const record: StepRecord = {
    ...before,
    ...move.change,
    ...(drift && { drift }),
    state: move.to,
    evidence: [...before.evidence, ...(move.evidence ?? [])].slice(-MAX_EVIDENCE),
    updatedAt: timeOf(run.context),
  };
  return { record, from: move.from, ledger: move.ledger ?? [], ...(move.hold && { hold: move.hold }) };
}

const ENDED: readonly StepState[] = ['effective', 'partial', 'refused', 'failed', 'skipped', 'undone'];
export const hasEnded = (state: StepState): boolean => ENDED.includes(state);

/** Ended steps of each run, counted as they move. */
const endedIn = new WeakMap<Run, number>();

function report(run: Run, step: PlanStep, { before, state }: { readonly before: StepState; readonly state: StepState }): void {
  if (!run.onProgress) return;
  const known = endedIn.get(run);
  const counted = [...(known === undefined ? run.records.values() : [])].filter((record) => hasEnded(record.state)).length;
  const done = known === undefined ? counted : known + Number(hasEnded(state)) - Number(hasEnded(before));
  endedIn.set(run, done);
  run.onProgress({
    plan: run.plan.id,
    step: step.id,
    target: step.target,
    action: step.action,
    state,
    done,
    total: run.records.size,
  });
}

export function resultOf(run: Run, state: PlanState, stopped: readonly string[] = []): ExecutionResult {
  return {
    plan: run.plan.id,
    state,
    stopped,
    steps: stepsOf(run.plan).map((step) => {
      const { state: at, evidence, residualUntil, effectiveBy, drift } = recordOf(run, step);
      const isOnItsWay = at === 'accepted' || at === 'propagating';
      return {
        id: step.id,
        state: at,
        evidence,
        residualUntil: residualUntil ?? null,
        ...(isOnItsWay && effectiveBy !== undefined && { effectiveBy }),
        ...(drift && { drift }),
      };
    }),
  };
}

export async function sleep({ context, signal }: Pick<Run, 'context' | 'signal'>, ms: number): Promise<void> {
  if (context.sleep) return context.sleep(ms, signal);
  await wait(ms, undefined, { signal });
}
