import { passwordHash } from '../apis/redis/acl.ts';
import { redisPasswordId } from '../apis/redis/password-id.ts';
import type { RedisTlsFiles } from '../apis/redis/settings.ts';
import { RefusedError } from '../model/errors.ts';
import type { Fingerprinter } from '../model/fingerprint.ts';
import { redisPassword, redisUser } from '../model/keys.ts';
import type { EntityKind } from '../model/kinds.ts';
import type { PlanStep } from '../model/plan.ts';
import {
  isRedisAction,
  parseRedisStep,
  passwordOf,
  type RedisStep,
  type RedisWords,
  redisApply,
  redisControl,
  redisInverse,
} from '../model/redis-actions.ts';
import type { Applied, Enforcer, EnforcerContext, Preflight } from '../ports/enforcer.ts';
import { isChangedSince } from './redis/changed-since.ts';
import { checkNodes } from './redis/check.ts';
import { type IssuedQuestion, issuedBy, issuedPassword, type Random, traceOf } from './redis/issued-password.ts';
import { type Nodes, type NodeUser, openNodes, persist, usersOf } from './redis/nodes.ts';
import { answerTo, type RedisBefore } from './redis/preflight.ts';
import { probeNodes } from './redis/probe.ts';
import {
  deleteSecondUser,
  makeSecondUser,
  newUserOf,
  probeSecondUser,
  type SecondUser,
  secondUserRefusals,
} from './redis/second-user.ts';
import { readParameters } from './step/read-parameters.ts';
import { orRefused } from './step/refused.ts';

export interface RedisEnforcerOptions {
  readonly name: string;
  /** The collected source whose users it may change: part of their keys. */
  readonly source: string;
  /** Every node: ACLs are not replicated. */
  readonly urls: readonly string[];
  /** Of `rediss://` urls. */
  readonly tls?: RedisTlsFiles | undefined;
  /** Knows a password's key by its hash. */
  readonly fingerprint: Fingerprinter;
  readonly random: Random;
}

interface Work extends RedisEnforcerOptions {
  readonly step: RedisStep;
  readonly planned: PlanStep;
  readonly context: EnforcerContext;
}

/**
 * Changes ACL users of one Redis (6.2 or later; `reduce` 7 or later), on each of its nodes, exactly by the commands of
 * `redis-actions.ts`. Every call opens and closes its own connections. Passwords and hashes are in no evidence and no error.
 */
