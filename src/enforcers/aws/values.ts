/**
 * Secrets and parameters that hold a credential. The old value stays with AWS, as an earlier version; we keep its number alone.
 *
 * What a step wrote is known without the value: a secret's version has the id that we name, which begins with a mark of the step; a
 * parameter's version is a number that AWS gives, which the store has as a trace, and carries our label where that answer was lost.
 */
import type { AwsBefore } from '../../model/aws-actions.ts';
import type { AwsStepOf } from '../../model/aws-controls.ts';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { sha256 } from '../../model/ledger.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Applied, EnforcerContext, NewCredential } from '../../ports/enforcer.ts';
import { type Composing, composedValue } from './composed-value.ts';
import { controlNow, type Place } from './control-now.ts';
import { ask, calls, look, requestOf } from './operations.ts';
import { said } from './words.ts';

export type ValueStep = AwsStepOf<'secret-value'> | AwsStepOf<'parameter-value'>;

/** How the versions begin that we write, of whatever step. */
const OUR_VERSION = 'interlock-';
/** How those of one step begin. */
const versionsOf = (idempotencyKey: string): string => `${OUR_VERSION}${sha256(idempotencyKey).slice(0, 16)}-`;
/** Of the last version of a parameter that we wrote. */
const OUR_LABEL = 'interlock';

const nameOf = (step: ValueStep): string =>
  step.control === 'secret-value' ? `secret ${step.parameters.secret}` : `parameter ${step.parameters.parameter}`;

/** Any credential of that system, to see whether it could be written. */
const anyOf = (replaced: string): NewCredential =>
  replaced.startsWith('aws:') ? { value: '-', accessKeyId: '-' } : { value: '-', roleId: '-', user: '-', clientId: '-' };

/** Why the place cannot take a new value; empty when it can. */
export async function valueRefusals(step: ValueStep, planned: PlanStep, place: Place): Promise<string[]> {
  try {
    composedValue(composing(step, planned, { current: await currentValue(step, place), fresh: anyOf(planned.for ?? '') }));
    return [];
  } catch (error) {
    if (error instanceof RefusedError) return [error.message];
    throw error;
  }
}

export async function writeValue(
  step: ValueStep,
  planned: PlanStep,
  { place, context }: { readonly place: Place; readonly context: EnforcerContext },
): Promise<Applied> {
  const replaced = planned.for ?? '';
  const fresh = context.handOver.find(replaced);
  if (!fresh) throw new RefusedError(`the new value of ${replaced} is not known to this process: issue it again`);
  const current = await currentValue(step, place);
  const next = composedValue(composing(step, planned, { current, fresh }));
  const now = await controlNow(step, place);
  if (next === current) return { evidence: [`${nameOf(step)} holds the new value already`], traces: tracesOf(now?.version) };
  if (step.control === 'parameter-value') {
    const { version, text } = await putParameter(step, place, next);
    return { evidence: [`${text}${await labelled(step, version, place)}`], traces: tracesOf(version) };
  }
  const { idempotencyKey } = context;
  const token = `${versionsOf(idempotencyKey)}${sha256(`${idempotencyKey}/${now?.version ?? ''}`).slice(0, 24)}`;
  const input = { SecretId: step.parameters.secret, SecretString: next, ClientRequestToken: token };
  const answer = await ask(place.session, calls.putSecretValue, input, place.signal);
  const version = answer.VersionId ?? token;
  return { evidence: [`${nameOf(step)}: version ${version} is in force (${requestOf(answer)})`], traces: [version] };
}

const tracesOf = (version: string | number | undefined): string[] => (version === undefined ? [] : [String(version)]);

/** Refuses where somebody wrote since. */
export async function restoreValue(step: ValueStep, before: AwsBefore, place: Place): Promise<string> {
  const now = await controlNow(step, place);
  if (now?.version === undefined || before.version === undefined)
    throw new RefusedError(`${nameOf(step)} is not there any more: its old value cannot be brought back`);
  if (now.version === before.version) return `${nameOf(step)}: version ${before.version} is in force: nothing to bring back`;
  return step.control === 'secret-value'
    ? restoreSecret(step, place, { from: now.version, to: before.version })
    : restoreParameter(step, place, Number(before.version));
}

/** Whether a version that is not the one before is ours, in words. */
export async function probeValue(
  step: ValueStep,
  planned: PlanStep,
  { place, context }: { place: Place; context: EnforcerContext },
) {
  const now = await controlNow(step, place);
  if (!now) return { isWritten: false, evidence: `${nameOf(step)} is not there` };
  const fresh = context.handOver.find(planned.for ?? '');
  if (fresh) {
    const current = await currentValue(step, place);
    const isWritten = composedValue(composing(step, planned, { current, fresh })) === current;
    return {
      isWritten,
      evidence: `${nameOf(step)}: version ${now.version} ${isWritten ? 'holds' : 'does not hold'} the new value`,
    };
  }
  const isWritten = await isOfStep(step, now.version ?? '', { place, context });
  return {
    isWritten,
    evidence: `${nameOf(step)}: version ${now.version} ${isWritten ? 'was' : 'was not'} written by this step`,
  };
}

