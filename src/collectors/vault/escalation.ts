/**
 * Rights that yield other rights, decided where the policies are. What can rewrite a policy that it holds has everything; what can give
 * itself other policies has all of those that there are (`policies/*`, which stands for any of them; `root` can be given by `root` alone).
 *
 * https://openbao.org/docs/concepts/policies/#root-protected-api-endpoints · auth/token · auth/approle · secret/identity
 */
import { vaultAuthRole, vaultPolicy, vaultServer } from '../../model/keys.ts';
import type { Inventory } from './inventory.ts';
import type { Grant } from './policies.ts';
import type { Right } from './rights.ts';

export interface EscalationFacts {
  readonly inventory: Inventory;
  readonly source: string;
  readonly server: string;
}

export interface PolicyHolder {
  readonly names: ReadonlySet<string>;
  readonly entityId?: string;
}

/** Stands for every policy but `root`. */
export const ANY_POLICY = '*';

/** What nobody calls his own: to ask about names that are not there yet. */
const NEW = 'interlock-new-name';

export const escalationFacts = (inventory: Inventory, source: string): EscalationFacts => ({
  inventory,
  source,
  server: vaultServer(source),
});

export function escalations(grant: Grant, facts: EscalationFacts, holder: PolicyHolder): Right[] {
  if (holder.names.has('root')) return [{ target: facts.server, level: 'control', reason: 'holds the root policy' }];
  const own = rewritable(grant, holder);
  if (own !== undefined) {
    const reason = `may rewrite the policy ${own}, which it holds`;
    return [{ target: facts.server, level: 'control', reason }];
  }
  return [...anyPolicy(grant, facts, holder), ...tokenRoles(grant, facts), ...appRoles(grant, facts)];
}

/** The one call that is asked about, with parameters that the policy may restrict. */
function may(
  { acl }: Grant,
  path: string,
  operation: 'create' | 'update' | 'read',
  parameters: Readonly<Record<string, unknown>> = {},
): boolean {
  return acl.decide({ path, operation, parameters }).verdict === 'allowed';
}

const mayWith = (grant: Grant, path: string, capability: string): boolean =>
  grant.acl.decide({ path, operation: 'read', parameters: {} }).capabilities.includes(capability);

function rewritable(grant: Grant, { names }: PolicyHolder): string | undefined {
  return [...names]
    .sort()
    .find((name) =>
      ['sys/policies/acl', 'sys/policy'].some((place) => may(grant, `${place}/${name}`, 'update', { policy: 'x' })),
    );
}

/** Ways to hold a policy of one's choice; the first that is sure, else those that are not. */
function anyPolicy(grant: Grant, facts: EscalationFacts, holder: PolicyHolder): Right[] {
  const target = vaultPolicy(facts.source, ANY_POLICY);
  const reason = sureWay(grant, facts, holder);
  if (reason !== undefined) return [{ target, level: 'control', reason }];
  return federatedMounts(facts)
    .flatMap(({ mount, type }): Right[] =>
      writesRole(grant, facts, mount)
        ? [
            {
              target,
              level: 'control',
              reason: `may change login roles of auth/${mount} (${type}), and give them any policy`,
              condition: `a login that auth/${mount} believes`,
            },
          ]
        : [],
    )
    .slice(0, 1);
}

function sureWay(grant: Grant, facts: EscalationFacts, { entityId }: PolicyHolder): string | undefined {
  const policies = { policies: ['x'] };
  if (may(grant, 'auth/token/create', 'update', policies) && mayWith(grant, 'auth/token/create', 'sudo'))
    return 'may make tokens with policies that it does not hold (sudo on auth/token/create)';
  const entity = entityId ?? NEW;
  const own = [`identity/entity/id/${entity}`, 'identity/entity'].find((path) => may(grant, path, 'update', policies));
  if (own !== undefined) return `may give its entity other policies (${own})`;
  const groups = ['identity/group', ...[...facts.inventory.groups.keys()].sort().map((id) => `identity/group/id/${id}`)];
  const group = groups.find((path) => may(grant, path, 'update', { ...policies, member_entity_ids: ['x'] }));
  if (group !== undefined) return `may put itself into a group with other policies (${group})`;
  const tokenRole = `auth/token/roles/${NEW}`;
  if (may(grant, tokenRole, 'create', { allowed_policies: ['x'] }) && may(grant, `auth/token/create/${NEW}`, 'update', policies))
    return 'may make a token role with any policy, and tokens of it';
  const local = mountsOf(facts, ['approle', 'userpass']).find(({ mount, type }) =>
    type === 'approle' ? writesRole(grant, facts, mount) : writesUser(grant, mount),
  );
  return local && `may make a login of auth/${local.mount} (${local.type}) with any policy`;
}

interface LoginMount {
  readonly mount: string;
  readonly type: string;
}

const mountsOf = ({ inventory }: EscalationFacts, types: readonly string[]): LoginMount[] =>
  [...(inventory.auth?.values() ?? [])]
    .filter(({ type }) => types.includes(type))
    .map(({ path, type }) => ({ mount: path, type }));

const federatedMounts = (facts: EscalationFacts): LoginMount[] =>
  mountsOf(facts, ['kubernetes', 'jwt', 'oidc', 'aws', 'cert', 'gcp', 'azure', 'ldap']);

const POLICIES = { token_policies: ['x'] };

function writesRole(grant: Grant, { inventory }: EscalationFacts, mount: string): boolean {
  const known = [...inventory.roles.values()]
    .filter((role) => role.mount === mount)
    .map(({ name }) => `auth/${mount}/role/${name}`);
  return (
    may(grant, `auth/${mount}/role/${NEW}`, 'create', POLICIES) || known.some((path) => may(grant, path, 'update', POLICIES))
  );
}

const writesUser = (grant: Grant, mount: string): boolean =>
  may(grant, `auth/${mount}/users/${NEW}`, 'create', { ...POLICIES, password: 'x' }) ||
  may(grant, `auth/${mount}/users/${NEW}`, 'update', { ...POLICIES, password: 'x' });

/** Tokens of a token role have the policies that it names, whatever their maker holds. */
function tokenRoles(grant: Grant, { inventory, source }: EscalationFacts): Right[] {
  return [...inventory.tokenRoles].flatMap(([name, { allowed_policies: allowed }]) =>
    may(grant, `auth/token/create/${name}`, 'update', { policies: ['x'] })
      ? allowed
          .filter((policy) => policy !== 'root' && policy !== '')
          .map(
            (policy): Right => ({
              target: vaultPolicy(source, policy.toLowerCase()),
              level: 'control',
              reason: `may make tokens of the token role ${name}, which may have the policy ${policy}`,
            }),
          )
      : [],
  );
}

/** A secret-id of another role is a login as it; its role-id is needed too. */
function appRoles(grant: Grant, { inventory, source }: EscalationFacts): Right[] {
  return [...inventory.roles.values()].flatMap((role): Right[] => {
    const place = `auth/${role.mount}/role/${role.name}`;
    if (inventory.auth?.get(role.mount)?.type !== 'approle' || !may(grant, `${place}/secret-id`, 'update')) return [];
    const reason = 'may issue secret-ids of it';
    const target = vaultAuthRole(source, role.mount, role.name);
    if (may(grant, `${place}/role-id`, 'read')) return [{ target, level: 'control', reason: `${reason}, and read its role-id` }];
    return [{ target, level: 'control', reason, condition: `the role-id of ${role.name}` }];
  });
}
