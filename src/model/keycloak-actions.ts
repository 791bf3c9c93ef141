/**
 * What can be done to Keycloak's clients and users, and the literal command of it. The enforcer makes the same calls of the admin API
 * as `kcadm.sh` does here.
 *
 *   action               parameters                             control                 reversible
 *   save                 realm, client | user                   –                       R0  a read: the sessions that a later step ends
 *   quarantine, disable  realm, client                          enabled                 R0  re-enabled, tokens that have not run out work again
 *                        realm, user                            enabled                 R0  disabled first, then the sessions end
 *                        realm, client, secret: rotated         rotated-secret          R1  the former secret of a client
 *   block                realm, client, sessions?               not-before              R2  tokens issued before now, also of refresh and
 *                                                                                            offline: it only goes forward, and stays
 *                        realm, user, sessions?                 sessions                R0  nothing is lost that a login does not bring back
 *   shorten              realm, client, accessTokenSeconds      access-token-lifespan   R1  binds tokens to come
 *   reduce               realm, client | user, roles            roles                   R1  direct role mappings, by the keys of the roles
 *   rotate               realm, client, handTo?                 secret                  R1  the old secret ends at once
 *   issue                realm, client                          secret                  R1  the old one goes on for a while: needs a client
 *                                                                                            policy with the executor `secret-rotation`
 *   delete               realm, client                          existence               R2
 *
 * Sources: https://www.keycloak.org/docs-api/latest/rest-api/index.html, and server_admin: "Revocation policies", "Client secret
 * rotation". Of a client's and a realm's not-before only the realm's counts where it is not zero (seen in 26.4).
 */
import { z } from 'zod';
import type { Action, StepCommands } from './plan.ts';
import { shellQuote as q, shellComment } from './shell.ts';

const text = z.string().min(1);
const ofClient = { realm: text, client: text };
const ofUser = { realm: text, user: text };
/** Keys of the sessions that are meant; all of the client or user end. */
const sessions = z.array(text).optional();
const roles = z.array(text).min(1);
const denied = z.union([
  z.strictObject(ofClient),
  z.strictObject(ofUser),
  z.strictObject({ ...ofClient, secret: z.literal('rotated') }),
]);

/** Shape of `PlanStep.parameters` for each action that the `keycloak` enforcer carries out. */
export const KEYCLOAK_PARAMETERS = {
  save: z.union([z.strictObject(ofClient), z.strictObject(ofUser)]),
  quarantine: denied,
  disable: denied,
  block: z.union([z.strictObject({ ...ofClient, sessions }), z.strictObject({ ...ofUser, sessions })]),
  shorten: z.strictObject({ ...ofClient, accessTokenSeconds: z.int().min(1).max(86_400) }),
  reduce: z.union([z.strictObject({ ...ofClient, roles }), z.strictObject({ ...ofUser, roles })]),
  /** `handTo`: absolute path of the file (mode 0600, made by us) in which the new secret is handed out. Required to execute. */
  rotate: z.strictObject({ ...ofClient, handTo: text.optional() }),
  issue: z.strictObject(ofClient),
  delete: z.strictObject(ofClient),
} as const satisfies Partial<Record<Action, z.ZodType>>;

export type KeycloakAction = keyof typeof KEYCLOAK_PARAMETERS;

export const isKeycloakAction = (action: Action): action is KeycloakAction => action in KEYCLOAK_PARAMETERS;

type ParametersOf<A extends KeycloakAction> = z.infer<(typeof KEYCLOAK_PARAMETERS)[A]>;
/** An action with its parsed parameters. */
export type KeycloakStep = {
  [A in KeycloakAction]: { readonly action: A; readonly parameters: ParametersOf<A> };
}[KeycloakAction];

/** Throws a ZodError that names the field. */
export function parseKeycloakStep(action: KeycloakAction, parameters: unknown): KeycloakStep {
  return { action, parameters: KEYCLOAK_PARAMETERS[action].parse(parameters) } as KeycloakStep;
}

