/**
 * Proofs by what is no secret of them: secret-ids and tokens by accessor, leases by their id.
 *
 *     secret-id ──AUTHENTICATES_AS──► Role ──MINTED──► token ──ACTS_FOR──► entity, or the role
 *     what a dynamic role issues ──MINTED──► lease ──AUTHENTICATES_AS──► the dynamic role
 */

import type { LeaseData, SecretIdData, TokenData } from '../../apis/vault/records.ts';
import type { EntityFact, RelationshipFact, Time } from '../../model/entity.ts';
import { entitled, type Facts, joinedFacts } from '../../model/facts.ts';
import { vaultAuthRole, vaultEntity, vaultLease, vaultPlace, vaultSecretId, vaultServer, vaultToken } from '../../model/keys.ts';
import { thing, timeOf } from './facts.ts';
import { type Directory, roleOfLogin } from './identities.ts';
import type { AuthRole, Inventory } from './inventory.ts';
import type { Caller, Policies } from './policies.ts';
import { type Estate, grantFacts, type Holder, rightsOf } from './rights.ts';
import { issuedBy } from './things.ts';

export interface ProofContext {
  readonly inventory: Inventory;
  readonly directory: Directory;
  readonly policies: Policies;
  readonly estate: Estate;
  readonly now: Time;
}

export function proofFacts(context: ProofContext): Facts {
  const { inventory, estate } = context;
  const tokens = [...inventory.tokens.values()];
  const holders = tokens.map((token) => tokenHolder(token, context));
  return joinedFacts([
    ...[...inventory.roles.values()].map((role) => secretIdFacts(role, context)),
    ...tokens.map((token) => tokenFacts(token, context)),
    ...[...inventory.leases].map(([id, lease]) => leaseFacts(id, lease, context)),
    grantFacts(estate.source, holders),
  ]);
}

const stateAt = (expiresAt: Time | undefined, now: Time): EntityFact['state'] & string =>
  expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active';

function secretIdFacts({ mount, name, secretIds, data }: AuthRole, { estate: { source }, now }: ProofContext): Facts {
  const role = vaultAuthRole(source, mount, name);
  const all = [...secretIds].map(([accessor, found]) =>
    secretIdEntity(vaultSecretId(role, accessor), { name, accessor, found, now }),
  );
  return {
    entities: all,
    relationships: all.flatMap(({ key }): RelationshipFact[] => [
      {
        ...entitled(key, 'AUTHENTICATES_AS', role),
        certainty: 'conditional',
        condition: `the role-id of ${name}, with the secret-id${data?.token_bound_cidrs.length ? `, from ${data.token_bound_cidrs.join(', ')}` : ''}`,
        conditionClass: 'combined',
      },
      entitled(vaultServer(source), 'CONTAINS', key),
    ]),
  };
}

interface SecretIdParts {
  readonly name: string;
  readonly accessor: string;
  readonly found: SecretIdData | undefined;
  readonly now: Time;
}

function secretIdEntity(key: string, { name, accessor, found, now }: SecretIdParts): EntityFact {
  const expiresAt = timeOf(found?.expiration_time);
  const created = timeOf(found?.creation_time);
  return thing(key, 'Credential', `secret-id of ${name}`, {
    state: stateAt(expiresAt, now),
    ...(expiresAt !== undefined && { expiresAt }),
    properties: {
      accessor,
      ...(created !== undefined && { created }),
      ...(found?.cidr_list.length && { networks: found.cidr_list }),
      ...(found?.secret_id_num_uses && { usesLeft: found.secret_id_num_uses }),
    },
  });
}

function callerOf(token: TokenData, { inventory, directory }: ProofContext): Caller {
  const entity = inventory.entities.get(token.entity_id ?? '');
  if (entity) return directory.callerOf(entity);
  return token.entity_id ? 'unknown' : 'none';
}

