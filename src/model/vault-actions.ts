/**
 * What can be done to the proofs, identities and grants of Vault or OpenBao, and the literal command of it (`bao`; `vault` takes the same
 * words). Pure text: nothing here calls a server.
 *
 *   what         action               parameters             control               reversible
 *   token        revoke delete        accessor               token                 R2  its children and their leases die too
 *   sessions     revoke               sessions               sessions              R2  tokens and leases by their keys
 *   lease        revoke delete        leaseId                lease                 R2  connections that are open at the backend stay
 *   leases       revoke               prefix                 leases/<prefix>       R2  every lease below it; needs sudo
 *   secret-id    revoke delete        mount role accessor    secret-id             R2  tokens that it logged in for live on
 *   secret-id    issue                mount role             issue/<step>          R0  the inverse destroys the new one
 *   entity       quarantine disable   id                     disabled              R!  enabling it revives the same tokens
 *   policy       quarantine disable   policies               policies/<names>      R1  binds live tokens at once
 *   policy       reduce               policies text          policies/<name>       R1
 *   role         quarantine disable   mount role             token-policies        R1  binds later logins only
 *   role         shorten              mount role tokenTtl    token-ttl             R1  binds later logins only
 *   static-role  rotate               mount role             password              R2
 *   kv           distribute           mount path field key   value                 R1  KV version 2: a new version of one field
 *
 * Sources: https://openbao.org/api-docs/auth/token/ · system/leases · auth/approle · secret/identity/entity · system/policies ·
 * secret/databases · secret/kv/kv-v2
 */
import { z } from 'zod';
import type { Action, StepCommands } from './plan.ts';
import { shellComment, shellWord as w } from './shell.ts';

const MOST_SECONDS = 10 * 366 * 24 * 3600;

const text = z.string().min(1).max(2000);
/** A path without slashes at its ends and without steps upwards. */
const path = text.regex(/^(?!\.\.?(?:\/|$))[^/\s]+(?:\/(?!\.\.?(?:\/|$))[^/\s]+)*$/, 'a path without slashes at its ends');
const segment = text.regex(/^(?!\.\.?$)[^/]+$/, 'one part of a path');

const ofRole = { mount: path, role: segment };
const ofPolicies = { what: z.literal('policy'), policies: z.array(segment).min(1) };

const token = z.strictObject({ what: z.literal('token'), accessor: segment });
/** Keys of tokens and leases, as a plan names them. */
const sessions = z.strictObject({ what: z.literal('sessions'), sessions: z.array(text).min(1) });
const lease = z.strictObject({ what: z.literal('lease'), leaseId: path });
const leases = z.strictObject({ what: z.literal('leases'), prefix: path });
const secretId = z.strictObject({ what: z.literal('secret-id'), ...ofRole, accessor: segment });
const entity = z.strictObject({ what: z.literal('entity'), id: segment });
const role = z.strictObject({ what: z.literal('role'), ...ofRole });
const held = z.union([entity, z.strictObject(ofPolicies), role]);

/** Shape of `PlanStep.parameters` for each action that the `vault` enforcer carries out. */
export const VAULT_PARAMETERS = {
  revoke: z.union([token, sessions, lease, leases, secretId]),
  delete: z.union([token, lease, secretId]),
  quarantine: held,
  disable: held,
  reduce: z.strictObject({ what: z.literal('policy'), policies: z.tuple([segment]), text: z.string().min(1).max(100_000) }),
  shorten: z.strictObject({ what: z.literal('role'), ...ofRole, tokenTtl: z.int().min(1).max(MOST_SECONDS) }),
  rotate: z.strictObject({ what: z.literal('static-role'), ...ofRole }),
  issue: z.strictObject({ what: z.literal('secret-id'), ...ofRole }),
  /** `field`: which part of the new credential; `key`: which field of the secret it goes into, where that has several. */
  distribute: z.strictObject({ what: z.literal('kv'), mount: path, path, field: text, key: text.optional() }),
} as const satisfies Partial<Record<Action, z.ZodType>>;

export type VaultAction = keyof typeof VAULT_PARAMETERS;
export const isVaultAction = (action: Action): action is VaultAction => action in VAULT_PARAMETERS;

