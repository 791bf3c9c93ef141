/** A user beside another, with the same rights: made, found again, taken away. It is the step's when its one password is. */
import { aclRules, isRightRule, passwordHash } from '../../apis/redis/acl.ts';
import { RefusedError } from '../../model/errors.ts';
import { type RedisStep, secondUser } from '../../model/redis-actions.ts';
import type { Applied, Probed } from '../../ports/enforcer.ts';
import { type IssuedQuestion, issuedBy, traceOf } from './issued-password.ts';
import { type Nodes, type NodeUser, persist, usersOf } from './nodes.ts';

export interface SecondUser {
  readonly user: string;
  readonly newUser: string;
  readonly nodes: Nodes;
  readonly issued: IssuedQuestion;
}

/** The name of the user that the step makes, if it makes one. */
export const newUserOf = (step: RedisStep): string | undefined => (step.action === 'issue' ? step.parameters.newUser : undefined);

const isOurs = ({ issued }: SecondUser, { node, user }: NodeUser): boolean =>
  user?.hashes.length === 1 && issuedBy(issued, node.place, user.hashes).length === 1;

async function foreign(second: SecondUser): Promise<string | undefined> {
  for (const one of await usersOf(second.nodes, second.newUser)) {
    if (one.user && !isOurs(second, one))
      return `user "${second.newUser}" exists at ${one.node.place}, and this step did not make it`;
  }
  return undefined;
}

export async function secondUserRefusals(second: SecondUser): Promise<string[]> {
  const problem = await foreign(second);
  return problem === undefined ? [] : [`parameters.newUser: ${problem}: name another`];
}

/** Whole on each node: `reset` takes away the password of an earlier try. */
export async function makeSecondUser(second: SecondUser, value: string): Promise<Applied> {
  const problem = await foreign(second);
  if (problem !== undefined) throw new RefusedError(problem);
  const hash = passwordHash(value);
  const evidence: string[] = [];
  for (const { node, user } of await usersOf(second.nodes, second.user)) {
    if (!user) throw new RefusedError(`user "${second.user}" does not exist at ${node.place}: collect again`);
    const rules = aclRules(user.line).filter(isRightRule);
    await node.atomically([secondUser(second.newUser, hash, rules)]);
    evidence.push(
      `${node.place}: user "${second.newUser}" has the rules of "${second.user}": ${rules.join(' ')}`,
      await persist(node),
    );
  }
  return { evidence, traces: [traceOf(second.issued.fingerprint, hash)] };
}

/** Its connections end with it. */
export async function deleteSecondUser(second: SecondUser): Promise<Applied> {
  const problem = await foreign(second);
  if (problem !== undefined) throw new RefusedError(`${problem}: it is left alone`);
  const evidence: string[] = [];
  for (const { node, user } of await usersOf(second.nodes, second.newUser)) {
    if (!user) continue;
    await node.atomically([['ACL', 'DELUSER', second.newUser]]);
    evidence.push(`${node.place}: user "${second.newUser}" was deleted`, await persist(node));
  }
  return { evidence: evidence.length === 0 ? ['nothing was there to bring back'] : evidence };
}

/** `value`: what the step issued, while this process holds it. */
export async function probeSecondUser(second: SecondUser, value: string | undefined): Promise<Probed> {
  const states: boolean[] = [];
  const evidence: string[] = [];
  for (const one of await usersOf(second.nodes, second.newUser)) {
    const { node, user } = one;
    const isValue = value === undefined || user?.hashes.includes(passwordHash(value)) === true;
    states.push(user?.enabled === true && isOurs(second, one) && isValue);
    evidence.push(`${node.place}: user "${second.newUser}" ${user ? `is ${user.enabled ? 'on' : 'off'}` : 'does not exist'}`);
  }
  if (states.every(Boolean)) return { state: 'effective', evidence };
  return { state: states.some(Boolean) ? 'partial' : 'not-effective', evidence };
}
