/**
 * What can be done to a RabbitMQ user, and the literal calls of the management API. The planner shows what is rendered here.
 *
 *   action        parameters                              control        reversible
 *   save          user                                    –              R0  a read: the connections that a later step destroys
 *   quarantine    user                                    rights         R1  permissions in every vhost and tags go, connections close
 *   block         user                                    login          R1  no password, connections close; other ways to log in stay
 *   disable       user                                    login          R1  the same, as a part of `rotate` or `revoke`
 *   reduce        user, vhost, configure, write, read     vhost/…        R1  may only take rights away
 *   rotate        user                                    login          R1  another password in place of the old one, connections close
 *   issue         user, newUser                           replacement    R1  a user has one password: a second user with the same rights
 *   revoke        user                                    existence      R1  the definition is the pre-image: it is made again from it
 *   delete        user                                    existence      R1
 *
 * The new user of `issue` carries the tag `interlock-<step>`: what lacks it was made by somebody else, and no step takes it away.
 *
 * Permissions are looked at on every operation, so that taking them acts on open connections at once; a cleared password acts on new
 * logins only. https://www.rabbitmq.com/docs/access-control, https://www.rabbitmq.com/docs/passwords, and the API's own page `/api/`.
 */
import { z } from 'zod';
import type { Action, StepCommands } from './plan.ts';
import { shellQuote } from './shell.ts';

const name = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text, 'utf8') <= 255, 'a RabbitMQ name: at most 255 bytes');
const pattern = z.string().max(4096);
const ofUser = z.strictObject({ user: name });

/** Shape of `PlanStep.parameters` for each action that the `rabbitmq` enforcer carries out. */
export const RABBITMQ_PARAMETERS = {
  save: ofUser,
  quarantine: ofUser,
  block: ofUser,
  disable: ofUser,
  reduce: z.strictObject({ user: name, vhost: name, configure: pattern, write: pattern, read: pattern }),
  rotate: ofUser,
  issue: z.strictObject({ user: name, newUser: name }),
  revoke: ofUser,
  delete: ofUser,
} as const satisfies Partial<Record<Action, z.ZodType>>;

export type RabbitmqAction = keyof typeof RABBITMQ_PARAMETERS;
export const isRabbitmqAction = (action: Action): action is RabbitmqAction => action in RABBITMQ_PARAMETERS;

/** An action with its parsed parameters. */
export type RabbitmqStep = {
  [A in RabbitmqAction]: { readonly action: A; readonly parameters: z.infer<(typeof RABBITMQ_PARAMETERS)[A]> };
}[RabbitmqAction];

/** Throws a ZodError that names the field. */
export function parseRabbitmqStep(action: RabbitmqAction, parameters: unknown): RabbitmqStep {
  return { action, parameters: RABBITMQ_PARAMETERS[action].parse(parameters) } as RabbitmqStep;
}

/** The control that a step works on: two incidents that work on one control of one user share a hold. */
export function rabbitmqControl(step: RabbitmqStep): string {
  switch (step.action) {
    case 'save':
      return 'none';
    case 'quarantine':
      return 'rights';
    case 'block':
    case 'disable':
    case 'rotate':
      return 'login';
    case 'reduce':
      return `vhost/${step.parameters.vhost}`;
    case 'issue':
      return `replacement/${step.parameters.newUser}`;
    case 'revoke':
    case 'delete':
      return 'existence';
  }
}

/** `path` below `/api`. */
export interface RabbitmqCall {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly json?: Readonly<Record<string, unknown>>;
}

const segment = encodeURIComponent;
export const userPath = (user: string): string => `/users/${segment(user)}`;
export const connectionsPath = (user: string): string => `/connections/username/${segment(user)}`;
export const permissionPath = (user: string, vhost: string): string => `/permissions/${segment(vhost)}/${segment(user)}`;
export const topicPermissionPath = (user: string, vhost: string): string =>
  `/topic-permissions/${segment(vhost)}/${segment(user)}`;
