import { setTimeout as sleep } from 'node:timers/promises';
import { parseAclLine, passwordHash } from '../../apis/redis/acl.ts';
import type { RedisConnection } from '../../apis/redis/connection.ts';
import { widened } from '../../apis/redis/narrower.ts';
import { clientFields, clientLines } from '../../apis/redis/users.ts';
import { passwordOf, type RedisStep } from '../../model/redis-actions.ts';
import type { Probed } from '../../ports/enforcer.ts';
import { rightsOf } from './changed-since.ts';
import { type Nodes, type NodeUser, usersOf } from './nodes.ts';

/** A pool reconnects within this time: connections must be gone on both sides of it. */
const SECOND_LOOK_MS = 250;

export interface Look {
  readonly step: RedisStep;
  readonly nodes: Nodes;
  readonly signal: AbortSignal;
  /** The value that the step issued, while this process holds it. */
  readonly issued: string | undefined;
  hashOf(user: NodeUser['user']): string | undefined;
  /** Hashes that the step issued. */
  issuedBy(one: NodeUser): readonly string[];
}

/** Effective when every node says so. */
export async function probeNodes(look: Look): Promise<Probed> {
  const answers: Probed[] = [];
  for (const one of await usersOf(look.nodes, look.step.parameters.user)) answers.push(await probeNode(look, one));
  const states = answers.map(({ state }) => state);
  const evidence = answers.flatMap((answer) => answer.evidence);
  if (states.every((state) => state === 'effective')) return { state: 'effective', evidence };
  return { state: states.every((state) => state === 'not-effective') ? 'not-effective' : 'partial', evidence };
}

async function probeNode(look: Look, { node, user }: NodeUser): Promise<Probed> {
  const { step } = look;
  const said = (state: Probed['state'], text: string): Probed => ({ state, evidence: [`${node.place}: ${text}`] });
  const name = `"${step.parameters.user}"`;
  const isDeletion = step.action === 'revoke' || step.action === 'delete';
  if (!user) return goneProbe(look, node, isDeletion);
  switch (step.action) {
    case 'save':
      return said('effective', `${await connections(node, step.parameters.user)} connections of ${name} are open`);
    case 'quarantine':
    case 'disable':
      return passwordOf(step) === undefined ? probeOff(look, node, user.enabled) : probePassword(look, { node, user });
    case 'reduce': {
      const again = parseAclLine(`${user.line} ${step.parameters.rules.join(' ')}`);
      const isDone = widened(again, user) === undefined && rightsOf(again) === rightsOf(user);
      return said(isDone ? 'effective' : 'not-effective', `the rules ${isDone ? 'are' : 'are not'} in force for ${name}`);
    }
    case 'issue':
      return probeIssue(look, { node, user });
    case 'revoke':
    case 'delete':
      return said('not-effective', `user ${name} exists`);
  }
}

/** No user of that name: nobody logs in as it. Its connections end with it. */
async function goneProbe({ step, nodes }: Look, node: RedisConnection, isDeletion: boolean): Promise<Probed> {
  const { user } = step.parameters;
  const open = await connections(node, user);
  const evidence = [`${node.place}: user "${user}" does not exist; ${open} connections of it are open`];
  // On one node of several it may never have been there; alone, it is something else than what was planned.
  if (!isDeletion && nodes.all.length === 1) return { state: 'not-effective', evidence };
  return { state: open === 0 ? 'effective' : 'partial', evidence };
}

async function probeOff({ step, signal }: Look, node: RedisConnection, enabled: boolean): Promise<Probed> {
  const { user } = step.parameters;
  const first = await connections(node, user);
  await sleep(SECOND_LOOK_MS, undefined, { signal });
  const counts = [first, await connections(node, user)];
  const evidence = [`${node.place}: user "${user}" is ${enabled ? 'on' : 'off'}; connections seen: ${counts.join(', then ')}`];
  if (enabled) return { state: 'not-effective', evidence };
  return { state: counts.every((n) => n === 0) ? 'effective' : 'partial', evidence };
}

/** The hash went in one transaction with the connections. */
async function probePassword(look: Look, { node, user }: NodeUser): Promise<Probed> {
  const { step } = look;
  const isThere = look.hashOf(user) !== undefined;
  const open = await connections(node, step.parameters.user);
  const stay =
    step.action === 'disable' ? 'which of them that password opened cannot be seen' : 'they were opened since, by another';
  const nopass = user?.noPassword ? '; the user takes any password (nopass)' : '';
  const evidence = [
    `${node.place}: the password of "${step.parameters.user}" is ${isThere ? 'still' : 'not any more'} there; ${open} connections are open${open > 0 ? `: ${stay}` : ''}${nopass}`,
  ];
  return { state: isThere || user?.noPassword ? 'not-effective' : 'effective', evidence };
}

function probeIssue({ step, issuedBy, issued }: Look, { node, user }: NodeUser): Probed {
  const found = issuedBy({ node, user });
  const isDone = issued === undefined ? found.length > 0 : found.includes(passwordHash(issued));
  const count = user?.hashes.length ?? 0;
  return {
    state: isDone ? 'effective' : 'not-effective',
    evidence: [
      `${node.place}: user "${step.parameters.user}" has ${count} passwords; ${isDone ? 'one is' : 'none is'} of this step`,
    ],
  };
}

export async function connections(node: RedisConnection, user: string): Promise<number> {
  return (await clientLines(node)).filter((line) => clientFields(line).get('user') === user).length;
}