/** What a step does, whatever its rung is called. */
export type KeycloakDeed =
  | { readonly does: 'save' | 'disable' | 'cut' | 'delete' | 'issue' }
  | { readonly does: 'end-rotated' }
  | { readonly does: 'shorten'; readonly seconds: number }
  | { readonly does: 'unmap'; readonly roles: readonly string[] }
  | { readonly does: 'rotate'; readonly handTo: string | undefined };

export function deedOf(step: KeycloakStep): KeycloakDeed {
  switch (step.action) {
    case 'quarantine':
    case 'disable':
      return 'secret' in step.parameters ? { does: 'end-rotated' } : { does: 'disable' };
    case 'block':
      return { does: 'cut' };
    case 'shorten':
      return { does: 'shorten', seconds: step.parameters.accessTokenSeconds };
    case 'reduce':
      return { does: 'unmap', roles: step.parameters.roles };
    case 'rotate':
      return { does: 'rotate', handTo: step.parameters.handTo };
    default:
      return { does: step.action };
  }
}

/** Two incidents that work on one control of one client or user share a hold. */
export function keycloakControl(step: KeycloakStep): string {
  const deed = deedOf(step);
  switch (deed.does) {
    case 'save':
      return 'none';
    case 'disable':
      return 'enabled';
    case 'end-rotated':
      return 'rotated-secret';
    case 'cut':
      return 'user' in step.parameters ? 'sessions' : 'not-before';
    case 'shorten':
      return 'access-token-lifespan';
    case 'unmap':
      return `roles/${[...deed.roles].sort().join(',')}`;
    case 'rotate':
    case 'issue':
      return 'secret';
    case 'delete':
      return 'existence';
  }
}

export interface KeycloakRoleName {
  readonly source: string;
  readonly realm: string;
  readonly role: string;
  /** Whose role it is; absent for one of the realm itself. */
  readonly client?: string;
}

