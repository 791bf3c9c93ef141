/** RabbitMQ users and their passwords. Calls: `model/rabbitmq-actions.ts`, which the enforcer makes as they are shown. */
import { SECOND_MS } from '../../../model/durations.ts';
import { namedBy, rabbitmqUser } from '../../../model/keys.ts';
import {
  RABBITMQ_PARAMETERS,
  type RabbitmqAction,
  type RabbitmqStep,
  rabbitmqCommands,
} from '../../../model/rabbitmq-actions.ts';
import type { Control } from '../input.ts';
import { awaited, manual } from './manual.ts';
import { nextName } from './next-name.ts';
import { ownName } from './own-name.ts';
import type { Subject, System } from './subject.ts';

/** New connections are listed after up to five seconds, so they are closed twice, and looked for after that. */
const CALL = { callMs: 10 * SECOND_MS, settleMs: 10 * SECOND_MS };

/** The user itself, or the user that a password stands for. */
function userOf({ key, identities }: Subject): string | undefined {
  const part = [key, ...identities]
    .map((one) => /^rabbitmq:[^/]+\/users\/([^/]+)(?:\/password)?$/.exec(one)?.[1])
    .find((user) => user !== undefined);
  return part === undefined ? undefined : namedBy(part);
}

const isPassword = ({ key }: Subject): boolean => /^rabbitmq:[^/]+\/users\/[^/]+\/password$/.test(key);

interface Kept {
  readonly reversibility: Control['reversibility'];
  readonly probe: string;
  readonly newUser?: string;
}

function step(subject: Subject, action: RabbitmqAction, { reversibility, probe, newUser }: Kept): Control | undefined {
  const user = userOf(subject);
  const parsed = RABBITMQ_PARAMETERS[action].safeParse({ user, ...(newUser !== undefined && { newUser }) });
  if (!parsed.success) return undefined;
  const commands = rabbitmqCommands({ action, parameters: parsed.data } as RabbitmqStep);
  return { ...CALL, action, parameters: parsed.data as Control['parameters'], reversibility, probe, commands };
}

const NONE_LISTED = 'two looks at its connections list none';
const NO_PASSWORD: Kept = { reversibility: 'R1', probe: `the user has no password hash, and ${NONE_LISTED}` };
const NO_RIGHTS: Kept = {
  reversibility: 'R1',
  probe: `the user has no permissions in any vhost and no tags, and ${NONE_LISTED}`,
};

export const rabbitmq: System = {
  ...manual,
  name: 'rabbitmq',
  endsSessions: true,
  issuesNewName: true,
  save: (subject) =>
    step(subject, 'save', { reversibility: 'R0', probe: 'the connections that the next step ends are kept with the incident' }),
  /** The password alone, or everything that the user may do, however it logs in. */
  contain: (subject) =>
    (isPassword(subject) ? step(subject, 'block', NO_PASSWORD) : step(subject, 'quarantine', NO_RIGHTS)) ??
    manual.contain(subject),
  /** A user has one password: its replacement is a second user. */
  issue(subject, replacement) {
    const user = userOf(subject);
    if (user === undefined) return manual.issue(subject, replacement);
    const newUser = nextName(user, 255);
    const probe = `user ${newUser} exists, with the permissions of ${user}`;
    return step(subject, 'issue', { reversibility: 'R1', probe, newUser }) ?? manual.issue(subject, replacement);
  },
  /** The broker logs no use of queues by consumer: the rights are those of the shared user. */
  issueOwn(subject, { consumers }) {
    const user = userOf(subject);
    const source = [subject.key, ...subject.identities].map((key) => /^rabbitmq:([^/]+)\//.exec(key)?.[1]).find(Boolean);
    if (user === undefined || source === undefined) return undefined;
    const newUser = ownName(user, consumers, 255);
    const probe = `user ${newUser} exists, with the permissions of ${user}`;
    const control = step(subject, 'issue', { reversibility: 'R1', probe, newUser });
    const rights = `those of user "${user}" in every vhost: RabbitMQ does not log which queues each consumer uses`;
    return control && { control, identity: rabbitmqUser(source, newUser), rights, hasNewName: true };
  },
  confirm(subject, replacement) {
    const user = userOf(subject);
    if (user === undefined) return manual.confirm(subject, replacement);
    const { commands } = step(subject, 'save', { reversibility: 'R0', probe: '' }) ?? manual.confirm(subject, replacement);
    return awaited(subject, replacement, { ...commands, inverse: '' });
  },
  disable: (subject) => step(subject, 'disable', NO_PASSWORD) ?? manual.disable(subject),
  delete(subject) {
    const probe = `the API knows no such user, and ${NONE_LISTED}`;
    // It could be made again from its definition, but not its connections, and nobody plans on that.
    return step(subject, 'delete', { reversibility: 'R2', probe }) ?? manual.delete(subject);
  },
};