/** An action with its parsed parameters. */
export type VaultStep = {
  [A in VaultAction]: { readonly action: A; readonly parameters: z.infer<(typeof VAULT_PARAMETERS)[A]> };
}[VaultAction];

/** Throws a ZodError that names the field. */
export function parseVaultStep(action: VaultAction, parameters: unknown): VaultStep {
  return { action, parameters: VAULT_PARAMETERS[action].parse(parameters) } as VaultStep;
}

/** The token or the lease that a key names; undefined where it names a token by its hash alone, which no call takes. */
export function vaultSessionOf(key: string): { readonly accessor: string } | { readonly leaseId: string } | undefined {
  const accessor = /^vault:[^/]+\/auth\/token\/accessor\/([^/]+)$/.exec(key)?.[1];
  if (accessor !== undefined) return isHashed(accessor) ? undefined : { accessor };
  const leaseId = /^vault:[^/]+\/leases\/(.+)$/.exec(key)?.[1];
  return leaseId === undefined ? undefined : { leaseId };
}

/** As audit devices write what they do not show: https://openbao.org/docs/audit/#sensitive-information */
export const isHashed = (accessor: string): boolean => accessor.startsWith('hmac-');

/** A policy that grants nothing: its text must not be empty. */
export const VAULT_NO_RIGHTS = '# emptied by interlock: its holders have nothing by this policy until it is restored\n';

/** The text that a policy is given. */
export const policyTextOf = ({ parameters }: VaultStep): string => ('text' in parameters ? parameters.text : VAULT_NO_RIGHTS);

/** The control that a step works on: two incidents that work on one control of one thing share a hold. */
export function vaultControl({ action, parameters }: VaultStep, stepId: string): string {
  switch (parameters.what) {
    case 'token':
    case 'lease':
      return parameters.what;
    case 'sessions':
      return `sessions/${[...parameters.sessions].sort().join(',')}`;
    case 'leases':
      return `leases/${parameters.prefix}`;
    case 'secret-id':
      return action === 'issue' ? `issue/${stepId}` : 'secret-id';
    case 'entity':
      return 'disabled';
    case 'policy':
      return `policies/${[...parameters.policies].sort().join(',')}`;
    case 'role':
      return action === 'shorten' ? 'token-ttl' : 'token-policies';
    case 'static-role':
      return 'password';
    case 'kv':
      return 'value';
  }
}

/** For `PlanStep.commands`. No secret can appear. */
export function vaultCommands(step: VaultStep): StepCommands {
  const { parameters } = step;
  switch (parameters.what) {
    case 'token':
      return tokenCommands(parameters.accessor);
    case 'sessions':
      return joined(parameters.sessions.map(sessionCommands));
    case 'lease':
      return leaseCommands(parameters.leaseId);
    case 'leases':
      return {
        apply: `bao lease revoke -sync -prefix ${w(parameters.prefix)}`,
        inverse: '',
        probe: `bao list sys/leases/lookup/${w(parameters.prefix)}`,
      };
    case 'secret-id':
      return step.action === 'issue' ? issueCommands(parameters) : secretIdCommands(parameters as z.infer<typeof secretId>);
    case 'entity': {
      const place = `identity/entity/id/${parameters.id}`;
      return {
        apply: `bao write ${w(place)} disabled=true`,
        inverse: `bao write ${w(place)} disabled=false`,
        probe: `bao read -field=disabled ${w(place)}`,
      };
    }
    case 'policy':
      return policyCommands(step, parameters.policies);
    case 'role':
      return roleCommands(step.action, parameters);
    case 'static-role':
      return {
        apply: `bao write -force ${w(`${parameters.mount}/rotate-role/${parameters.role}`)}`,
        inverse: '',
        probe: `bao read -field=last_vault_rotation ${w(`${parameters.mount}/static-roles/${parameters.role}`)}`,
      };
    case 'kv':
      return kvCommands(parameters);
  }
}

const tokenCommands = (accessor: string): StepCommands => ({
  apply: `bao token revoke -accessor ${w(accessor)}`,
  inverse: '',
  probe: `bao token lookup -accessor ${w(accessor)}`,
});

