/**
 * What can be done to a Redis user, and the literal commands of it. The planner shows what is rendered here and the enforcer sends what
 * is rendered here, to every node that it is configured with: ACLs are not replicated.
 *
 *   action        parameters          control        reversible
 *   save          user                –              R0  a read: the connections that a later step destroys
 *   quarantine    user                login          R0  off, and its connections end, as one transaction
 *   disable       user                login          R0  the same, as a part of `rotate` or `revoke`
 *   quarantine    user, password      password/…     R1  that password goes, and the user's connections end; others log in again
 *   disable       user, password      password/…     R1  that password goes; connections stay: who uses it was seen to have moved
 *   reduce        user, rules         rights         R1  ACL rules on top of those there; they may only take rights away
 *   issue         user                passwords/…    R1  a second password; the inverse takes exactly that one away
 *   issue         user, newUser       replacement/…  R1  a second user with the same rights; the inverse deletes it
 *   revoke        user                existence      R2  DELUSER also ends its connections
 *   delete        user                existence      R2
 *
 * `password` is the last part of the credential's key. Sources: https://redis.io/docs/latest/commands/acl-setuser/, client-kill, acl-deluser.
 */
import { z } from 'zod';
import type { Action, StepCommands } from './plan.ts';

/** As Redis takes them: no spaces, no NUL. */
const name = z
  .string()
  .min(1)
  .regex(/^[^\s\u0000]+$/u, 'a Redis user: no spaces, no NUL');
const password = z.string().regex(/^[\w-]{8,64}$/, 'the last part of a password’s key');
const rule = z
  .string()
  .regex(
    /^(?:[~%&+-]\S*|\((?:[^()\s]| )*\)|allkeys|resetkeys|allchannels|resetchannels|allcommands|nocommands|clearselectors)$/i,
    'an ACL rule about commands, keys, channels or selectors',
  );

const ofUser = z.strictObject({ user: name });
const ofPassword = z.strictObject({ user: name, password: password.optional() });

/** Shape of `PlanStep.parameters` for each action that the `redis` enforcer carries out. */
export const REDIS_PARAMETERS = {
  save: ofUser,
  quarantine: ofPassword,
  disable: ofPassword,
  reduce: z.strictObject({ user: name, rules: z.array(rule).min(1) }),
  issue: z.strictObject({ user: name, newUser: name.optional() }),
  revoke: ofUser,
  delete: ofUser,
} as const satisfies Partial<Record<Action, z.ZodType>>;

export type RedisAction = keyof typeof REDIS_PARAMETERS;
export const isRedisAction = (action: Action): action is RedisAction => action in REDIS_PARAMETERS;

/** An action with its parsed parameters. */
export type RedisStep = {
  [A in RedisAction]: { readonly action: A; readonly parameters: z.infer<(typeof REDIS_PARAMETERS)[A]> };
}[RedisAction];

/** Throws a ZodError that names the field. */
export function parseRedisStep(action: RedisAction, parameters: unknown): RedisStep {
  return { action, parameters: REDIS_PARAMETERS[action].parse(parameters) } as RedisStep;
}

/** The password that a step takes away, if it is about one. */
export const passwordOf = (step: RedisStep): string | undefined =>
  'password' in step.parameters ? step.parameters.password : undefined;

/** The control that a step works on: two incidents that work on one control of one user share a hold. */
export function redisControl(step: RedisStep, stepId: string): string {
  switch (step.action) {
    case 'save':
      return 'none';
    case 'quarantine':
    case 'disable':
      return step.parameters.password === undefined ? 'login' : `password/${step.parameters.password}`;
    case 'reduce':
      return 'rights';
    case 'issue':
      return step.parameters.newUser === undefined ? `passwords/${stepId}` : `replacement/${step.parameters.newUser}`;
    case 'revoke':
    case 'delete':
      return 'existence';
  }
}

export type RedisWords = readonly [command: string, ...args: string[]];

/** `hash`: of the password that goes, or that comes; without it the commands are for reading only. One transaction per node. */
export function redisApply(step: RedisStep, hash = '<SHA-256 of the password in hex>'): RedisWords[] {
  const { user } = step.parameters;
  const kill: RedisWords = ['CLIENT', 'KILL', 'USER', user];
  switch (step.action) {
    case 'save':
      return [['CLIENT', 'LIST']];
    case 'quarantine':
      return [['ACL', 'SETUSER', user, step.parameters.password === undefined ? 'off' : `!${hash}`], kill];
    case 'disable':
      return step.parameters.password === undefined
        ? [['ACL', 'SETUSER', user, 'off'], kill]
        : [['ACL', 'SETUSER', user, `!${hash}`]];
    case 'reduce':
      return [['ACL', 'SETUSER', user, ...step.parameters.rules]];
    case 'issue': {
      const { newUser } = step.parameters;
      return [
        newUser === undefined ? ['ACL', 'SETUSER', user, `#${hash}`] : secondUser(newUser, hash, ['<the rules of the user>']),
      ];
    }
    case 'revoke':
    case 'delete':
      return [['ACL', 'DELUSER', user]];
  }
}

