import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts } from '../../model/facts.ts';
import { postgresCluster, postgresPassword, postgresPublic, postgresRole } from '../../model/keys.ts';
import { postgresTime } from '../../model/postgres-time.ts';
import type { MembershipRow, PasswordRow, RoleRow } from './catalogue.ts';

export interface RoleCatalogue {
  readonly source: string;
  /** `server_version_num`. */
  readonly version: number;
  readonly now: Date;
  readonly roles: readonly RoleRow[];
  readonly memberships: readonly MembershipRow[];
  /** Undefined when pg_authid cannot be read: then nobody knows who has a password. */
  readonly passwords: readonly PasswordRow[] | undefined;
}

/** What logs in, or did until its login was taken, is a ServiceAccount; what only gathers members is a Group. */
function isGroup(role: RoleRow, { memberships, passwords }: Pick<RoleCatalogue, 'memberships' | 'passwords'>): boolean {
  if (role.login) return false;
  if (role.name.startsWith('pg_')) return true;
  const hasPassword = passwords?.some(({ oid }) => oid === role.oid) ?? false;
  return !hasPassword && memberships.some((membership) => membership.role === role.oid);
}

/** The cluster, roles, PUBLIC and memberships. */
export function roleFacts(catalogue: RoleCatalogue): Facts {
  const { source, roles } = catalogue;
  const cluster: EntityFact = {
    key: postgresCluster(source),
    kind: 'Scope',
    name: source,
    provider: 'postgres',
    state: 'active',
  };
  const everybody: EntityFact = {
    key: postgresPublic(source),
    kind: 'Group',
    name: 'PUBLIC',
    provider: 'postgres',
    state: 'active',
  };
  const entities = [cluster, everybody, ...roles.map((role) => roleEntity(role, catalogue))];
  const contained = [everybody.key, ...roles.map((role) => postgresRole(source, role.name))];
  const relationships = [
    ...contained.map((key) => entitled(cluster.key, 'CONTAINS', key)),
    ...roles.map((role) => ({
      ...entitled(postgresRole(source, role.name), 'MEMBER_OF', everybody.key),
      reason: 'every role has what PUBLIC has',
    })),
    ...membershipFacts(catalogue),
  ];
  return { entities, relationships };
}

function roleEntity(role: RoleRow, catalogue: RoleCatalogue): EntityFact {
  const group = isGroup(role, catalogue);
  return {
    key: postgresRole(catalogue.source, role.name),
    kind: group ? 'Group' : 'ServiceAccount',
    name: role.name,
    provider: 'postgres',
    state: group || role.login ? 'active' : 'inactive',
    properties: {
      canLogin: role.login,
      superuser: role.super,
      createRole: role.create_role,
      createDatabase: role.create_db,
      replication: role.replication,
      bypassRowSecurity: role.bypass_rls,
      connectionLimit: role.limit,
    },
  };
}

/** Membership that gives the role's rights, at once or by SET ROLE. From PostgreSQL 16 on it may give neither. */
export function givesRights({ inherit, set }: MembershipRow): boolean {
  return inherit === null || inherit || set === true;
}

function membershipFacts(catalogue: RoleCatalogue): RelationshipFact[] {
  const { source, memberships, roles } = catalogue;
  const byOid = new Map(roles.map((role) => [role.oid, role]));
  return memberships.filter(givesRights).flatMap((membership) => {
    const [role, member] = [byOid.get(membership.role), byOid.get(membership.member)];
    if (!role || !member) return [];
    const kind = isGroup(role, catalogue) ? 'MEMBER_OF' : 'CAN_ASSUME';
    const inherits = membership.inherit ?? member.inherit;
    const reason = `GRANT ${role.name} TO ${member.name}: ${inherits ? 'its rights are inherited' : 'its rights come with SET ROLE'}`;
    const { admin, inherit, set } = membership;
    return {
      ...entitled(postgresRole(source, member.name), kind, postgresRole(source, role.name)),
      reason,
      properties: { admin, inherits, ...(inherit !== null && { inheritOption: inherit, setOption: set }) },
    };
  });
}

/** Passwords: what is known of them without ever reading a hash. */
export function passwordFacts(catalogue: RoleCatalogue): Facts {
  const { source, roles, passwords, now } = catalogue;
  const methods = new Map(passwords?.map(({ oid, method }) => [oid, method]));
  const known = roles.filter((role) => (passwords ? methods.has(role.oid) : role.login));
  const entities = known.map((role): EntityFact => {
    const expiresAt = serverTime(role.until);
    const method = methods.get(role.oid);
    return {
      key: postgresPassword(source, role.name),
      kind: 'Credential',
      name: `password of ${role.name}`,
      provider: 'postgres',
      state: stateOf(role, { isKnown: passwords !== undefined, expiresAt, now }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(method !== undefined && { properties: { method } }),
    };
  });
  const relationships = known.map((role): RelationshipFact => {
    const fact = entitled(postgresPassword(source, role.name), 'AUTHENTICATES_AS', postgresRole(source, role.name));
    return passwords
      ? fact
      : { ...fact, certainty: 'possible', reason: 'pg_authid cannot be read: the role may have no password' };
  });
  return { entities, relationships };
}

function stateOf(
  role: RoleRow,
  known: { isKnown: boolean; expiresAt: string | undefined; now: Date },
): EntityFact['state'] & string {
  if (!role.login) return 'inactive';
  if (known.expiresAt !== undefined && known.expiresAt <= known.now.toISOString()) return 'expired';
  return known.isKnown ? 'active' : 'unknown';
}

/** PostgreSQL's own form in UTC, `2026-11-21 12:00:00.5+00`; undefined for `infinity` and none. */
export function serverTime(text: string | null): string | undefined {
  if (text === null) return undefined;
  const at = postgresTime(text);
  return at === Infinity ? undefined : new Date(at === -Infinity ? 0 : at).toISOString();
}
