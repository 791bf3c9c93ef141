import { setTimeout as wait } from 'node:timers/promises';
import { askCascade } from '../../src/app/cascade.ts';
import { approvePlan, withdrawApproval } from '../../src/app/execute/approve-plan.ts';
import { confirmStep } from '../../src/app/execute/confirm-step.ts';
import { executePlan } from '../../src/app/execute/execute-plan.ts';
import { pauseExecution, resumeExecution } from '../../src/app/execute/pause.ts';
import { extendHold, releaseHold } from '../../src/app/execute/release-hold.ts';
import { undoPlan } from '../../src/app/execute/undo-plan.ts';
import { executeContext, planRevocation } from '../../src/app/revocation.ts';
import { askWhatIf } from '../../src/app/what-if.ts';
import { HOUR_MS } from '../../src/model/durations.ts';
import { RefusedError, UsageError } from '../../src/model/errors.ts';
import { executeWaveJob, reconcileJob } from '../../src/model/jobs.ts';
import type { Mode } from '../../src/model/plan.ts';
import { atLeast } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageSize } from '../pages.ts';
import { flagPayload, payload } from '../payload.ts';
import { executionFields, planFields } from './fields.ts';

interface PlanInput {
  readonly targets: readonly string[];
  readonly mode: Mode;
  readonly since?: string | null;
  readonly budgetDown?: number | null;
  readonly offboard?: boolean | null;
  readonly split?: boolean | null;
  readonly sameRights?: boolean | null;
}

interface ExecuteArguments {
  readonly plan: string;
  readonly dryRun?: boolean;
  readonly holdHours?: number | null;
}

interface UndoArguments {
  readonly plan: string;
  readonly dryRun?: boolean;
}

interface ReleaseArguments {
  readonly hold: string;
  readonly anyway?: boolean;
}

function positiveHours(hours: number): number {
  if (hours <= 0) throw new RefusedError(`${hours} hours: holds expire later than now`);
  return hours * HOUR_MS;
}

async function stored({ app }: Context, id: string) {
  const plan = await app.store.plan(id);
  if (!plan) throw new RefusedError(`${id}: no such plan`);
  return plan;
}

/** How often a subscription looks at the store, which is the only truth about steps. */
const LOOK_MS = 500;