const leaseCommands = (leaseId: string): StepCommands => ({
  apply: `bao lease revoke -sync ${w(leaseId)}`,
  inverse: '',
  probe: `bao lease lookup ${w(leaseId)}`,
});

function sessionCommands(key: string): StepCommands {
  const session = vaultSessionOf(key);
  if (session) return 'accessor' in session ? tokenCommands(session.accessor) : leaseCommands(session.leaseId);
  const unknown = shellComment(
    `${key}: the log shows only a hash of its accessor; find it with \`bao list auth/token/accessors\``,
  );
  return { apply: unknown, inverse: '', probe: unknown };
}

const joined = (all: readonly StepCommands[]): StepCommands => ({
  apply: all.map(({ apply }) => apply).join('\n'),
  inverse: '',
  probe: all.map(({ probe }) => probe).join('\n'),
});

type OfRole = { readonly mount: string; readonly role: string };

const rolePath = ({ mount, role: name }: OfRole): string => `auth/${mount}/role/${name}`;

function secretIdCommands(parameters: OfRole & { readonly accessor: string }): StepCommands {
  const place = `${rolePath(parameters)}/secret-id-accessor`;
  const words = `secret_id_accessor=${w(parameters.accessor)}`;
  return {
    apply: `bao write ${w(`${place}/destroy`)} ${words}`,
    inverse: '',
    probe: `bao write ${w(`${place}/lookup`)} ${words}`,
  };
}

/** Logins by an AppRole that are out, oldest first, each with the mark of the step that issued its secret-id. */
export const vaultLogins = ({ mount, role: name }: OfRole): string =>
  [
    "bao list -format=json auth/token/accessors | jq -r '.[]'",
    'while read -r accessor; do bao token lookup -format=json -accessor "$accessor"; done',
    `jq -r --arg path ${w(`auth/${mount}/login`)} --arg role ${w(name)} 'select(.data.path == $path and .data.meta.role_name == $role) | "\\(.data.issue_time) \\(.data.meta.interlock // "no mark")"'`,
    'sort',
  ].join(' | ');

function issueCommands(parameters: OfRole): StepCommands {
  const place = rolePath(parameters);
  return {
    apply: `(umask 077; bao write -force -format=json ${w(`${place}/secret-id`)} > new-secret-id.json)`,
    inverse: `bao write ${w(`${place}/secret-id-accessor/destroy`)} secret_id_accessor="$(jq -r .data.secret_id_accessor new-secret-id.json)"`,
    probe: `bao list ${w(`${place}/secret-id`)}`,
  };
}

function policyCommands(step: VaultStep, policies: readonly string[]): StepCommands {
  const shown = policyTextOf(step);
  const each = (line: (name: string) => string): string => policies.map(line).join('\n');
  return {
    apply: each(
      (name) =>
        `bao policy read ${w(name)} > ${w(`${name}.saved.hcl`)}\nbao policy write ${w(name)} - <<'HCL'\n${shown.trimEnd()}\nHCL`,
    ),
    inverse: each((name) => `bao policy write ${w(name)} ${w(`${name}.saved.hcl`)}`),
    probe: each((name) => `bao policy read ${w(name)}`),
  };
}

function roleCommands(action: Action, parameters: OfRole & { readonly tokenTtl?: number }): StepCommands {
  const place = rolePath(parameters);
  const field = action === 'shorten' ? 'token_ttl' : 'token_policies';
  const value =
    action === 'shorten' ? `token_ttl=${parameters.tokenTtl} token_max_ttl=${parameters.tokenTtl}` : 'token_policies=';
  return {
    apply: `bao read -format=json ${w(place)} > role.saved.json\nbao write ${w(place)} ${value}`,
    inverse: `jq .data role.saved.json | bao write ${w(place)} -`,
    probe: `bao read -field=${field} ${w(place)}`,
  };
}

function kvCommands({ mount, path: below, key }: { mount: string; path: string; key?: string | undefined }): StepCommands {
  const words = `-mount=${w(mount)} ${w(below)}`;
  return {
    apply: `bao kv patch ${words} ${w(key ?? 'FIELD')}=- ${shellComment('give the new value on standard input')}`,
    inverse: `bao kv rollback -version=VERSION ${words} ${shellComment('the version before')}`,
    probe: `bao kv metadata get ${words}`,
  };
}
