/** A second access key of a user, which replaces the first. A user may have two, inactive ones included. */
import type { AwsBefore } from '../../model/aws-actions.ts';
import type { AwsStepOf } from '../../model/aws-controls.ts';
import { RefusedError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { EnforcerContext } from '../../ports/enforcer.ts';
import { type KeyNow, keysOf, type Place } from './control-now.ts';
import { ask, calls, requestOf } from './operations.ts';

const KEYS_PER_USER = 2;

type KeyStep = AwsStepOf<'access-key'>;

export function secondKeyRefusals({ parameters }: KeyStep, keys: readonly string[]): string[] {
  const others = keys.filter((id) => id !== parameters.accessKeyId);
  if (keys.length < KEYS_PER_USER) return [];
  return [
    `user "${parameters.userName}" has ${keys.length} access keys and may have ${KEYS_PER_USER}: retire ${others.join(', ')} first`,
  ];
}

/**
 * Makes the key and hands it over. One that this step made before and whose secret was lost goes first: there was room for exactly one,
 * so whatever stands there beside the old key and was never used is that one.
 */
export async function issueKey(
  step: KeyStep,
  planned: PlanStep,
  { place, context }: { readonly place: Place; readonly context: EnforcerContext },
): Promise<string[]> {
  const { userName, accessKeyId } = step.parameters;
  const replaced = planned.for ?? planned.target;
  const others = await otherKeys(step, place);
  const known = context.handOver.find(replaced)?.['accessKeyId'];
  if (known !== undefined && others.some(({ id }) => id === known)) return [`${known} was issued for ${accessKeyId} already`];
  const evidence: string[] = [];
  for (const { id } of others) evidence.push(await deleteUnused(step, id, place));
  const answer = await ask(place.session, calls.createAccessKey, { UserName: userName }, place.signal);
  const { AccessKeyId, SecretAccessKey } = answer.AccessKey ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined)
    throw new Error(`iam:CreateAccessKey for "${userName}" answered without a key: look whether there is one`);
  context.handOver.give(replaced, { value: SecretAccessKey, accessKeyId: AccessKeyId });
  return [...evidence, `${AccessKeyId} was issued to user "${userName}" beside ${accessKeyId} (${requestOf(answer)})`];
}

/** Deletes exactly what was not there before. */
export async function takeKeyBack(step: KeyStep, before: AwsBefore, place: Place): Promise<string[]> {
  const others = (await otherKeys(step, place)).filter(({ id }) => !(before.keys ?? []).includes(id));
  const evidence: string[] = [];
  for (const { id } of others) evidence.push(await deleteKey(step, id, place));
  return evidence.length > 0 ? evidence : ['no key was there that was not there before'];
}

export async function otherKeys({ parameters }: KeyStep, place: Place): Promise<KeyNow[]> {
  const keys = await keysOf(place, parameters.userName);
  if (!keys?.some(({ id }) => id === parameters.accessKeyId))
    throw new RefusedError(`user "${parameters.userName}" has no access key ${parameters.accessKeyId}: collect again`);
  return keys.filter(({ id }) => id !== parameters.accessKeyId);
}

async function deleteUnused(step: KeyStep, id: string, place: Place): Promise<string> {
  const { AccessKeyLastUsed } = await ask(place.session, calls.lastUsed, { AccessKeyId: id }, place.signal);
  if (AccessKeyLastUsed?.LastUsedDate !== undefined)
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