/** A role by its key. Undefined for what is no role's key. */
export function keycloakRoleOf(key: string): KeycloakRoleName | undefined {
  const [, source, realm, client, role] = /^keycloak:([^/]+)\/realms\/([^/]+)\/(?:clients\/(.+)#)?roles\/(.+)$/.exec(key) ?? [];
  if (source === undefined || realm === undefined || role === undefined) return undefined;
  return { source, realm, role, ...(client !== undefined && { client }) };
}

/** The attribute that bounds a client's access tokens. */
export const LIFESPAN = 'access.token.lifespan';

/**
 * The step's commands as text for `kcadm.sh`, logged in as an administrator, for `PlanStep.commands`. No secret can appear. `before`:
 * what the graph knows of the client.
 */
export function keycloakCommands(
  step: KeycloakStep,
  before: { readonly accessTokenSeconds?: number | undefined } = {},
): StepCommands {
  const tool = toolFor(step);
  const { update, name } = tool;
  const deed = deedOf(step);
  switch (deed.does) {
    case 'save':
      return { apply: tool.call('get', sessionsAt(step)), inverse: '', probe: tool.call('get', sessionsAt(step)) };
    case 'disable': {
      const ends = 'user' in step.parameters ? `\n${tool.call('create', '/logout')}` : '';
      const probe = `${tool.call('get')} --fields enabled`;
      return { apply: `${update({ enabled: false })}${ends}`, inverse: update({ enabled: true }), probe };
    }
    case 'end-rotated': {
      const inverse = shellComment(`put the saved client.secret.rotated* attributes of ${name} back`);
      return { apply: tool.call('delete', ROTATED_AT), inverse, probe: tool.call('get', ROTATED_AT) };
    }
    case 'cut':
      return cutCommands(step, tool);
    case 'shorten': {
      const lifespan = (seconds: string): string => update({ attributes: { [LIFESPAN]: seconds } });
      const inverse = lifespan(before.accessTokenSeconds === undefined ? '' : String(before.accessTokenSeconds));
      return { apply: lifespan(String(deed.seconds)), inverse, probe: `${tool.call('get')} --fields attributes` };
    }
    case 'unmap':
      return roleCommands(step, deed.roles);
    case 'rotate':
      return {
        apply: `read -rs SECRET\nprintf ${q(`{"clientId":${forPrintf(JSON.stringify(name))},"secret":"%s"}`)} "$SECRET" | ${tool.call('update')} -f -\nunset SECRET`,
        inverse: shellComment(`the same with the saved secret of ${name}`),
        probe: `${tool.call('get')} --fields clientId,clientAuthenticatorType`,
      };
    case 'issue': {
      const inverse = shellComment(`put the saved secret of ${name} back, and take its client.secret.rotated* attributes away`);
      return { apply: tool.call('create', '/client-secret'), inverse, probe: `${tool.call('get')} --fields attributes` };
    }
    case 'delete': {
      const probe = `kcadm.sh get clients ${tool.realm} -q clientId=${q(name)} --fields id`;
      return { apply: `${tool.call('get')} > client.json\n${tool.call('delete')}`, inverse: '', probe };
    }
  }
}

/** As `printf` of a shell takes it for text. */
const forPrintf = (words: string): string => words.replaceAll('\\', '\\\\').replaceAll('%', '%%');

const ROTATED_AT = '/client-secret/rotated';

interface Tool {
  /** Client id or username. */
  readonly name: string;
  /** `-r 'shop'` */
  readonly realm: string;
  /** A call at the client or user, whose inner id is looked up first. */
  call(verb: 'get' | 'create' | 'update' | 'delete', below?: string): string;
  update(body: object): string;
}

function toolFor({ parameters }: KeycloakStep): Tool {
  const isUser = 'user' in parameters;
  const name = isUser ? parameters.user : parameters.client;
  const realm = `-r ${q(parameters.realm)}`;
  const [plural, query] = isUser ? ['users', `-q exact=true -q username=${q(name)}`] : ['clients', `-q clientId=${q(name)}`];
  const id = `$(kcadm.sh get ${plural} ${realm} ${query} --fields id --format csv --noquotes)`;
  const call: Tool['call'] = (verb, below = '') => `kcadm.sh ${verb} "${plural}/${id}${below}" ${realm}`;
  // Keycloak takes what is left out for unchanged; a client's own name must be there.
  const update = (body: object): string =>
    `${call('update')} -b ${q(JSON.stringify(isUser ? body : { clientId: name, ...body }))}`;
  return { name, realm, call, update };
}

const sessionsAt = ({ parameters }: KeycloakStep): string => ('user' in parameters ? '/sessions' : '/user-sessions');

/** Times are in whole seconds: what was issued in the second of the cutoff would live on. */
function cutCommands(step: KeycloakStep, { call, name }: Tool): StepCommands {
  if ('user' in step.parameters) return { apply: call('create', '/logout'), inverse: '', probe: call('get', '/sessions') };
  const body = `{"clientId":${forPrintf(JSON.stringify(name))},"notBefore":%d}`;
  return {
    apply: `printf ${q(body)} $(( $(date +%s) + 1 )) | ${call('update')} -f -`,
    inverse: '',
    probe: `${call('get')} --fields notBefore`,
  };
}

function roleCommands(step: KeycloakStep, keys: readonly string[]): StepCommands {
  const { realm } = step.parameters;
  const who = 'user' in step.parameters ? step.parameters.user : `service-account-${step.parameters.client.toLowerCase()}`;
  const words = keys.map((key) => {
    const of = keycloakRoleOf(key);
    const client = of?.client === undefined ? '' : ` --cclientid ${q(of.client)}`;
    return `-r ${q(realm)} --uusername ${q(who)}${client} --rolename ${q(of?.role ?? key)}`;
  });
  const lines = (verb: string): string => words.map((word) => `kcadm.sh ${verb} ${word}`).join('\n');
  return {
    apply: lines('remove-roles'),
    inverse: lines('add-roles'),
    probe: `kcadm.sh get-roles -r ${q(realm)} --uusername ${q(who)} --all`,
  };
}
