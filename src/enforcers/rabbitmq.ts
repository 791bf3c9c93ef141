import { type Management, openManagement } from '../apis/rabbitmq/management.ts';
import { RABBITMQ_HASHING } from '../apis/rabbitmq/password-hash.ts';
import type { RabbitmqApiSettings } from '../apis/rabbitmq/settings.ts';
import { allConnections, connectionsOf, type RabbitmqUser, readUser } from '../apis/rabbitmq/users.ts';
import { RefusedError } from '../model/errors.ts';
import { rabbitmqPassword, rabbitmqUser } from '../model/keys.ts';
import type { EntityKind } from '../model/kinds.ts';
import type { PlanStep } from '../model/plan.ts';
import {
  isRabbitmqAction,
  parseRabbitmqStep,
  permissionPath,
  type RabbitmqStep,
  rabbitmqControl,
  userPath,
} from '../model/rabbitmq-actions.ts';
import type { Applied, Enforcer, EnforcerContext } from '../ports/enforcer.ts';
import { changedSince } from './rabbitmq/changed-since.ts';
import { closeConnections, grantAll, limitAll, putUser, revokeAll } from './rabbitmq/changes.ts';
import { checkBroker } from './rabbitmq/check.ts';
import { newPassword, type Random } from './rabbitmq/new-password.ts';
import { answerTo, type RabbitmqBefore } from './rabbitmq/preflight.ts';
import { probeUser } from './rabbitmq/probe.ts';
import { deleteSecondUser, makeSecondUser } from './rabbitmq/second-user.ts';
import { readParameters } from './step/read-parameters.ts';
import { orRefused } from './step/refused.ts';

export interface RabbitmqEnforcerOptions {
  readonly name: string;
  /** The collected source whose users it may change: part of their keys. */
  readonly source: string;
  readonly api: RabbitmqApiSettings;
  readonly random: Random;
  /** How long a new connection may be missing from the API's list: its statistics interval, five seconds unless it was configured. */
  readonly settleMs?: number;
}

const SETTLE_MS = 5000;

interface Work {
  readonly options: RabbitmqEnforcerOptions;
  readonly step: RabbitmqStep;
  readonly planned: PlanStep;
  readonly context: EnforcerContext;
  readonly api: Management;
}

