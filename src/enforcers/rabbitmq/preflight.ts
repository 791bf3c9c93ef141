import { z } from 'zod';
import { type Management, whoAmI } from '../../apis/rabbitmq/management.ts';
import { namesWithin } from '../../apis/rabbitmq/patterns.ts';
import { type RabbitmqUser, readUser } from '../../apis/rabbitmq/users.ts';
import type { RabbitmqStep } from '../../model/rabbitmq-actions.ts';
import type { Preflight } from '../../ports/enforcer.ts';

/** What `undo` needs: the user's definition and rights, or, of `issue`, that there was no such user. */
export type RabbitmqBefore = Partial<RabbitmqUser> & { readonly newUserWasThere?: boolean };

export async function answerTo(step: RabbitmqStep, api: Management): Promise<Preflight> {
  const { user } = step.parameters;
  const now = await readUser(api, user);
  // Another incident has deleted it: its hold knows what was there.
  if (!now && (step.action === 'revoke' || step.action === 'delete')) return { refusals: [], preImage: '{}', preexisting: true };
  if (!now)
    return { refusals: [`user "${user}" does not exist at ${api.place}: collect again`], preImage: '', preexisting: false };
  const refusals = await refusalsOf(step, { api, now });
  return { refusals, preImage: preImageOf(step, now), preexisting: isInPlace(step, now) };
}

function preImageOf(step: RabbitmqStep, now: RabbitmqUser): string {
  if (step.action === 'save') return '';
  const before: RabbitmqBefore = step.action === 'issue' ? { newUserWasThere: false } : now;
  return JSON.stringify(before);
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
}

async function refusalsOf(step: RabbitmqStep, { api, now }: Asked): Promise<string[]> {
  if (step.action === 'save') return [];
  const { user } = step.parameters;
  const own = await api.read('/whoami', whoAmI);
  if (own.name === user) return [`user "${user}" is interlock's own at ${api.place}: a step on it would end the way to undo it`];
  if (!own.tags.includes('administrator'))
    return [`"${own.name}" may not change users: rabbitmqctl set_user_tags ${own.name} administrator`];
  switch (step.action) {
    case 'reduce':
      return narrowed(step, { api, now });
    case 'issue': {
      const { newUser } = step.parameters;
      return (await readUser(api, newUser)) ? [`parameters.newUser: user "${newUser}" exists already: name another`] : [];
    }
    default:
      return [];
  }
}

const named = z.array(z.object({ name: z.string() }));

/** Expressions cannot be compared; what is there now, can. */
async function narrowed(step: RabbitmqStep & { action: 'reduce' }, { api, now }: Asked): Promise<string[]> {
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