/** Another user, with these rules about commands, keys, channels and selectors. */
export const secondUser = (newUser: string, hash: string, rules: readonly string[]): RedisWords => [
  'ACL',
  'SETUSER',
  newUser,
  'reset',
  'on',
  `#${hash}`,
  ...rules,
];

/** The controls of a user on one node as they were. */
export interface RedisUserBefore {
  readonly enabled?: boolean;
  /** Secret: hashes of passwords. Of the password that goes, or all that were there. */
  readonly hashes?: readonly string[];
  /** Commands, keys, channels and selectors, as ACL LIST writes them. */
  readonly rights?: readonly string[];
}

/** What brings `before` back; empty where nothing does, or where nothing was there to bring back. `now`: hashes of today, of `issue` those that the step made. */
export function redisInverse(step: RedisStep, before: RedisUserBefore, now: readonly string[] = []): RedisWords[] {
  const { user } = step.parameters;
  switch (step.action) {
    case 'save':
    case 'revoke':
    case 'delete':
      return [];
    case 'quarantine':
    case 'disable': {
      if (step.parameters.password === undefined) return before.enabled ? [['ACL', 'SETUSER', user, 'on']] : [];
      const back = (before.hashes ?? []).map((hash) => `#${hash}`);
      return back.length === 0 ? [] : [['ACL', 'SETUSER', user, ...back]];
    }
    case 'reduce':
      return before.rights ? [['ACL', 'SETUSER', user, ...NO_RIGHTS, ...before.rights]] : [];
    case 'issue': {
      if (step.parameters.newUser !== undefined) return [['ACL', 'DELUSER', step.parameters.newUser]];
      const fresh = now.filter((hash) => !before.hashes?.includes(hash)).map((hash) => `!${hash}`);
      return fresh.length === 0 ? [] : [['ACL', 'SETUSER', user, ...fresh]];
    }
  }
}

const NO_RIGHTS = ['resetkeys', 'resetchannels', 'nocommands', 'clearselectors'];

const userLookedAt = ({ action, parameters }: RedisStep): string =>
  action === 'issue' ? (parameters.newUser ?? parameters.user) : parameters.user;

/** What a person types, and looks at. */
export function redisProbe(step: RedisStep): RedisWords[] {
  const look: RedisWords = ['ACL', 'GETUSER', userLookedAt(step)];
  return step.action === 'reduce' || step.action === 'issue' ? [look] : [look, ['CLIENT', 'LIST']];
}

/** The step's commands as `redis-cli` takes them, for `PlanStep.commands`: on every node. No secret can appear. */
export function redisCommands(step: RedisStep): StepCommands {
  const changes = step.action !== 'save';
  const apply = redisApply(step);
  return {
    apply: [...(apply.length > 1 ? [['MULTI'], ...apply, ['EXEC']] : apply), ...(changes ? [['ACL', 'SAVE']] : [])]
      .map(line)
      .join('\n'),
    inverse: inverseShown(step).map(line).join('\n'),
    probe: redisProbe(step).map(line).join('\n'),
  };
}

function inverseShown(step: RedisStep): RedisWords[] {
  const { user } = step.parameters;
  const save: RedisWords = ['ACL', 'SAVE'];
  switch (step.action) {
    case 'reduce':
      return [['ACL', 'SETUSER', user, ...NO_RIGHTS, '<the rules that ACL LIST showed before>'], save];
    case 'issue':
      if (step.parameters.newUser !== undefined) return [['ACL', 'DELUSER', step.parameters.newUser], save];
      return [['ACL', 'SETUSER', user, '!<SHA-256 of the new password in hex>'], save];
    default: {
      const inverse = redisInverse(step, { enabled: true, hashes: ['<SHA-256 that ACL GETUSER showed before>'] });
      return inverse.length === 0 ? [] : [...inverse, save];
    }
  }
}

const line = (words: readonly string[]): string => words.map(quoted).join(' ');

/** As `redis-cli` reads it: words of plain characters are themselves. Placeholders stay readable. */
const quoted = (word: string): string =>
  /^[^\s"'\\]+$/.test(word) || /^[!#]?<[\w -]+>$/.test(word) ? word : `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
