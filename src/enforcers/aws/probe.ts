import type { AwsBefore } from '../../model/aws-actions.ts';
import type { AwsStep, AwsStepOf } from '../../model/aws-controls.ts';
import { AWS_CUTOFF_POLICY, cutoffOf } from '../../model/aws-documents.ts';
import { HOUR_MS, SECOND_MS } from '../../model/durations.ts';
import type { EnforcerContext, Probed } from '../../ports/enforcer.ts';
import { controlNow, type Place, placeOf } from './control-now.ts';
import { isInPlace } from './in-place.ts';
import { calls, look } from './operations.ts';
import { type Asked, whatOf } from './preflight.ts';
import { probeKey, savedKey } from './second-key.ts';
import { probeValue } from './values.ts';

/** "The console session lasts up to 12 hours": IAM User Guide, "Enable custom identity broker access to the AWS console". */
const LONGEST_CONSOLE_SESSION_MS = 12 * HOUR_MS;
/** GetSessionToken and GetFederationToken: STS API Reference. */
const LONGEST_USER_SESSION_SECONDS = 36 * 3600;

export interface Probing extends Asked {
  readonly context: EnforcerContext;
  /** When this process made the call; IAM tells it to all its parts within seconds. */
  readonly settlesAt: number | undefined;
}

export async function probe(asked: Probing): Promise<Probed> {
  const { step, planned, accounts, context, signal } = asked;
  const place = await placeOf(step, accounts, signal);
  if (step.control === 'secret-value' || step.control === 'parameter-value') {
    const { isWritten, evidence } = await probeValue(step, planned, { place, context });
    return { state: isWritten ? 'effective' : 'not-effective', evidence: [evidence] };
  }
  const now = await controlNow(step, place);
  if (isEnding(step)) return ended(step, now, asked);
  if (!now) return { state: 'not-effective', evidence: [`${whatOf(step)} does not exist`] };
  if (step.control === 'access-key' && step.action === 'save')
    return { state: 'effective', evidence: await savedKey(step, place) };
  if (step.control === 'access-key' && step.action === 'issue') return probeKey({ step, planned, place, context });
  const found = settled(isInPlace(step, now, asked.cutoff), [stateText(step, now)], asked);
  if (step.control !== AWS_CUTOFF_POLICY || found.state === 'not-effective') return found;
  return { ...found, ...(await deadUntil(step, now, place)) };
}

/** Until then the sessions that were cut would be good again, were the cutoff lifted: the longest that one may last. */
async function deadUntil(
  step: AwsStepOf<typeof AWS_CUTOFF_POLICY>,
  { policy }: AwsBefore,
  { session, signal }: Place,
): Promise<Pick<Probed, 'residualUntil'>> {
  const { roleName } = step.parameters;
  const role = roleName === undefined ? undefined : await look(session, calls.getRole, { RoleName: roleName }, signal);
  const seconds = roleName === undefined ? LONGEST_USER_SESSION_SECONDS : role?.Role?.MaxSessionDuration;
  const cutoff = typeof policy === 'string' ? cutoffOf(policy)?.cutoff : undefined;
  if (cutoff === undefined || seconds === undefined) return {};
  return { residualUntil: new Date(Date.parse(cutoff) + seconds * SECOND_MS).toISOString() };
}

const isEnding = (step: AwsStep): boolean => step.action === 'delete' || step.control === 'login-profile';

function ended(step: AwsStep, now: AwsBefore | undefined, asked: Probing): Probed {
  if (now) return { state: 'not-effective', evidence: [`${whatOf(step)} exists`] };
  const found = settled(true, [`${whatOf(step)} does not exist`], asked);
  if (step.control !== 'login-profile') return found;
  const last = new Date((asked.settlesAt ?? asked.context.now().getTime()) + LONGEST_CONSOLE_SESSION_MS).toISOString();
  return {
    ...found,
    evidence: [...found.evidence, `console sessions that are open may go on until ${last}`],
    residualUntil: last,
  };
}

/** A change that IAM has not yet told to all its parts is on its way. What is known to outlive the step is said with it. */
function settled(isThere: boolean, evidence: readonly string[], { settlesAt, context, planned }: Probing): Probed {
  if (!isThere) return { state: 'not-effective', evidence };
  const now = context.now().getTime();
  if (settlesAt !== undefined && now < settlesAt)
    return { state: 'propagating', evidence: [...evidence, `IAM spreads it until ${new Date(settlesAt).toISOString()}`] };
  const until = planned.residualUntil;
  if (until === null || Date.parse(until) <= now) return { state: 'effective', evidence };
  return {
    state: 'effective',
    evidence: [...evidence, `sessions that were minted before last until ${until}`],
    residualUntil: until,
  };
}

function stateText(step: AwsStep, now: AwsBefore): string {
  const what = whatOf(step);
  if (now.status !== undefined) return `${what} is ${now.status}`;
  if (now.policy !== undefined) {
    const cutoff = step.control === AWS_CUTOFF_POLICY && now.policy !== null ? cutoffOf(now.policy)?.cutoff : undefined;
    const there = now.policy === null ? 'has no policy' : 'has the policy';
    return `${what} ${there} ${step.control}${cutoff === undefined ? '' : `: sessions from before ${cutoff} are denied`}`;
  }
  if (now.boundary !== undefined) return `${what} has ${now.boundary === null ? 'no boundary' : `the boundary ${now.boundary}`}`;
  if (now.seconds !== undefined) return `sessions of ${what} last up to ${now.seconds} s`;
  if (now.outer !== undefined)
    return `the service control policy for ${what} is ${now.outer.isAttached ? 'attached' : 'not attached'} to its account`;
  return `the trust policy of ${what} was read`;
}
