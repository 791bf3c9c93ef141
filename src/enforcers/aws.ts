import { defaultRegion } from '../apis/aws/connection.ts';
import type { AwsBefore } from '../model/aws-actions.ts';
import { type AwsStep, isAwsAction, parseAwsStep } from '../model/aws-controls.ts';
import { SECOND_MS } from '../model/durations.ts';
import { RefusedError } from '../model/errors.ts';
import type { EntityKind } from '../model/kinds.ts';
import type { PlanStep } from '../model/plan.ts';
import type { Enforcer, EnforcerContext } from '../ports/enforcer.ts';
import { Accounts } from './aws/accounts.ts';
import { apply } from './aws/apply.ts';
import { checkAccounts } from './aws/check.ts';
import { placeOf } from './aws/control-now.ts';
import { sidOf } from './aws/in-place.ts';
import { type Asked, preflight } from './aws/preflight.ts';
import { probe } from './aws/probe.ts';
import { heldKey, lifelineOf, mismatchOf } from './aws/target.ts';
import { undo } from './aws/undo.ts';
import { said } from './aws/words.ts';
import { readParameters } from './step/read-parameters.ts';

export interface AwsEnforcerOptions {
  readonly name: string;
  /** Of the AWS configuration files. */
  readonly profile?: string | undefined;
  /** Where global services are asked; else what the environment or the profile names. */
  readonly region?: string | undefined;
  /** One URL for every service: an emulator, or a proxy. */
  readonly endpoint?: string | undefined;
  /** By account id: the role that acts there. */
  readonly accounts?: Readonly<Record<string, { readonly roleArn: string }>> | undefined;
  /** For so long a change counts as on its way: IAM tells it to all its parts within seconds. 10 unless given. */
  readonly settleSeconds?: number | undefined;
}

const SETTLE_SECONDS = 10;
const FALLBACK_REGION = 'us-east-1';

/**
 * Changes access keys, users, roles and what holds their secrets in AWS accounts, exactly by the calls of `aws-actions.ts`. Acts in the
 * account of its credentials, and in those for which it has a role; never on itself. No evidence and no error holds a secret.
 */
export async function createAwsEnforcer(options: AwsEnforcerOptions): Promise<Enforcer> {
  const { name, profile, endpoint, accounts: roles = {}, settleSeconds = SETTLE_SECONDS } = options;
  const region = options.region ?? (await defaultRegion(profile)) ?? FALLBACK_REGION;
  const accounts = new Accounts({ profile, endpoint, region, accounts: roles });
  /** When a change of this process has reached all of IAM, by idempotency key. */
  const settling = new Map<string, number>();
  const asked = (planned: PlanStep, { signal, idempotencyKey, now }: EnforcerContext, isRepeat: boolean): Asked => ({
    planned,
    step: readStep(planned),
    accounts,
    signal,
    cutoff: { sid: sidOf(idempotencyKey), notBefore: isRepeat ? planned.startsAt : now().toISOString() },
  });
  return {
    name,
    type: 'aws',
    supports: (kind, action) => isAwsAction(action) && KINDS.includes(kind),
    controlOf: (step) => controlOf(readStep(step)),
    heldTarget: (step) => heldKey(step, readStep(step)),
    check: (signal) => checkAccounts(accounts, Object.keys(roles), signal),
    preflight: (planned, context) => inWords(async () => preflight(asked(planned, context, false))),
    apply: (planned, context) =>
      inWords(async () => {
        const question = asked(planned, context, false);
        await mustBeAllowed(question);
        const applied = await apply({ ...question, context });
        settling.set(context.idempotencyKey, context.now().getTime() + settleSeconds * SECOND_MS);
        return applied;
      }),
    probe: (planned, context) =>
      inWords(async () => probe({ ...asked(planned, context, true), context, settlesAt: settling.get(context.idempotencyKey) })),
    undo: (planned, preImage, context) =>
      inWords(async () => {
        const question = asked(planned, context, false);
        await mustBeAllowed(question);
        const place = await placeOf(question.step, accounts, context.signal);
        const before = preImage === '' ? {} : (JSON.parse(preImage) as AwsBefore);
        return { evidence: await undo({ ...question, context, place }, before) };
      }),
    [Symbol.asyncDispose]: () => accounts[Symbol.asyncDispose](),
  };
}

const KINDS: readonly EntityKind[] = ['Credential', 'ServiceAccount', 'User', 'Role', 'Session', 'Secret'];

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw said(error);
  }
}

async function mustBeAllowed({ planned, step, accounts }: Asked): Promise<void> {
  const problem = mismatchOf(planned, step) ?? lifelineOf(step, await accounts.ourselves());
  if (problem !== undefined) throw new RefusedError(problem);
}

/** Two steps of one control of one thing share a hold. */
function controlOf(step: AwsStep): string {
  if (step.control !== 'access-key') return step.control;
  const { action } = step;
  return action === 'save' ? 'none' : action === 'issue' ? 'second-key' : action === 'delete' ? 'existence' : 'key-status';
}

function readStep(step: PlanStep): AwsStep {
  const { action } = step;
  if (!isAwsAction(action)) throw new RefusedError(`step ${step.id}: aws has no action ${action}; do it by hand`);
  return readParameters(step, () => parseAwsStep(action, step.parameters));
}
