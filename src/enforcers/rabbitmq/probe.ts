import { setTimeout as sleep } from 'node:timers/promises';
import type { Management } from '../../apis/rabbitmq/management.ts';
import { isHashOf } from '../../apis/rabbitmq/password-hash.ts';
import { connectionsOf, type RabbitmqUser, readUser } from '../../apis/rabbitmq/users.ts';
import type { RabbitmqStep } from '../../model/rabbitmq-actions.ts';
import type { Probed } from '../../ports/enforcer.ts';
import { isOfStep } from './second-user.ts';

/** A client library reconnects within this time. */
const SECOND_LOOK_MS = 250;

export interface Look {
  readonly step: RabbitmqStep;
  readonly api: Management;
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
  /** The value that the step issued, while this process holds it. */
  readonly issued: string | undefined;
}

export async function probeUser(look: Look): Promise<Probed> {
  const { step, api } = look;
  const { user } = step.parameters;
  const now = await readUser(api, user);
  const isDeletion = step.action === 'revoke' || step.action === 'delete';
  if (!now && !isDeletion) return { state: 'not-effective', evidence: [`user "${user}" does not exist`] };
  switch (step.action) {
    case 'save':
      return { state: 'effective', evidence: [`${(await connectionsOf(api, user)).length} connections of "${user}" are listed`] };
    case 'reduce':
      return probeRights(step, now as RabbitmqUser);
    case 'rotate':
      return probeRotation(look, now as RabbitmqUser);
    case 'issue':
      return probeIssue(look, step.parameters.newUser);
    default:
      return probeCut(look, now);
  }
}

async function probeCut({ step, api, signal }: Look, now: RabbitmqUser | undefined): Promise<Probed> {
  const { user } = step.parameters;
  const first = (await connectionsOf(api, user)).length;
  await sleep(SECOND_LOOK_MS, undefined, { signal });
  const counts = [first, (await connectionsOf(api, user)).length];
  const [isCut, words] = cutOf(step, now);
  const evidence = [`user "${user}" ${words}; connections listed: ${counts.join(', then ')}`];
  if (!isCut) return { state: 'not-effective', evidence };
  return { state: counts.every((n) => n === 0) ? 'effective' : 'partial', evidence };
}

function cutOf(step: RabbitmqStep, now: RabbitmqUser | undefined): readonly [boolean, string] {
  if (!now) return [true, 'does not exist'];
  const { definition, permissions, topicPermissions } = now;
  switch (step.action) {
    case 'quarantine': {
      const left = permissions.length + topicPermissions.length;
      return [left + definition.tags.length === 0, `has ${left} permissions and ${definition.tags.length} tags`];
    }
    case 'block':
    case 'disable':
      return [definition.password_hash === '', definition.password_hash === '' ? 'has no password' : 'has a password'];
    default:
      return [false, 'exists'];
  }
}

function probeRights(step: RabbitmqStep & { action: 'reduce' }, { permissions }: RabbitmqUser): Probed {
  const { user, vhost, configure, write, read } = step.parameters;
  const now = permissions.find((one) => one.vhost === vhost);
  const isDone = now?.configure === configure && now.write === write && now.read === read;
  const evidence = [
    `"${user}" may in vhost "${vhost}": configure "${now?.configure ?? ''}", write "${now?.write ?? ''}", read "${now?.read ?? ''}"`,
  ];
  return { state: isDone ? 'effective' : 'not-effective', evidence };
}

function probeRotation({ step, issued }: Look, { definition }: RabbitmqUser): Probed {
  const { user } = step.parameters;
  if (issued === undefined) return { state: 'not-effective', evidence: [`this process holds no new password of "${user}"`] };
  const isDone = isHashOf(definition.password_hash, issued, definition.hashing_algorithm);
  return {
    state: isDone ? 'effective' : 'not-effective',
    evidence: [`the password of "${user}" ${isDone ? 'is' : 'is not'} the new one`],
  };
}

async function probeIssue({ api, idempotencyKey, issued }: Look, newUser: string): Promise<Probed> {
  const found = await readUser(api, newUser);
  if (!found) return { state: 'not-effective', evidence: [`user "${newUser}" does not exist`] };
  if (!isOfStep(found, idempotencyKey))
    return { state: 'not-effective', evidence: [`user "${newUser}" was made by somebody else`] };
  const { password_hash, hashing_algorithm } = found.definition;
  const isDone = issued === undefined || isHashOf(password_hash, issued, hashing_algorithm);
  const evidence = [`user "${newUser}" exists with permissions in ${found.permissions.length} vhosts`];
  return { state: isDone ? 'effective' : 'not-effective', evidence };
}