export function createRedisEnforcer(settings: RedisEnforcerOptions): Enforcer {
  const workOf = (planned: PlanStep, context: EnforcerContext): Work => {
    const step = readStep(planned);
    mustBeTarget(planned, step, settings);
    return { ...settings, step, planned, context };
  };
  return {
    name: settings.name,
    type: 'redis',
    supports: (kind, action) => isRedisAction(action) && KINDS.includes(kind),
    controlOf: (step) => redisControl(readStep(step), step.id),
    heldTarget: (step) => redisUser(settings.source, readStep(step).parameters.user),
    check: (signal) => checkNodes({ urls: settings.urls, tls: settings.tls }, signal),
    preflight: (planned, context) => preflight(() => workOf(planned, context)),
    apply: async (planned, context) => apply(workOf(planned, context)),
    async probe(planned, context) {
      const work = { ...settings, step: readStep(planned), planned, context };
      await using nodes = await open(work);
      const issued = context.handOver.find(replacedBy(planned))?.value;
      const second = secondIn(work, nodes);
      if (second) return await probeSecondUser(second, issued);
      return await probeNodes({
        step: work.step,
        nodes,
        signal: context.signal,
        issued,
        hashOf: (user) => hashOf(work, user),
        issuedBy: ({ node, user }) => issuedBy(issuedIn(work), node.place, user?.hashes ?? []),
      });
    },
    undo: async (planned, preImage, context) => undo(workOf(planned, context), preImage),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const KINDS: readonly EntityKind[] = ['ServiceAccount', 'User', 'Credential'];

const open = ({ urls, tls, context: { signal, idempotencyKey } }: Work) => openNodes({ urls, tls, signal, idempotencyKey });
const replacedBy = ({ for: credential, target }: PlanStep): string => credential ?? target;

function readStep(step: PlanStep): RedisStep {
  const { action } = step;
  if (!isRedisAction(action)) throw new RefusedError(`step ${step.id}: redis has no action ${action}; do it by hand`);
  return readParameters(step, () => parseRedisStep(action, step.parameters));
}

/** A step on a whole user may have been planned for one of its passwords; a step on a password is for that one. */
function mustBeTarget(planned: PlanStep, step: RedisStep, { source }: RedisEnforcerOptions): void {
  const { user } = step.parameters;
  const [own, password] = [redisUser(source, user), passwordOf(step)];
  const isTarget =
    password === undefined
      ? planned.target === own || planned.target.startsWith(`${own}/passwords/`)
      : planned.target === redisPassword(source, user, password);
  if (isTarget) return;
  throw new RefusedError(
    `step ${planned.id}: the target ${planned.target} is not user "${user}" of source ${source}, or another of its passwords: nothing was done`,
  );
}

/** The hash of the step's password, if the user has it. */
function hashOf({ step, fingerprint }: Work, user: NodeUser['user']): string | undefined {
  const id = passwordOf(step);
  return id === undefined ? undefined : user?.hashes.find((hash) => redisPasswordId(fingerprint(hash)) === id);
}

const preflight = (read: () => Work): Promise<Preflight> =>
  orRefused(async () => {
    const work = read();
    await using nodes = await open(work);
    const users = await usersOf(nodes, work.step.parameters.user);
    const answer = await answerTo({ step: work.step, nodes, users, hashOf: (user) => hashOf(work, user) });
    const second = secondIn(work, nodes);
    const more = second ? await secondUserRefusals(second) : otherPasswords(work, users);
    return { ...answer, refusals: [...answer.refusals, ...more] };
  });

/** Planned for a user's only password: with another since, it would end more than was asked for. */
function otherPasswords({ planned, step, source }: Work, users: readonly NodeUser[]): string[] {
  const { user } = step.parameters;
  const isForPassword = planned.target !== redisUser(source, user) && passwordOf(step) === undefined;
  if (step.action !== 'disable' || !isForPassword) return [];
  return users
    .filter((one) => (one.user?.hashes.length ?? 0) > 1)
    .map(({ node }) => `user "${user}" has another password at ${node.place}, which would end too: collect and plan again`);
}

function secondIn(work: Work, nodes: Nodes): SecondUser | undefined {
  const newUser = newUserOf(work.step);
  return newUser === undefined ? undefined : { user: work.step.parameters.user, newUser, nodes, issued: issuedIn(work) };
}

async function apply(work: Work): Promise<Applied> {
  const { step, context } = work;
  await using nodes = await open(work);
  const users = await usersOf(nodes, step.parameters.user);
  const isDeletion = step.action === 'revoke' || step.action === 'delete';
  if (users.every(({ user }) => !user)) {
    if (isDeletion) return { evidence: [`user "${step.parameters.user}" does not exist any more`] };
    throw new RefusedError(`user "${step.parameters.user}" does not exist at ${places(users)}: collect again`);
  }
  const fresh = step.action === 'issue' ? newPassword(work) : undefined;
  const second = secondIn(work, nodes);
  if (second && fresh !== undefined) {
    const applied = await makeSecondUser(second, fresh);
    context.handOver.give(replacedBy(work.planned), { value: fresh, user: second.newUser });
    return applied;
  }
  const evidence: string[] = [];
  for (const one of users) evidence.push(...(await applyTo(work, one, fresh)));
  if (fresh === undefined) return { evidence };
  context.handOver.give(replacedBy(work.planned), { value: fresh, user: step.parameters.user });
  return { evidence, traces: [traceOf(work.fingerprint, passwordHash(fresh))] };
}

const issuedIn = ({ context: { idempotencyKey, recorded }, fingerprint }: Work): IssuedQuestion => ({
  idempotencyKey,
  fingerprint,
  ...(recorded && { recorded }),
});

const places = (users: readonly NodeUser[]): string => users.map(({ node }) => node.place).join(', ');

/** The one that this process holds, as long as it does. */
const newPassword = ({ random, context, planned }: Work): string =>
  context.handOver.find(replacedBy(planned))?.value ?? issuedPassword(random, context.idempotencyKey);

/** One transaction per node: no connection slips in between. */
async function applyTo(work: Work, { node, user }: NodeUser, fresh: string | undefined): Promise<string[]> {
  const { step } = work;
  if (!user) return [`${node.place}: user "${step.parameters.user}" is not there`];
  const password = passwordOf(step);
  const hash = fresh === undefined ? hashOf(work, user) : passwordHash(fresh);
  if (password !== undefined && hash === undefined)
    return [`${node.place}: the password is not there any more`, ...(await endConnections(step, node))];
  const commands = fresh === undefined ? redisApply(step, hash) : issuing(work, { node, user }, hash as string);
  const answers = await node.atomically(commands);
  const said = commands.map((words, at) => `${node.place}: ${shown(words)} → ${answerOf(answers[at])}`);
  return step.action === 'save' ? saved(work, String(answers[0])) : [...said, await persist(node)];
}

/** Whoever took the password away may have left those in that it had let in. */
async function endConnections({ action, parameters: { user } }: RedisStep, node: NodeUser['node']): Promise<string[]> {
  if (action !== 'quarantine') return [];
  const ended = await node.call('CLIENT', 'KILL', 'USER', user);
  return [`${node.place}: CLIENT KILL USER ${user} → ${answerOf(ended)}`];
}

/** Passwords of earlier tries go: nobody has them. */
function issuing(work: Work, { node, user }: NodeUser, hash: string): RedisWords[] {
  const { step } = work;
  const lost = issuedBy(issuedIn(work), node.place, user?.hashes ?? []).filter((other) => other !== hash);
  return [['ACL', 'SETUSER', step.parameters.user, ...lost.map((other) => `!${other}`), `#${hash}`]];
}

/** Hashes are secrets. */
const shown = (words: RedisWords): string =>
  words.map((word) => (/^[#!][0-9a-f]{64}$/.test(word) ? `${word[0]}…` : word)).join(' ');
const answerOf = (answer: unknown): string => (typeof answer === 'number' ? String(answer) : 'OK');

const saved = ({ step }: Work, list: string): string[] => {
  const open = list.split('\n').filter((line) => line.split(' ').includes(`user=${step.parameters.user}`));
  return open.length === 0 ? [`no connection of "${step.parameters.user}" is open`] : open;
};

async function undo(work: Work, preImage: string): Promise<Applied> {
  const { step } = work;
  if (step.action === 'revoke' || step.action === 'delete')
    throw new RefusedError(`ACL DELUSER ${step.parameters.user} cannot be undone`);
  if (step.action === 'save') return { evidence: ['nothing was there to bring back'] };
  const before = (preImage === '' ? {} : JSON.parse(preImage)) as RedisBefore;
  await using nodes = await open(work);
  const second = secondIn(work, nodes);
  if (second) return await deleteSecondUser(second);
  const users = await usersOf(nodes, step.parameters.user);
  const lost = Object.keys(before).filter((place) => users.every(({ node }) => node.place !== place));
  if (lost.length > 0)
    throw new RefusedError(
      `what was saved is of ${lost.join(', ')}, which this enforcer is not configured with: it has ${places(users)}`,
    );
  for (const { node, user } of users) {
    const was = before[node.place];
    if (was && user && isChangedSince(step, was, user))
      throw new RefusedError(
        `the rights of "${user.name}" at ${node.place} were changed by somebody since: what was saved is not put over them`,
      );
  }
  const evidence: string[] = [];
  for (const { node, user } of users) {
    const was = before[node.place];
    if (was === undefined) continue;
    // ACL SETUSER would make it.
    if (!user)
      throw new RefusedError(
        `user "${step.parameters.user}" does not exist at ${node.place} any more: nothing can be given back`,
      );
    // A password that somebody else gave the user since stays.
    const commands = redisInverse(step, was, issuedBy(issuedIn(work), node.place, user.hashes));
    if (commands.length === 0) continue;
    await node.atomically(commands);
    evidence.push(...commands.map((words) => `${node.place}: ${shown(words)}`), await persist(node));
  }
  return { evidence: evidence.length === 0 ? ['nothing was there to bring back'] : evidence };
}
