import { type AclUser, parseAclLine } from '../../apis/redis/acl.ts';
import type { RedisStep, RedisUserBefore } from '../../model/redis-actions.ts';

/** Rights of a user, so that two that may the same are equal. */
export const rightsOf = ({ selectors }: AclUser): string =>
  JSON.stringify(
    selectors.map(({ commands, keys, channels }) => [
      [...commands].sort(),
      [...keys].map((key) => JSON.stringify(key)).sort(),
      [...channels].sort(),
    ]),
  );

/** Whether somebody changed the rights after the step, which its inverse would undo. */
export function isChangedSince(step: RedisStep, { rights }: RedisUserBefore, now: AclUser): boolean {
  if (step.action !== 'reduce' || !rights) return false;
  const left = (...rules: readonly string[]): string => rightsOf(parseAclLine(['user', now.name, ...rights, ...rules].join(' ')));
  return ![left(), left(...step.parameters.rules)].includes(rightsOf(now));
}