/** Changes users of one RabbitMQ (3.8 or later) by its management API. Passwords and hashes are in no evidence and no error. */
export function createRabbitmqEnforcer(options: RabbitmqEnforcerOptions): Enforcer {
  const opened = async <T>(planned: PlanStep, context: EnforcerContext, work: (work: Work) => Promise<T>): Promise<T> => {
    const step = readStep(planned);
    mustBeTarget(planned, step, options.source);
    await using api = await openManagement(options.api, context.signal);
    return await work({ options, step, planned, context, api });
  };
  return {
    name: options.name,
    type: 'rabbitmq',
    supports: (kind, action) => isRabbitmqAction(action) && KINDS.includes(kind),
    controlOf: (step) => rabbitmqControl(readStep(step)),
    heldTarget: (step) => rabbitmqUser(options.source, readStep(step).parameters.user),
    check: (signal) => checkBroker(options.api, signal),
    preflight: (planned, context) =>
      orRefused(() => opened(planned, context, ({ step, api }) => answerTo(step, api, context.idempotencyKey))),
    apply: (planned, context) => opened(planned, context, apply),
    async probe(planned, context) {
      const step = readStep(planned);
      await using api = await openManagement(options.api, context.signal);
      const issued = context.handOver.find(replacedBy(planned))?.value;
      return await probeUser({ step, api, signal: context.signal, idempotencyKey: context.idempotencyKey, issued });
    },
    undo: (planned, preImage, context) =>
      opened(planned, context, (work) => undo(work, preImage === '' ? {} : (JSON.parse(preImage) as RabbitmqBefore))),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const KINDS: readonly EntityKind[] = ['ServiceAccount', 'User', 'Credential'];
const replacedBy = ({ for: credential, target }: PlanStep): string => credential ?? target;

function readStep(step: PlanStep): RabbitmqStep {
  const { action } = step;
  if (!isRabbitmqAction(action)) throw new RefusedError(`step ${step.id}: rabbitmq has no action ${action}; do it by hand`);
  return readParameters(step, () => parseRabbitmqStep(action, step.parameters));
}

function mustBeTarget(planned: PlanStep, { parameters: { user } }: RabbitmqStep, source: string): void {
  if (planned.target === rabbitmqUser(source, user) || planned.target === rabbitmqPassword(source, user)) return;
  throw new RefusedError(
    `step ${planned.id}: the target ${planned.target} is not user "${user}" of source ${source}: nothing was done`,
  );
}

async function apply(work: Work): Promise<Applied> {
  const { step, api } = work;
  const { user } = step.parameters;
  const now = await readUser(api, user);
  if (!now) {
    if (step.action === 'revoke' || step.action === 'delete') return { evidence: [`user "${user}" does not exist any more`] };
    throw new RefusedError(`user "${user}" does not exist at ${api.place}: collect again`);
  }
  switch (step.action) {
    case 'save':
      return { evidence: await listed(api, user) };
    case 'quarantine': {
      const taken = await revokeAll(api, user, now);
      if (now.definition.tags.length > 0) await putUser(api, now, { tags: [] });
      return { evidence: [...taken, `tags taken: ${now.definition.tags.join(', ') || 'none'}`, ...(await closed(work))] };
    }
    case 'block':
    case 'disable':
      await putUser(api, now, { password_hash: '' });
      return { evidence: [`user "${user}" has no password`, ...(await closed(work))] };
    case 'reduce': {
      const { vhost, configure, write, read } = step.parameters;
      await api.change('PUT', permissionPath(user, vhost), { configure, write, read });
      return { evidence: [`"${user}" may in vhost "${vhost}": configure "${configure}", write "${write}", read "${read}"`] };
    }
    case 'rotate':
      return rotate(work, now);
    case 'issue':
      return issue(work, { newUser: step.parameters.newUser, now });
    case 'revoke':
    case 'delete':
      await api.change('DELETE', userPath(user));
      return { evidence: [`user "${user}" was deleted, and its connections with it`] };
  }
}

const closed = ({ step, api, context: { signal }, options: { settleMs = SETTLE_MS } }: Work): Promise<string[]> =>
  closeConnections(api, step.parameters.user, { settleMs, signal });

/** Every name at once; what else is known of a new one comes after some seconds. */
async function listed(api: Management, user: string): Promise<string[]> {
  const details = new Map((await allConnections(api)).map((one) => [one.name, one]));
  const open = (await connectionsOf(api, user)).map((one) => details.get(one.name) ?? one);
  const said = open.map(({ name, vhost, protocol, connected_at }) => {
    const since = connected_at === undefined ? '' : `, ${protocol} since ${new Date(connected_at).toISOString()}`;
    return `${name} in vhost "${vhost}"${since}`;
  });
  return said.length === 0 ? [`no connection of "${user}" is listed`] : said;
}

async function rotate(work: Work, now: RabbitmqUser): Promise<Applied> {
  const { api, context, planned, step } = work;
  const { user } = step.parameters;
  const { value, hash } = newPassword(work.options.random);
  await putUser(api, now, { password_hash: hash, hashing_algorithm: RABBITMQ_HASHING });
  context.handOver.give(replacedBy(planned), { value, user });
  return { evidence: [`user "${user}" has a new password`, ...(await closed(work))] };
}

async function issue(work: Work, { newUser, now }: { readonly newUser: string; readonly now: RabbitmqUser }): Promise<Applied> {
  const { api, context, planned } = work;
  const { value, hash } = newPassword(work.options.random);
  const evidence = await makeSecondUser(api, now, { newUser, idempotencyKey: context.idempotencyKey, hash });
  context.handOver.give(replacedBy(planned), { value, user: newUser });
  return { evidence };
}

async function undo(work: Work, before: RabbitmqBefore): Promise<Applied> {
  const { step, api } = work;
  const { user } = step.parameters;
  if (step.action === 'save') return { evidence: ['nothing was there to bring back'] };
  if (step.action === 'issue') {
    if (before.newUserWasThere !== false) return { evidence: ['nothing was there to bring back'] };
    const { newUser } = step.parameters;
    return { evidence: await deleteSecondUser(api, { newUser, idempotencyKey: work.context.idempotencyKey }) };
  }
  const { definition = {}, permissions = [], topicPermissions = [] } = before;
  if (before.definition === undefined && before.permissions === undefined)
    throw new RefusedError(`the definition of "${user}" was not saved: the step cannot be undone`);
  const whole = { name: user, password_hash: '', tags: [], limits: {}, ...definition };
  return restore(work, { definition: whole, permissions, topicPermissions });
}

/** Only the control that the step works on. */
async function restore({ step, api }: Work, was: RabbitmqUser): Promise<Applied> {
  const { user } = step.parameters;
  const now = await readUser(api, user);
  const isDeletion = step.action === 'revoke' || step.action === 'delete';
  if (!now && !isDeletion)
    throw new RefusedError(`user "${user}" does not exist at ${api.place} any more: nothing can be given back`);
  const { password_hash, hashing_algorithm, tags } = was.definition;
  const changed = now && changedSince(step, now, was);
  if (changed) throw new RefusedError(`user "${user}" ${changed} since: what was saved is not put over it`);
  switch (step.action) {
    case 'quarantine':
      if (now && tags.length > 0) await putUser(api, now, { tags });
      await grantAll(api, user, was);
      return { evidence: [`tags and permissions of "${user}" in ${was.permissions.length} vhosts are back`] };
    case 'block':
    case 'disable':
    case 'rotate':
      if (now) await putUser(api, now, { password_hash, ...(hashing_algorithm !== undefined && { hashing_algorithm }) });
      return { evidence: [`user "${user}" has its old password`] };
    case 'reduce':
      await grantAll(api, user, {
        ...was,
        permissions: was.permissions.filter(({ vhost }) => vhost === step.parameters.vhost),
        topicPermissions: [],
      });
      return { evidence: [`permissions of "${user}" in vhost "${step.parameters.vhost}" are back`] };
    default:
      await putUser(api, was, {});
      await grantAll(api, user, was);
      await limitAll(api, user, was);
      return { evidence: [`user "${user}" was made again as it was defined`] };
  }
}