export const limitPath = (user: string, limit: string): string => `/user-limits/${segment(user)}/${segment(limit)}`;

/** A person's calls; those about each vhost are shown for one. */
function shownCalls(step: RabbitmqStep): { readonly apply: RabbitmqCall[]; readonly inverse: RabbitmqCall[] } {
  const { user } = step.parameters;
  const close: RabbitmqCall = { method: 'DELETE', path: connectionsPath(user) };
  const all = { configure: '<as saved>', write: '<as saved>', read: '<as saved>' };
  const saved = { password_hash: '<as saved>', hashing_algorithm: '<as saved>', tags: '<as saved>' };
  const restore: RabbitmqCall = { method: 'PUT', path: userPath(user), json: saved };
  const grant: RabbitmqCall = { method: 'PUT', path: `/permissions/<each vhost>/${segment(user)}`, json: all };
  switch (step.action) {
    case 'save':
      return { apply: [{ method: 'GET', path: connectionsPath(user) }], inverse: [] };
    case 'quarantine':
      return {
        apply: [
          { method: 'DELETE', path: `/permissions/<each vhost>/${segment(user)}` },
          { method: 'DELETE', path: `/topic-permissions/<each vhost>/${segment(user)}` },
          {
            method: 'PUT',
            path: userPath(user),
            json: { password_hash: '<as it is>', hashing_algorithm: '<as it is>', tags: '' },
          },
          close,
        ],
        inverse: [restore, grant],
      };
    case 'block':
    case 'disable':
      return {
        apply: [{ method: 'PUT', path: userPath(user), json: { password_hash: '', tags: '<as they are>' } }, close],
        inverse: [restore],
      };
    case 'rotate':
      return {
        apply: [{ method: 'PUT', path: userPath(user), json: { password: '<new>', tags: '<as they are>' } }, close],
        inverse: [restore],
      };
    case 'reduce': {
      const { vhost, configure, write, read } = step.parameters;
      const path = permissionPath(user, vhost);
      return {
        apply: [{ method: 'PUT', path, json: { configure, write, read } }],
        inverse: [{ method: 'PUT', path, json: all }],
      };
    }
    case 'issue': {
      const { newUser } = step.parameters;
      return {
        apply: [
          {
            method: 'PUT',
            path: userPath(newUser),
            json: { password: '<new>', tags: '<those of the old user>,interlock-<step>' },
          },
          {
            method: 'PUT',
            path: `/permissions/<each vhost>/${segment(newUser)}`,
            json: { configure: '<as the old user>', write: '<as the old user>', read: '<as the old user>' },
          },
        ],
        inverse: [{ method: 'DELETE', path: userPath(newUser) }],
      };
    }
    case 'revoke':
    case 'delete':
      return {
        apply: [
          { method: 'GET', path: userPath(user) },
          { method: 'DELETE', path: userPath(user) },
        ],
        inverse: [restore, grant],
      };
  }
}

/** The step's calls for `curl` at `$RABBITMQ_API` (`https://host:15671/api`), for `PlanStep.commands`. No secret can appear. */
export function rabbitmqCommands(step: RabbitmqStep): StepCommands {
  const { apply, inverse } = shownCalls(step);
  const { user } = step.parameters;
  const look = step.action === 'issue' ? step.parameters.newUser : user;
  const probe: RabbitmqCall[] = [
    { method: 'GET', path: userPath(look) },
    { method: 'GET', path: `${userPath(look)}/permissions` },
    { method: 'GET', path: connectionsPath(user) },
  ];
  return { apply: apply.map(curl).join('\n'), inverse: inverse.map(curl).join('\n'), probe: probe.map(curl).join('\n') };
}

function curl({ method, path, json }: RabbitmqCall): string {
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  const body = json === undefined ? '' : ` -H 'content-type: application/json' -d ${shellQuote(JSON.stringify(json))}`;
  return `curl -fsS -u admin${verb} "$RABBITMQ_API"${shellQuote(path)}${body}`;
}
