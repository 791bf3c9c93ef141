import { z } from 'zod';
import { type Management, whoAmI } from '../../apis/rabbitmq/management.ts';
import { namesWithin } from '../../apis/rabbitmq/patterns.ts';
import { type RabbitmqUser, readUser } from '../../apis/rabbitmq/users.ts';
import type { RabbitmqStep } from '../../model/rabbitmq-actions.ts';
import type { Preflight } from '../../ports/enforcer.ts';
import { refused } from '../step/refused.ts';
import { isOfStep } from './second-user.ts';

/**
 * What `undo` needs, and no more: the password's hash only of a step that takes the password or the whole user; of `issue` that there was
 * no such user.
 */
export type RabbitmqBefore = Partial<Pick<RabbitmqUser, 'permissions' | 'topicPermissions'>> & {
  readonly definition?: Partial<RabbitmqUser['definition']>;
  readonly newUserWasThere?: boolean;
};

/** `idempotencyKey`: a replacement that this step made before does not stand in its way. */
export async function answerTo(step: RabbitmqStep, api: Management, idempotencyKey: string): Promise<Preflight> {
  const { user } = step.parameters;
  const now = await readUser(api, user);
  // Another incident has deleted it: its hold knows what was there.
  if (!now && (step.action === 'revoke' || step.action === 'delete')) return { refusals: [], preImage: '{}', preexisting: true };
  if (!now) return refused(`user "${user}" does not exist at ${api.place}: collect again`);
  const refusals = await refusalsOf(step, { api, now, idempotencyKey });
  return { refusals, preImage: preImageOf(step, now), preexisting: isInPlace(step, now) };
}

const preImageOf = (step: RabbitmqStep, now: RabbitmqUser): string =>
  step.action === 'save' ? '' : JSON.stringify(beforeOf(step, now));

function beforeOf(step: RabbitmqStep, now: RabbitmqUser): RabbitmqBefore {
  const { definition, permissions, topicPermissions } = now;
  switch (step.action) {
    case 'quarantine':
      return { definition: { tags: definition.tags }, permissions, topicPermissions };
    case 'block':
    case 'disable':
    case 'rotate': {
      const { password_hash, hashing_algorithm } = definition;
      return { definition: { password_hash, ...(hashing_algorithm !== undefined && { hashing_algorithm }) } };
    }
    case 'reduce':
      return { permissions: permissions.filter(({ vhost }) => vhost === step.parameters.vhost) };
    case 'issue':
      return { newUserWasThere: false };
    default:
      return now;
  }
}

function isInPlace(step: RabbitmqStep, { definition, permissions, topicPermissions }: RabbitmqUser): boolean {
  switch (step.action) {
    case 'quarantine':
      return permissions.length + topicPermissions.length + definition.tags.length === 0;
    case 'block':
    case 'disable':
      return definition.password_hash === '';
    default:
      return false;
  }
}

interface Asked {
  readonly api: Management;
  readonly now: RabbitmqUser;
  readonly idempotencyKey: string;
}

async function refusalsOf(step: RabbitmqStep, { api, now, idempotencyKey }: Asked): Promise<string[]> {
  if (step.action === 'save') return [];
  const { user } = step.parameters;
  const own = await api.read('/whoami', whoAmI);
  if (own.name === user) return [`user "${user}" is interlock's own at ${api.place}: a step on it would end the way to undo it`];
  if (!own.tags.includes('administrator'))
    return [`"${own.name}" may not change users: rabbitmqctl set_user_tags ${own.name} administrator`];
  switch (step.action) {
    case 'reduce':
      return narrowed(step, api, now);
    case 'issue': {
      const { newUser } = step.parameters;
      const there = await readUser(api, newUser);
      return there && !isOfStep(there, idempotencyKey)
        ? [`parameters.newUser: user "${newUser}" exists already: name another`]
        : [];
    }
    default:
      return [];
  }
}

const named = z.array(z.object({ name: z.string() }));

/** Expressions cannot be compared; what is there now, can. */
async function narrowed(step: RabbitmqStep & { action: 'reduce' }, api: Management, now: RabbitmqUser): Promise<string[]> {
  const { user, vhost } = step.parameters;
  const before = now.permissions.find((one) => one.vhost === vhost);
  if (!before) return [`user "${user}" has no permissions in vhost "${vhost}": there is nothing to reduce`];
  const things = [
    ...(await api.read(`/queues/${encodeURIComponent(vhost)}?columns=name`, named)),
    ...(await api.read(`/exchanges/${encodeURIComponent(vhost)}?columns=name`, named)),
  ].map(({ name }) => name || 'amq.default');
  return (['configure', 'write', 'read'] as const).flatMap((right) => {
    const [after, old] = [namesWithin(step.parameters[right], things), namesWithin(before[right], things)];
    if (step.parameters[right] === before[right]) return [];
    if (!after || !old) return [`parameters.${right}: cannot be compared with "${before[right]}": use simpler expressions`];
    const more = [...after].filter((name) => !old.has(name));
    return more.length === 0 ? [] : [`parameters.${right}: allows ${more.slice(0, 3).join(', ')}, which was not allowed before`];
  });
}
