import type { RabbitmqUser } from '../../apis/rabbitmq/users.ts';
import type { RabbitmqStep } from '../../model/rabbitmq-actions.ts';
import { isOurHash } from './new-password.ts';

/** What somebody did to a user after the step took it away, which its inverse would undo; undefined where nothing is to be seen. */
export function changedSince(step: RabbitmqStep, now: RabbitmqUser, was: RabbitmqUser): string | undefined {
  const { password_hash } = now.definition;
  switch (step.action) {
    case 'block':
    case 'disable':
      return password_hash === '' || password_hash === was.definition.password_hash ? undefined : 'was given another password';
    case 'revoke':
    case 'delete':
      return password_hash === was.definition.password_hash ? undefined : 'was made anew';
    case 'rotate':
      return password_hash === was.definition.password_hash || isOurHash(password_hash)
        ? undefined
        : 'was given another password';
    case 'reduce':
      return isAsReduced(step, now, was) ? undefined : `was given other permissions in vhost "${step.parameters.vhost}"`;
    case 'quarantine':
      return hasOtherRights(now, was) ? 'was given other tags or permissions' : undefined;
    default:
      return undefined;
  }
}

function isAsReduced({ parameters }: RabbitmqStep & { action: 'reduce' }, now: RabbitmqUser, was: RabbitmqUser): boolean {
  const ofVhost = ({ permissions }: RabbitmqUser) => permissions.find(({ vhost }) => vhost === parameters.vhost);
  const held = ofVhost(now);
  return [parameters, ofVhost(was)].some(
    (one) => held?.configure === one?.configure && held?.write === one?.write && held?.read === one?.read,
  );
}

/** Rights that were there before are those of an undo that was interrupted. */
function hasOtherRights(now: RabbitmqUser, was: RabbitmqUser): boolean {
  const known = new Set([...was.permissions, ...was.topicPermissions].map((one) => JSON.stringify(one)));
  const isNew = [...now.permissions, ...now.topicPermissions].some((one) => !known.has(JSON.stringify(one)));
  return isNew || now.definition.tags.some((tag) => !was.definition.tags.includes(tag));
}
