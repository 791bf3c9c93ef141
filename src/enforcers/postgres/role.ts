import type { PostgresMembership, PostgresRoleBefore, PostgresStep } from '../../model/postgres-actions.ts';
import { type PostgresSession, type Row, shown } from './session.ts';

/** A role as the server holds it now, and what we may do to it. */
export interface RoleNow {
  readonly oid: number;
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  readonly isReplication: boolean;
  readonly connectionLimit: number;
  readonly validUntil: string | null;
}

export interface OwnRights {
  readonly user: string;
  readonly isSuperuser: boolean;
  readonly canCreateRole: boolean;
  /** `server_version_num`. */
  readonly version: number;
  readonly readsVerifiers: boolean;
  /** We are the role, or reach it by membership. */
  readonly dependsOnRole: boolean;
  readonly hasAdminOption: boolean;
  readonly maySignal: boolean;
}

export async function readRole(session: PostgresSession, role: string): Promise<RoleNow | undefined> {
  const [row] = await session.query(
    'SELECT oid::int8::text AS oid, rolcanlogin, rolsuper, rolreplication, rolconnlimit, rolvaliduntil::text AS until FROM pg_roles WHERE rolname = $1',
    [role],
  );
  if (!row) return undefined;
  return {
    oid: Number(row['oid']),
    canLogin: row['rolcanlogin'] === true,
    isSuperuser: row['rolsuper'] === true,
    isReplication: row['rolreplication'] === true,
    connectionLimit: Number(row['rolconnlimit']),
    validUntil: (row['until'] as string | null) ?? null,
  };
}

const OWN_RIGHTS = `
WITH RECURSIVE ours AS (
  SELECT oid FROM pg_roles WHERE rolname IN (current_user, session_user)
  UNION SELECT m.roleid FROM pg_auth_members m JOIN ours ON m.member = ours.oid
)
SELECT current_user AS name, me.rolsuper, me.rolcreaterole, current_setting('server_version_num')::int AS version,
  has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS verifiers,
  EXISTS (SELECT FROM ours WHERE ours.oid = $1::oid) AS depends,
  EXISTS (SELECT FROM pg_auth_members m JOIN ours ON m.member = ours.oid WHERE m.roleid = $1::oid AND m.admin_option) AS admin,
  (pg_has_role('pg_signal_backend', 'USAGE') OR pg_has_role($1::oid, 'USAGE')) AS signal
FROM pg_roles me WHERE me.rolname = current_user`;

export async function readOwnRights(session: PostgresSession, oid: number): Promise<OwnRights> {
  const [row] = (await session.query(OWN_RIGHTS, [oid])) as [Row];
  return {
    user: String(row['name']),
    isSuperuser: row['rolsuper'] === true,
    canCreateRole: row['rolcreaterole'] === true,
    version: Number(row['version']),
    readsVerifiers: row['verifiers'] === true,
    dependsOnRole: row['depends'] === true,
    hasAdminOption: row['admin'] === true,
    maySignal: row['signal'] === true,
  };
}

/** PostgreSQL 16 keeps a membership per grantor, with options of its own. */
export async function readMemberships(
  session: PostgresSession,
  { role, group, version }: { readonly role: string; readonly group: string; readonly version: number },
): Promise<PostgresMembership[]> {
  const options = version >= 160000 ? 'm.inherit_option AS inherit, m.set_option AS set' : 'NULL AS inherit, NULL AS set';
  const rows = await session.query(
    `SELECT m.admin_option AS admin, ${options}, b.rolname AS grantor FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
     JOIN pg_roles u ON u.oid = m.member LEFT JOIN pg_roles b ON b.oid = m.grantor WHERE u.rolname = $1 AND g.rolname = $2 ORDER BY b.rolname`,
    [role, group],
  );
  return rows.map((row) => ({
    admin: row['admin'] === true,
    ...(row['inherit'] !== null ? { inherit: row['inherit'] === true, set: row['set'] === true } : {}),
    ...(version >= 160000 && row['grantor'] ? { grantedBy: shown(row['grantor']) } : {}),
  }));
}

export interface PreImageSource {
  readonly session: PostgresSession;
  readonly step: PostgresStep;
  readonly now: RoleNow;
  readonly rights: OwnRights;
}

/** Only the control that the step works on. */
export async function readBefore({ session, step, now, rights }: PreImageSource): Promise<PostgresRoleBefore> {
  switch (step.action) {
    case 'quarantine':
    case 'disable':
      return { canLogin: now.canLogin };
    case 'reduce':
      return { connectionLimit: now.connectionLimit };
    case 'shorten':
      return { validUntil: now.validUntil };
    case 'rotate':
      return rights.readsVerifiers ? { verifier: await readVerifier(session, step.parameters.role) } : {};
    case 'detach':
      return {
        memberships: await readMemberships(session, {
          role: step.parameters.role,
          group: step.parameters.group,
          version: rights.version,
        }),
      };
    case 'issue':
      return { newRoleWasThere: false };
    case 'save':
    case 'delete':
      return {};
  }
}

/** Needs SELECT on pg_authid. A secret. */
export async function readVerifier(session: PostgresSession, role: string): Promise<string | null> {
  const [row] = await session.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [role]);
  return (row?.['rolpassword'] as string | null | undefined) ?? null;
}
