/**
 * A second user, which replaces the first. A tag that carries the step makes it ours (RabbitMQ takes any tag; only those that it knows
 * mean something to it): a user of that name without it was made by somebody else, and is neither changed nor taken away, also when it
 * came between a call that was interrupted and its repetition. The tag stays with the user.
 */
import type { Management } from '../../apis/rabbitmq/management.ts';
import { RABBITMQ_HASHING } from '../../apis/rabbitmq/password-hash.ts';
import { type RabbitmqUser, readUser } from '../../apis/rabbitmq/users.ts';
import { RefusedError } from '../../model/errors.ts';
import { userPath } from '../../model/rabbitmq-actions.ts';
import { grantAll, limitAll, putUser } from './changes.ts';

const MARK = 'interlock-';
const markOf = (idempotencyKey: string): string => `${MARK}${idempotencyKey.replaceAll(/[^A-Za-z0-9-]/g, '')}`;

export const isOfStep = ({ definition }: RabbitmqUser, idempotencyKey: string): boolean =>
  definition.tags.includes(markOf(idempotencyKey));

interface SecondUser {
  readonly newUser: string;
  readonly idempotencyKey: string;
}

/** With the rights, tags and limits of the first. Made again, it gets another password: the last one may be lost. */
export async function makeSecondUser(
  api: Management,
  first: RabbitmqUser,
  { newUser, idempotencyKey, hash }: SecondUser & { readonly hash: string },
): Promise<string[]> {
  const there = await readUser(api, newUser);
  if (there && !isOfStep(there, idempotencyKey))
    throw new RefusedError(
      `user "${newUser}" at ${api.place} was made by somebody else: it was left alone; plan again, or delete it if nobody needs it`,
    );
  const tags = [...first.definition.tags.filter((tag) => !tag.startsWith(MARK)), markOf(idempotencyKey)];
  const definition = { ...first.definition, name: newUser, tags };
  await putUser(api, { definition }, { password_hash: hash, hashing_algorithm: RABBITMQ_HASHING });
  await grantAll(api, newUser, first);
  await limitAll(api, newUser, first);
  return [`user "${newUser}" was made with permissions in ${first.permissions.length} vhosts`];
}

export async function deleteSecondUser(api: Management, { newUser, idempotencyKey }: SecondUser): Promise<string[]> {
  const there = await readUser(api, newUser);
  if (!there) return [`user "${newUser}" does not exist any more`];
  if (!isOfStep(there, idempotencyKey)) return [`user "${newUser}" was made by somebody else: it stays`];
  await api.change('DELETE', userPath(newUser));
  return [`user "${newUser}" was deleted`];
}
