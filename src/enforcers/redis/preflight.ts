import { aclRules, isRightRule, parseAclLine } from '../../apis/redis/acl.ts';
import { widened } from '../../apis/redis/narrower.ts';
import { passwordOf, type RedisStep, type RedisUserBefore } from '../../model/redis-actions.ts';
import type { Preflight } from '../../ports/enforcer.ts';
import { refused } from '../step/refused.ts';
import type { Nodes, NodeUser } from './nodes.ts';

/** By `host:port`. */
export type RedisBefore = Readonly<Record<string, RedisUserBefore>>;

/** `hashOf`: the hash of the step's password among those of a user. */
export interface Question {
  readonly step: RedisStep;
  readonly nodes: Nodes;
  readonly users: readonly NodeUser[];
  hashOf(user: NodeUser['user']): string | undefined;
}

export async function answerTo(question: Question): Promise<Preflight> {
  const { step, users } = question;
  const { user } = step.parameters;
  const places = users.map(({ node }) => node.place).join(', ');
  if (users.every((one) => one.user === undefined)) return refused(`user "${user}" does not exist at ${places}: collect again`);
  const refusals = [...(await lifeline(question)), ...forbidden(question)];
  const before: Record<string, RedisUserBefore> = {};
  for (const one of users) {
    const was = beforeOf(question, one);
    if (was) before[one.node.place] = was;
  }
  const preImage = Object.keys(before).length === 0 ? '' : JSON.stringify(before satisfies RedisBefore);
  return { refusals, preImage, preexisting: isInPlace(question) };
}

/** Never the access by which we work. */
async function lifeline({ step, nodes }: Question): Promise<string[]> {
  const { user } = step.parameters;
  if (step.action === 'save') return [];
  const refusals: string[] = [];
  for (const node of nodes.all) {
    if ((await node.call('ACL', 'WHOAMI')) === user)
      refusals.push(`user "${user}" is interlock's own at ${node.place}: a step on it would end the way to undo it`);
  }
  return refusals;
}

function forbidden({ step, users }: Question): string[] {
  const { user } = step.parameters;
  switch (step.action) {
    case 'revoke':
    case 'delete':
      return user === 'default' ? ['user "default" cannot be deleted: use quarantine'] : [];
    case 'issue':
      return users.some((one) => one.user?.noPassword)
        ? [`user "${user}" takes any password (nopass): a password would lock its clients out; reduce or quarantine it instead`]
        : [];
    case 'reduce':
      return users.flatMap((one) => {
        const more = one.user && widened(one.user, parseAclLine(`${one.user.line} ${step.parameters.rules.join(' ')}`));
        return more ? [`parameters.rules at ${one.node.place}: ${more}`] : [];
      });
    default:
      return [];
  }
}

/** Only the control that the step works on. */
function beforeOf({ step, hashOf }: Question, { user }: NodeUser): RedisUserBefore | undefined {
  if (!user) return undefined;
  switch (step.action) {
    case 'quarantine':
    case 'disable': {
      if (step.parameters.password === undefined) return { enabled: user.enabled };
      const hash = hashOf(user);
      return { hashes: hash === undefined ? [] : [hash] };
    }
    case 'reduce':
      return { rights: aclRules(user.line).filter(isRightRule) };
    case 'issue':
      return { hashes: user.hashes };
    default:
      return undefined;
  }
}

/** The control is there on every node already. */
function isInPlace({ step, users, hashOf }: Question): boolean {
  if (step.action !== 'quarantine' && step.action !== 'disable') return false;
  if (passwordOf(step) === undefined) return users.every(({ user }) => !user?.enabled);
  return users.every(({ user }) => hashOf(user) === undefined && !user?.noPassword);
}