async function* planProgress(_: unknown, { plan: id }: { plan: string }, context: Context) {
  let before = '';
  while (!context.signal.aborted) {
    const execution = executionFields(await stored(context, id));
    const now = JSON.stringify(execution);
    if (now !== before) yield { planProgress: execution };
    before = now;
    await wait(LOOK_MS, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** A dry run answers at once; a real one is refused at once where a guard rail forbids it, else it is a job, wave by wave, and `planProgress` tells how it goes. */
async function execute(
  context: Context,
  plan: string,
  { dryRun, holdForMs }: { dryRun: boolean; holdForMs: number | undefined },
) {
  const { app, viewer, signal } = context;
  const rehearsed = await executePlan(executeContext(app), plan, { apply: false, actor: viewer.name, signal });
  if (dryRun) return rehearsed;
  if (rehearsed.stopped.length > 0) throw new RefusedError(`plan ${plan} may not run: ${rehearsed.stopped.join('; ')}`);
  const { waves } = (await stored(context, plan)).plan;
  if (waves.length > 0)
    await app.queue.enqueue(executeWaveJob, {
      plan,
      wave: 0,
      run: app.newId(),
      actor: viewer.name,
      ...(holdForMs !== undefined && { holdForMs }),
    });
  return executionFields(await stored(context, plan));
}

export const revocation = {
  Query: {
    plan: async (_: unknown, { id }: { id: string }, { app }: Context) => {
      const found = await app.store.plan(id);
      return found ? planFields(found) : null;
    },
    plans: async (_: unknown, { first }: { first?: number }, { app }: Context) =>
      (await app.store.plans(pageSize(first, 20))).map(planFields),
    whatIf: async (_: unknown, { plan, steps }: { plan: string; steps: string[] }, context: Context) =>
      askWhatIf(context.app, (await stored(context, plan)).plan, steps),
    holds: (_: unknown, { open }: { open?: boolean | null }, { app }: Context) => app.store.holds(open == null ? {} : { open }),
    cascade: (_: unknown, { plan }: { plan: string }, { app }: Context) => askCascade(app, plan),
    isPaused: (_: unknown, __: unknown, { app }: Context) => app.store.paused(),
    auditRecords: (_: unknown, { after = 0, first }: { after?: number; first?: number }, { app }: Context) =>
      app.store.ledger(after, pageSize(first, 100)),
  },
  Mutation: {
    planRevocation: atLeast('responder', (_: unknown, { input }: { input: PlanInput }, context) =>
      payload(async () => {
        const { targets, mode, since, budgetDown, offboard, split, sameRights } = input;
        if (sameRights && !split)
          throw new UsageError('sameRights: of the credentials that a shared one is split into; set split');
        const plan = await planRevocation(context.app, {
          targets,
          mode,
          ...(since != null && { since }),
          ...(budgetDown != null && { budgetDown }),
          ...(offboard && { offboard }),
          ...(split && { split: sameRights ? ('same' as const) : ('seen' as const) }),
        });
        return planFields(await stored(context, plan.id));
      }),
    ),
    approvePlan: atLeast('approver', (_: unknown, { plan }: { plan: string }, context) =>
      payload(async () => {
        await approvePlan(executeContext(context.app), plan, { actor: context.viewer.name });
        return planFields(await stored(context, plan));
      }),
    ),
    withdrawApproval: atLeast('approver', (_: unknown, { plan }: { plan: string }, context) =>
      payload(async () => {
        await withdrawApproval(executeContext(context.app), plan, { actor: context.viewer.name });
        return planFields(await stored(context, plan));
      }),
    ),
    executePlan: atLeast('responder', (_: unknown, { plan, dryRun = true, holdHours }: ExecuteArguments, context) =>
      payload(() => execute(context, plan, { dryRun, holdForMs: holdHours == null ? undefined : positiveHours(holdHours) })),
    ),
    confirmStep: atLeast('responder', (_: unknown, { plan, step }: { plan: string; step: string }, { app, viewer, signal }) =>
      payload(() => confirmStep(executeContext(app), plan, step, { actor: viewer.name, signal })),
    ),
    undoPlan: atLeast('responder', (_: unknown, { plan, dryRun = false }: UndoArguments, { app, viewer, signal }) =>
      payload(() => undoPlan(executeContext(app), plan, { apply: !dryRun, actor: viewer.name, signal })),
    ),
    releaseHold: atLeast('approver', (_: unknown, { hold, anyway = false }: ReleaseArguments, { app, viewer, signal }) =>
      payload(async () => {
        const { stopped } = await releaseHold(executeContext(app), hold, { actor: viewer.name, signal, anyway });
        if (stopped.length > 0) throw new RefusedError(stopped.join('; '));
        return app.store.holds({ open: true });
      }),
    ),
    extendHold: atLeast('responder', (_: unknown, { hold, hours }: { hold: string; hours: number }, { app, viewer }) =>
      payload(async () => {
        await extendHold(executeContext(app), hold, { actor: viewer.name, forMs: positiveHours(hours) });
        return app.store.holds({ open: true });
      }),
    ),
    reconcile: atLeast('responder', (_: unknown, __: unknown, { app }) =>
      payload(async () => (await app.queue.enqueue(reconcileJob, {})).id),
    ),
    pauseExecution: atLeast('responder', (_: unknown, __: unknown, { app, viewer }) =>
      flagPayload(() => pauseExecution(app, viewer.name)),
    ),
    resumeExecution: atLeast('approver', (_: unknown, __: unknown, { app, viewer }) =>
      flagPayload(() => resumeExecution(app, viewer.name)),
    ),
  },
  Subscription: {
    planProgress: { subscribe: planProgress },
  },
};
