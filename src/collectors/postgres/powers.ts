/** What roles may do to other roles and to the cluster as a whole. https://www.postgresql.org/docs/current/role-attributes.html */

import type { Facts } from '../../model/facts.ts';
import { postgresCluster, postgresRole } from '../../model/keys.ts';
import type { RoleRow } from './catalogue.ts';
import { grantFacts, type Right } from './rights.ts';
import type { RoleCatalogue } from './roles.ts';

/** Predefined roles that run code or write files as the server's operating system user: as good as superuser (docs, predefined-roles). */
const SERVER_ROLES = ['pg_execute_server_program', 'pg_write_server_files'];

export function powerFacts(catalogue: RoleCatalogue): Facts {
  return grantFacts(catalogue, new Map(catalogue.roles.map((role) => [role.oid, powersOf(role, catalogue)])));
}

function powersOf(role: RoleRow, catalogue: RoleCatalogue): Right[] {
  const cluster = postgresCluster(catalogue.source);
  const control = (reason: string): Right => ({ target: cluster, level: 'control', reason });
  if (role.super) return [control('superuser')];
  if (SERVER_ROLES.includes(role.name)) return [control(`${role.name} acts as the server's operating system user`)];
  return [
    ...(role.replication ? [replicates(cluster)] : []),
    ...(catalogue.version < 160000 && role.create_role ? createRole(role, catalogue) : []),
    ...adminOf(role, catalogue),
  ];
}

const replicates = (cluster: string): Right => ({
  target: cluster,
  level: 'read',
  condition: 'pg_hba.conf lets it connect for replication: a base backup holds every table',
});

/** Before PostgreSQL 16: any role but a superuser may be altered and joined, predefined ones included. */
function createRole(role: RoleRow, { source, roles }: RoleCatalogue): Right[] {
  return roles
    .filter((other) => !other.super && other.oid !== role.oid && other.name !== 'pg_database_owner')
    .map((other) => ({
      target: postgresRole(source, other.name),
      level: 'control',
      reason: 'CREATEROLE before PostgreSQL 16: may join any role that is no superuser',
    }));
}

/** Whoever may grant a role may grant it to itself. */
function adminOf(role: RoleRow, { source, version, roles, memberships }: RoleCatalogue): Right[] {
  if (version < 160000 && role.create_role) return [];
  return memberships.flatMap(({ role: joined, member, admin }) => {
    const target = roles.find((other) => other.oid === joined);
    if (!admin || member !== role.oid || !target) return [];
    const reason = 'ADMIN OPTION: may grant the role to itself';
    return [{ target: postgresRole(source, target.name), level: 'control' as const, reason }];
  });
}
