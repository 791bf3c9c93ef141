/** What is read, one query a function, with the permission that it needs. Password hashes are never selected. */
import type { CatalogueClient } from './client.ts';

export interface ServerRow {
  readonly version: number;
  readonly user: string;
  readonly database: string;
  readonly reads_all_stats: boolean;
  readonly reads_passwords: boolean;
}

/** Anybody may. */
export async function readServer(client: CatalogueClient): Promise<ServerRow> {
  const [row] = await client.query<ServerRow>(`SELECT current_setting('server_version_num')::int AS version, current_user AS user,
    current_database() AS database, pg_has_role('pg_read_all_stats', 'USAGE') AS reads_all_stats,
    has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS reads_passwords`);
  return row as ServerRow;
}

const CATALOGUES = ['pg_roles', 'pg_auth_members', 'pg_database', 'pg_namespace', 'pg_class', 'pg_attribute', 'pg_stat_activity'];

/** Catalogues that anybody may read, and that somebody took from this user all the same. */
export async function readClosed(client: CatalogueClient): Promise<string[]> {
  const rows = await client.query<{ readonly name: string }>(`SELECT name FROM unnest(ARRAY['${CATALOGUES.join("','")}']) name
    WHERE NOT has_table_privilege('pg_catalog.' || name, 'SELECT')`);
  return rows.map(({ name }) => name);
}

export interface RoleRow {
  readonly oid: number;
  readonly name: string;
  readonly super: boolean;
  readonly inherit: boolean;
  readonly create_role: boolean;
  readonly create_db: boolean;
  readonly login: boolean;
  readonly replication: boolean;
  readonly bypass_rls: boolean;
  readonly limit: number;
  /** As the server writes it, in UTC. */
  readonly until: string | null;
}

/** Anybody may. */
export const readRoles = (client: CatalogueClient): Promise<RoleRow[]> =>
  client.query(`SELECT oid::int8::float8 AS oid, rolname AS name, rolsuper AS super, rolinherit AS inherit, rolcreaterole AS create_role,
    rolcreatedb AS create_db, rolcanlogin AS login, rolreplication AS replication, rolbypassrls AS bypass_rls, rolconnlimit AS limit,
    rolvaliduntil::text AS until FROM pg_roles ORDER BY rolname`);

export interface PasswordRow {
  readonly oid: number;
  readonly method: 'scram-sha-256' | 'md5' | 'other';
}

/** SELECT on pg_authid: a superuser, or who was granted it. Whether there is a password and how it is kept; not the hash. */
export const readPasswords = (client: CatalogueClient): Promise<PasswordRow[]> =>
  client.query(`SELECT oid::int8::float8 AS oid, CASE WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256'
    WHEN rolpassword LIKE 'md5%' THEN 'md5' ELSE 'other' END AS method FROM pg_authid WHERE rolpassword IS NOT NULL`);

export interface MembershipRow {
  /** What is joined. */
  readonly role: number;
  readonly member: number;
  readonly admin: boolean;
  /** PostgreSQL 16 and later; null before. */
  readonly inherit: boolean | null;
  readonly set: boolean | null;
}

/** Anybody may. */
export function readMemberships(client: CatalogueClient, version: number): Promise<MembershipRow[]> {
  const options =
    version >= 160000 ? 'bool_or(inherit_option) AS inherit, bool_or(set_option) AS set' : 'NULL AS inherit, NULL AS set';
  return client.query(`SELECT roleid::int8::float8 AS role, member::int8::float8 AS member, bool_or(admin_option) AS admin, ${options}
    FROM pg_auth_members GROUP BY roleid, member ORDER BY 1, 2`);
}

/** Privileges of one grantee on one thing; grantee 0 is PUBLIC. */
export interface Grant {
  readonly grantee: number;
  readonly privileges: readonly string[];
}

const grantsOf = (acl: string, kind: string, owner: string): string => `coalesce((SELECT json_agg(g) FROM (
  SELECT grantee::int8 AS grantee, array_agg(DISTINCT privilege_type) AS privileges FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner})))
  GROUP BY grantee ORDER BY grantee) g), '[]')`;