/** A token has the policies that it was given, and those that its entity has now. */
function tokenHolder(token: TokenData, context: ProofContext): Holder {
  const { directory, inventory, policies, estate } = context;
  const entity = inventory.entities.get(token.entity_id ?? '');
  const stated = [...token.policies, ...token.identity_policies, ...(entity ? directory.policiesOf(entity) : [])];
  const names = new Set(stated.map((name) => name.toLowerCase()));
  const grant = policies.grantOf(names, callerOf(token, context));
  const holder = { names, ...(entity && { entityId: entity.id }) };
  return { key: vaultToken(estate.source, token.accessor), rights: rightsOf(grant, estate, holder), isOpen: grant.isOpen };
}

function tokenFacts(token: TokenData, { inventory, directory, estate: { source }, now }: ProofContext): Facts {
  const key = vaultToken(source, token.accessor);
  const entity = inventory.entities.get(token.entity_id ?? '');
  const role = roleOfLogin(inventory, directory, token);
  const roleKey = role && vaultAuthRole(source, role.mount, role.name);
  const identity = entity ? vaultEntity(source, entity.id) : roleKey;
  const expiresAt = timeOf(token.expire_time);
  const created = timeOf(token.issue_time);
  const session = thing(
    key,
    'Session',
    `token of ${token.meta['role_name'] ?? entity?.name ?? token.display_name ?? token.accessor}`,
    {
      state: entity?.disabled ? 'inactive' : stateAt(expiresAt, now),
      ...(expiresAt !== undefined && { expiresAt }),
      properties: {
        accessor: token.accessor,
        policies: [...token.policies].sort(),
        ...(created !== undefined && { created }),
        ...(token.path && { path: token.path }),
        ...(token.orphan !== null && token.orphan !== undefined && { orphan: token.orphan }),
      },
    },
  );
  return {
    entities: [session],
    relationships: [
      entitled(vaultServer(source), 'CONTAINS', key),
      ...(identity === undefined ? [] : [entitled(key, 'ACTS_FOR', identity)]),
      ...(role === undefined ? [] : mintersOf(role, source).map((minter) => minted(minter, key, created))),
    ],
  };
}

/** More secret-ids than this say nothing: which of them a login was made with is not kept. */
const MOST_MINTERS = 20;

/** The role of a login, and the secret-ids with which it may have been made. */
function mintersOf({ mount, name, secretIds }: AuthRole, source: string): string[] {
  const role = vaultAuthRole(source, mount, name);
  const proofs = secretIds.size > MOST_MINTERS ? [] : [...secretIds.keys()].map((accessor) => vaultSecretId(role, accessor));
  return [role, ...proofs];
}

const minted = (source: string, target: string, at: Time | undefined): RelationshipFact => ({
  source,
  kind: 'MINTED',
  target,
  basis: 'inferred',
  certainty: 'possible',
  reason: 'it was issued for a login that may have been made with it',
  ...(at !== undefined && { firstSeen: at, lastUsed: at }),
});

/** `database/creds/app/<id>`: of the longest dynamic role that it begins with. Login leases are the tokens themselves. */
function leaseFacts(id: string, lease: LeaseData | undefined, { inventory, estate: { source }, now }: ProofContext): Facts {
  const role = [...inventory.dynamicRoles.values()]
    .filter(({ mount, name }) => id.startsWith(`${mount}/creds/${name}/`))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (!role) return { entities: [], relationships: [] };
  const key = vaultLease(source, id);
  const expiresAt = timeOf(lease?.expire_time);
  const issued = issuedBy(source, role.mount, role.name);
  return {
    entities: [
      thing(key, 'Session', `lease of ${role.mount}/${role.name}`, {
        state: stateAt(expiresAt, now),
        ...(expiresAt !== undefined && { expiresAt }),
        properties: { leaseId: id },
      }),
    ],
    relationships: [
      entitled(vaultServer(source), 'CONTAINS', key),
      entitled(key, 'AUTHENTICATES_AS', vaultPlace(source, role.mount, `roles/${role.name}`)),
      minted(issued, key, timeOf(lease?.issue_time)),
    ],
  };
}
