/** Redis users and their passwords. Commands: `model/redis-actions.ts`, which the enforcer sends as they are shown. */
import { SECOND_MS } from '../../../model/durations.ts';
import { namedBy, redisUser } from '../../../model/keys.ts';
import { REDIS_PARAMETERS, type RedisAction, type RedisStep, redisCommands } from '../../../model/redis-actions.ts';
import type { Control } from '../input.ts';
import { awaited, manual } from './manual.ts';
import { ownName } from './own-name.ts';
import type { Replacement, Subject, System } from './subject.ts';

const CALL = { callMs: 2 * SECOND_MS, settleMs: 5 * SECOND_MS };

/** The user itself, or the user that a password stands for. */
function userOf({ key, identities }: Subject): string | undefined {
  const part = [key, ...identities]
    .map((one) => /^redis:[^/]+\/users\/([^/]+)/.exec(one)?.[1])
    .find((user) => user !== undefined);
  return part === undefined ? undefined : namedBy(part);
}

const passwordOf = ({ key }: Subject): string | undefined => /^redis:[^/]+\/users\/[^/]+\/passwords\/([^/]+)$/.exec(key)?.[1];

/** Its user has no other. */
const isOnly = ({ entity }: Subject): boolean => entity?.properties['passwordsOfUser'] === 1;

/** Its consumers have users of their own now, and nobody else can be on its user: it has no other password. */
const isLeft = (subject: Subject, replacement: Replacement | undefined): boolean =>
  replacement?.isElsewhere === true && isOnly(subject);

interface Kept {
  readonly reversibility: Control['reversibility'];
  readonly probe: string;
  readonly password?: string | undefined;
  readonly newUser?: string | undefined;
}

function step(subject: Subject, action: RedisAction, { reversibility, probe, password, newUser }: Kept): Control | undefined {
  const user = userOf(subject);
  const parsed = REDIS_PARAMETERS[action].safeParse({
    user,
    ...(password !== undefined && { password }),
    ...(newUser !== undefined && { newUser }),
  });
  if (!parsed.success) return undefined;
  const parameters = parsed.data as RedisStep['parameters'];
  return {
    ...CALL,
    action,
    parameters: parsed.data as Control['parameters'],
    reversibility,
    probe,
    commands: redisCommands({ action, parameters } as RedisStep),
  };
}

const OFF = 'ACL GETUSER shows `off` on every node, and two looks at CLIENT LIST show no connection of the user';
const GONE = 'ACL GETUSER does not show the password any more, on any node';

export const redis: System = {
  ...manual,
  name: 'redis',
  endsSessions: true,
  save: (subject) =>
    step(subject, 'save', { reversibility: 'R0', probe: 'the connections that the next step ends are kept with the incident' }),
  /** One of several passwords is cut by itself; the only one together with its user, which needs no secret to be brought back. */
  contain(subject) {
    const password = isOnly(subject) ? undefined : passwordOf(subject);
    const kept: Kept =
      password === undefined
        ? { reversibility: 'R0', probe: OFF }
        : { reversibility: 'R1', probe: `${GONE}; the user’s connections were ended with it`, password };
    return step(subject, 'quarantine', kept) ?? manual.contain(subject);
  },
  issue: (subject, replacement) =>
    step(subject, 'issue', { reversibility: 'R1', probe: 'ACL GETUSER shows one password more, on every node' }) ??
    manual.issue(subject, replacement),
  /** Redis keeps no log of commands: the rights are those of the shared user. */
  issueOwn(subject, { consumers }) {
    const user = userOf(subject);
    const source = [subject.key, ...subject.identities].map((key) => /^redis:([^/]+)\//.exec(key)?.[1]).find(Boolean);
    if (user === undefined || source === undefined) return undefined;
    const newUser = ownName(user, consumers, 255);
    const probe = `ACL GETUSER shows user ${newUser}, switched on, with the password that this step gave it, on every node`;
    const control = step(subject, 'issue', { reversibility: 'R1', probe, newUser });
    const rights = `those of user "${user}": Redis keeps no log of which commands and keys each consumer uses`;
    return control && { control, identity: redisUser(source, newUser), rights, hasNewName: true };
  },
  confirm(subject, replacement) {
    if (userOf(subject) === undefined) return manual.confirm(subject, replacement);
    return awaited(subject, replacement, { apply: 'CLIENT LIST', inverse: '', probe: 'CLIENT LIST' });
  },
  /** Connections outlive their password; which of several opened one cannot be seen, but a user that everybody left has none to keep. */
  disable(subject, replacement) {
    const password = isLeft(subject, replacement) ? undefined : passwordOf(subject);
    const kept: Kept =
      password === undefined ? { reversibility: 'R0', probe: OFF } : { reversibility: 'R1', probe: GONE, password };
    return step(subject, 'disable', kept) ?? manual.disable(subject);
  },
  /** A password that was taken away is nowhere: there is nothing left to delete. The first user cannot be deleted. */
  delete(subject, replacement) {
    const isUser = passwordOf(subject) === undefined || isLeft(subject, replacement);
    if (!isUser || userOf(subject) === 'default') return undefined;
    return (
      step(subject, 'delete', { reversibility: 'R2', probe: 'ACL GETUSER knows no such user, on any node' }) ??
      manual.delete(subject)
    );
  },
};