export interface DatabaseRow {
  readonly name: string;
  readonly owner: number;
  readonly grants: readonly Grant[];
}

/** Anybody may. */
export const readDatabases = (client: CatalogueClient): Promise<DatabaseRow[]> =>
  client.query(`SELECT datname AS name, datdba::int8::float8 AS owner, ${grantsOf('datacl', 'd', 'datdba')} AS grants
    FROM pg_database WHERE NOT datistemplate ORDER BY 1`);

export interface SchemaRow extends DatabaseRow {}

const OWN_SCHEMAS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";

/** Anybody may; of the connected database. */
export const readSchemas = (client: CatalogueClient): Promise<SchemaRow[]> =>
  client.query(`SELECT n.nspname AS name, n.nspowner::int8::float8 AS owner, ${grantsOf('n.nspacl', 'n', 'n.nspowner')} AS grants
    FROM pg_namespace n WHERE ${OWN_SCHEMAS} ORDER BY 1`);

export interface TableRow {
  readonly schema: string;
  readonly name: string;
  readonly type: 'table' | 'view' | 'materialized view' | 'foreign table';
  readonly owner: number;
  readonly row_security: boolean;
  readonly grants: readonly Grant[];
  /** Privileges on single columns. */
  readonly column_grants: readonly Grant[];
}

/** Anybody may; of the connected database. A partition is part of its table, unless it was granted for itself. */
export const readTables = (client: CatalogueClient): Promise<TableRow[]> =>
  client.query(`SELECT n.nspname AS schema, c.relname AS name, c.relowner::int8::float8 AS owner, c.relrowsecurity AS row_security,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS type,
    ${grantsOf('c.relacl', 'r', 'c.relowner')} AS grants,
    coalesce((SELECT json_agg(g) FROM (SELECT x.grantee::int8 AS grantee, array_agg(DISTINCT x.privilege_type) AS privileges
      FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      GROUP BY x.grantee ORDER BY x.grantee) g), '[]') AS column_grants
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (NOT c.relispartition OR c.relacl IS NOT NULL) AND ${OWN_SCHEMAS} ORDER BY 1, 2`);

export interface SessionRow {
  readonly role: number;
  readonly application: string;
  /** Null over a Unix socket, and without pg_read_all_stats. */
  readonly address: string | null;
  readonly over_socket: boolean;
  readonly sessions: number;
  readonly first: string | null;
  readonly last: string | null;
}

/** pg_read_all_stats (part of pg_monitor) to see addresses and times of other roles' sessions. */
export const readSessions = (client: CatalogueClient): Promise<SessionRow[]> =>
  client.query(`SELECT usesysid::int8::float8 AS role, coalesce(application_name, '') AS application, host(client_addr) AS address,
    coalesce(client_port = -1, false) AS over_socket, count(*)::int AS sessions,
    to_char(min(backend_start), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS first, to_char(max(backend_start), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS last
    FROM pg_stat_activity WHERE usesysid IS NOT NULL AND usename IS NOT NULL AND pid <> pg_backend_pid()
      AND (backend_type IN ('client backend', 'walsender') OR backend_type IS NULL)
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3`);

/**
 * Whether everybody who comes over the network proves it with a password. EXECUTE on pg_hba_file_rules(): a superuser, or who was
 * granted it. Undefined when it cannot be read.
 */
export async function isPasswordOnly(client: CatalogueClient): Promise<boolean | undefined> {
  const [may] = await client.query<{ ok: boolean }>(
    "SELECT has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') AS ok",
  );
  if (!may?.ok) return undefined;
  const [row] = await client.query<{
    only: boolean;
  }>(`SELECT coalesce(bool_and(auth_method IN ('scram-sha-256', 'md5', 'password', 'reject')), false) AS only
    FROM pg_hba_file_rules() WHERE type <> 'local' AND error IS NULL`);
  return row?.only ?? false;
}