/** Whether a version in force is this step's. A lost answer leaves a label alone, which says that it is ours, and not of which step. */
async function isOfStep(
  step: ValueStep,
  version: string,
  { place, context: { idempotencyKey, recorded } }: { readonly place: Place; readonly context: EnforcerContext },
): Promise<boolean> {
  const traces = recorded?.traces ?? [];
  if (traces.includes(version)) return true;
  if (step.control === 'secret-value') return version.startsWith(versionsOf(idempotencyKey));
  const { version: before } = JSON.parse(recorded?.preImage() || '{}') as AwsBefore;
  return traces.length === 0 && version !== before && (await isOurParameter(step, place));
}

function composing(
  { parameters, ...step }: ValueStep,
  planned: PlanStep,
  values: Pick<Composing, 'current' | 'fresh'>,
): Composing {
  return {
    ...values,
    name: nameOf({ parameters, ...step } as ValueStep),
    field: parameters.field,
    ...('secret' in parameters && { jsonKey: parameters.jsonKey, isWhole: true }),
    replacedId: /^aws:([A-Z0-9]+)$/.exec(planned.for ?? '')?.[1],
  };
}

async function currentValue(step: ValueStep, { session, signal }: Place): Promise<string> {
  const text =
    step.control === 'secret-value'
      ? (await ask(session, calls.getSecretValue, { SecretId: step.parameters.secret }, signal)).SecretString
      : (await ask(session, calls.getParameter, { Name: step.parameters.parameter, WithDecryption: true }, signal)).Parameter
          ?.Value;
  if (text === undefined) throw new RefusedError(`${nameOf(step)} holds no text: write it by hand`);
  return text;
}

async function restoreSecret(
  step: AwsStepOf<'secret-value'>,
  { session, signal }: Place,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string> {
  if (!from.startsWith(OUR_VERSION))
    throw new RefusedError(
      `${nameOf(step)}: somebody wrote version ${from} since: the old value, version ${to}, was not put over it`,
    );
  const answer = await ask(
    session,
    calls.moveSecretStage,
    { SecretId: step.parameters.secret, VersionStage: 'AWSCURRENT', MoveToVersionId: to, RemoveFromVersionId: from },
    signal,
  );
  return `${nameOf(step)}: version ${to} is in force again (${requestOf(answer)})`;
}

/** A parameter has no label for what is in force: its old value is written once more, and passes through memory only. */
async function restoreParameter(step: AwsStepOf<'parameter-value'>, place: Place, version: number): Promise<string> {
  const { session, signal } = place;
  const Name = `${step.parameters.parameter}:${version}`;
  const old = (await ask(session, calls.getParameter, { Name, WithDecryption: true }, signal)).Parameter?.Value;
  if (old === undefined) throw new RefusedError(`${nameOf(step)}: version ${version} is gone: bring its value back by hand`);
  if (old === (await currentValue(step, place))) return `${nameOf(step)} holds the value of version ${version} again`;
  if (!(await isOurParameter(step, place)))
    throw new RefusedError(`${nameOf(step)}: somebody wrote it since: the value of version ${version} was not put over it`);
  return (await putParameter(step, place, old)).text;
}

/** The key of its encryption is named again: else AWS would take its default one. */
async function putParameter(
  step: AwsStepOf<'parameter-value'>,
  place: Place,
  Value: string,
): Promise<{ readonly version: number | undefined; readonly text: string }> {
  const { session, signal } = place;
  const found = await described(step, place);
  const answer = await ask(
    session,
    calls.putParameter,
    {
      Name: step.parameters.parameter,
      Value,
      Overwrite: true,
      ...(found?.Type !== undefined && { Type: found.Type }),
      ...(found?.KeyId !== undefined && found.Type === 'SecureString' && { KeyId: found.KeyId }),
    },
    signal,
  );
  return { version: answer.Version, text: `${nameOf(step)}: version ${answer.Version} is in force (${requestOf(answer)})` };
}

async function described({ parameters }: AwsStepOf<'parameter-value'>, { session, signal }: Place) {
  const filters = [{ Key: 'Name', Option: 'Equals', Values: [parameters.parameter] }];
  const { Parameters = [] } = await ask(session, calls.describeParameters, { ParameterFilters: filters }, signal);
  return Parameters.find(({ Name }) => Name === parameters.parameter);
}

/** A label stays with the version that it was put on. */
async function isOurParameter({ parameters }: AwsStepOf<'parameter-value'>, { session, signal }: Place): Promise<boolean> {
  const [now, ours] = await Promise.all(
    [parameters.parameter, `${parameters.parameter}:${OUR_LABEL}`].map((Name) =>
      look(session, calls.getParameter, { Name }, signal).catch(() => undefined),
    ),
  );
  return now?.Parameter?.Version !== undefined && now.Parameter.Version === ours?.Parameter?.Version;
}

async function labelled(
  { parameters }: AwsStepOf<'parameter-value'>,
  version: number | undefined,
  { session, signal }: Place,
): Promise<string> {
  const input = { Name: parameters.parameter, ParameterVersion: version, Labels: [OUR_LABEL] };
  try {
    await session.call(calls.labelParameter, input, signal);
    return '';
  } catch (error) {
    signal.throwIfAborted();
    return `; it could not be labelled as ours, so an undo will not touch it: ${messageOf(said(error))}`;
  }
}
