import { setTimeout as sleep } from 'node:timers/promises';
import type { Management } from '../../apis/rabbitmq/management.ts';
import { connectionsOf, type RabbitmqUser } from '../../apis/rabbitmq/users.ts';
import { connectionsPath, limitPath, permissionPath, topicPermissionPath, userPath } from '../../model/rabbitmq-actions.ts';

/** Changes one thing of a user and leaves the others: a PUT says hash and tags together. */
export async function putUser(
  api: Management,
  { definition }: Pick<RabbitmqUser, 'definition'>,
  change: Partial<Pick<RabbitmqUser['definition'], 'password_hash' | 'hashing_algorithm' | 'tags'>>,
): Promise<void> {
  const { name, password_hash, hashing_algorithm, tags } = { ...definition, ...change };
  await api.change('PUT', userPath(name), {
    password_hash,
    ...(hashing_algorithm !== undefined && { hashing_algorithm }),
    tags: tags.join(','),
  });
}

/** Rights in every vhost and on topics. */
export async function grantAll(api: Management, user: string, { permissions, topicPermissions }: RabbitmqUser): Promise<void> {
  for (const { vhost, configure, write, read } of permissions)
    await api.change('PUT', permissionPath(user, vhost), { configure, write, read });
  for (const { vhost, exchange, write, read } of topicPermissions)
    await api.change('PUT', topicPermissionPath(user, vhost), { exchange, write, read });
}

/** Answers what was taken, in words. */
export async function revokeAll(
  api: Management,
  user: string,
  { permissions, topicPermissions }: RabbitmqUser,
): Promise<string[]> {
  for (const { vhost } of permissions) await api.change('DELETE', permissionPath(user, vhost));
  const topics = [...new Set(topicPermissions.map(({ vhost }) => vhost))];
  for (const vhost of topics) await api.change('DELETE', topicPermissionPath(user, vhost));
  return permissions.map(({ vhost }) => `permissions of "${user}" in vhost "${vhost}" are cleared`);
}

export async function limitAll(api: Management, user: string, { definition }: RabbitmqUser): Promise<void> {
  for (const [limit, value] of Object.entries(definition.limits)) await api.change('PUT', limitPath(user, limit), { value });
}

/** Twice, since a new connection is listed only after a while. */
export async function closeConnections(
  api: Management,
  user: string,
  { settleMs, signal }: { readonly settleMs: number; readonly signal: AbortSignal },
): Promise<string[]> {
  const closed = new Set(await closeListed(api, user));
  await sleep(settleMs, undefined, { signal });
  const late = (await closeListed(api, user)).filter((name) => !closed.has(name)).length;
  return [`${closed.size} connections of "${user}" were closed${late > 0 ? `, then ${late} that were listed late` : ''}`];
}

/** All of a user at once; where the broker has no such call, one by one, which finds only those that its statistics know. */
async function closeListed(api: Management, user: string): Promise<string[]> {
  const open = (await connectionsOf(api, user)).map(({ name }) => name);
  if (open.length === 0 || (await api.change('DELETE', connectionsPath(user)))) return open;
  for (const name of open) await api.change('DELETE', `/connections/${encodeURIComponent(name)}`);
  return open;
}
