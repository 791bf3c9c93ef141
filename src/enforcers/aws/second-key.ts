/** A second access key of a user, which replaces the first. A user may have two, inactive ones included. */
import type { AwsBefore } from '../../model/aws-actions.ts';
import type { AwsStepOf } from '../../model/aws-controls.ts';
import { RefusedError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Applied, EnforcerContext, Probed } from '../../ports/enforcer.ts';
import { type KeyNow, keysOf, type Place } from './control-now.ts';
import { ask, calls, requestOf } from './operations.ts';
import { madeAt, ownKeys, wasUsed } from './own-keys.ts';

const KEYS_PER_USER = 2;

type KeyStep = AwsStepOf<'access-key'>;

export function secondKeyRefusals({ parameters }: KeyStep, keys: readonly string[]): string[] {
  const others = keys.filter((id) => id !== parameters.accessKeyId);
  if (keys.length < KEYS_PER_USER) return [];
  return [
    `user "${parameters.userName}" has ${keys.length} access keys and may have ${KEYS_PER_USER}: retire ${others.join(', ')} first`,
  ];
}

export interface KeyWork {
  readonly step: KeyStep;
  readonly planned: PlanStep;
  readonly place: Place;
  readonly context: EnforcerContext;
}

/** Makes the key and hands it over. One that this step made before and whose secret was lost goes first; no other does. */
export async function issueKey(work: KeyWork): Promise<Applied> {
  const { step, planned, place, context } = work;
  const { userName, accessKeyId } = step.parameters;
  const replaced = replacedBy(planned);
  const others = await otherKeys(step, place);
  const known = knownTo(work);
  if (known !== undefined && others.some(({ id }) => id === known))
    return { evidence: [`${known} was issued for ${accessKeyId} already`], traces: [known] };
  const ours = await ownKeys({ others, known, context, place });
  const [stranger] = others.filter((key) => !ours.includes(key));
  if (stranger)
    throw new RefusedError(
      `user "${userName}" has a second access key ${madeAt(stranger)}, which this step did not make: retire it first`,
    );
  const evidence: string[] = [];
  for (const { id } of ours) evidence.push(await deleteUnused(step, id, place));
  const answer = await ask(place.session, calls.createAccessKey, { UserName: userName }, place.signal);
  const { AccessKeyId, SecretAccessKey } = answer.AccessKey ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined)
    throw new Error(`iam:CreateAccessKey for "${userName}" answered without a key: look whether there is one`);
  context.handOver.give(replaced, { value: SecretAccessKey, accessKeyId: AccessKeyId });
  const said = `${AccessKeyId} was issued to user "${userName}" beside ${accessKeyId} (${requestOf(answer)})`;
  return { evidence: [...evidence, said], traces: [AccessKeyId] };
}

/** Effective by a key that works and is the step's own. */
export async function probeKey(work: KeyWork): Promise<Probed> {
  const { step, place, context } = work;
  const others = await otherKeys(step, place);
  const ours = await ownKeys({ others, known: knownTo(work), context, place });
  const active = ours.filter(({ status }) => status === 'Active');
  const strangers = others.filter((key) => !ours.includes(key)).map(madeAt);
  return {
    state: active.length > 0 ? 'effective' : 'not-effective',
    evidence: [
      `user "${step.parameters.userName}" has ${active.length === 0 ? 'no active key of this step' : `the active key ${active.map(({ id }) => id).join(', ')} too`}`,
      ...strangers.map((key) => `${key} was made by somebody else`),
    ],
  };
}

/** Deletes exactly what the step made. */
export async function takeKeyBack(work: KeyWork, before: AwsBefore): Promise<string[]> {
  const { step, place, context } = work;
  const others = (await otherKeys(step, place)).filter(({ id }) => !(before.keys ?? []).includes(id));
  const ours = await ownKeys({ others, known: knownTo(work), context, place });
  const evidence: string[] = [];
  for (const { id } of ours) evidence.push(await deleteKey(step, id, place));
  for (const key of others) if (!ours.includes(key)) evidence.push(`${madeAt(key)} was made by somebody else: it stays`);
  return evidence.length > 0 ? evidence : ['no key was there that was not there before'];
}

const replacedBy = (planned: PlanStep): string => planned.for ?? planned.target;
const knownTo = ({ planned, context }: KeyWork): string | undefined =>
  context.handOver.find(replacedBy(planned))?.['accessKeyId'];

async function otherKeys({ parameters }: KeyStep, place: Place): Promise<KeyNow[]> {
  const keys = await keysOf(place, parameters.userName);
  if (!keys?.some(({ id }) => id === parameters.accessKeyId))
    throw new RefusedError(`user "${parameters.userName}" has no access key ${parameters.accessKeyId}: collect again`);
  return keys.filter(({ id }) => id !== parameters.accessKeyId);
}

async function deleteUnused(step: KeyStep, id: string, place: Place): Promise<string> {
  if (await wasUsed(id, place))
    throw new RefusedError(`user "${step.parameters.userName}" has a second access key ${id}, and it is used: retire it first`);
  return deleteKey(step, id, place);
}

async function deleteKey({ parameters }: KeyStep, AccessKeyId: string, { session, signal }: Place): Promise<string> {
  const answer = await ask(session, calls.deleteAccessKey, { UserName: parameters.userName, AccessKeyId }, signal);
  return `${AccessKeyId} of user "${parameters.userName}" was deleted (${requestOf(answer)})`;
}

/** What the key was used for last, and the other keys of its user. */
export async function savedKey({ parameters }: KeyStep, place: Place): Promise<string[]> {
  const keys = (await keysOf(place, parameters.userName)) ?? [];
  const { AccessKeyLastUsed: used } = await ask(
    place.session,
    calls.lastUsed,
    { AccessKeyId: parameters.accessKeyId },
    place.signal,
  );
  const when = used?.LastUsedDate?.toISOString();
  return [
    ...keys.map(({ id, status }) => `access key ${id} of "${parameters.userName}" is ${status}`),
    when === undefined
      ? `${parameters.accessKeyId} was never seen used`
      : `${parameters.accessKeyId} was last used at ${when}, for ${used?.ServiceName} in ${used?.Region}`,
  ];
}
