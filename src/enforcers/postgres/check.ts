import type { Checked } from '../../ports/checked.ts';
import { openSession, type PostgresSession, type Row, shown } from './session.ts';

const OLDEST = 140000;

const MAY = `
WITH RECURSIVE ours AS (
  SELECT oid FROM pg_roles WHERE rolname IN (current_user, session_user)
  UNION SELECT m.roleid FROM pg_auth_members m JOIN ours ON m.member = ours.oid
), others AS (
  SELECT r.rolname, EXISTS (SELECT FROM pg_auth_members m JOIN ours ON m.member = ours.oid WHERE m.roleid = r.oid AND m.admin_option) AS admin
  FROM pg_roles r WHERE r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolreplication AND r.rolname NOT IN (current_user, session_user)
)
SELECT current_user AS name, me.rolsuper AS super, me.rolcreaterole AS create_role, current_setting('server_version_num')::int AS version,
  has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS verifiers, pg_has_role('pg_signal_backend', 'USAGE') AS signal,
  (SELECT count(*)::int FROM others) AS roles, (SELECT count(*)::int FROM others WHERE NOT admin) AS foreign_roles,
  (SELECT min(rolname) FROM others WHERE NOT admin) AS foreign_role
FROM pg_roles me WHERE me.rolname = current_user`;

export interface CheckedServer {
  readonly url: string;
  /** `host:port/database`. */
  readonly place: string;
  readonly signal: AbortSignal;
}

/** What steps on login roles would be refused for; only reads. */
export async function* checkServer({ url, place, signal }: CheckedServer): AsyncGenerator<Checked> {
  await using session = await openSession({ url, signal, idempotencyKey: 'check' });
  yield* rightsOf(session, `postgres ${place}`);
}

async function* rightsOf(session: PostgresSession, place: string): AsyncGenerator<Checked> {
  const [row = {}] = await session.query(MAY);
  const [user, version] = [shown(row['name']), Number(row['version'])];
  if (version < OLDEST) {
    yield { type: 'blocked', text: `${place}: server version ${version}; steps need PostgreSQL 14 or later` };
    return;
  }
  if (row['super'] !== true) {
    if (row['create_role'] !== true) yield missing(`"${user}" may not change roles: ALTER ROLE "${user}" CREATEROLE`);
    else if (version >= 160000 && Number(row['foreign_roles']) > 0) yield missing(adminOption(user, row));
    if (row['signal'] !== true) yield missing(`"${user}" may not end sessions of others: GRANT pg_signal_backend TO "${user}"`);
    if (row['verifiers'] !== true)
      yield missing(`"${user}" may not read pg_authid: rotations cannot be undone (R2); use a superuser's url if they must be`);
  }
  yield { type: 'works', text: `${place} as "${user}"` };
}

const missing = (text: string): Checked => ({ type: 'missing', text });

function adminOption(user: string, row: Row): string {
  const [count, all, role] = [row['foreign_roles'], row['roles'], row['foreign_role']].map(shown);
  return `"${user}" has no ADMIN OPTION on ${count} of ${all} login roles, such as "${role}": GRANT "${role}" TO "${user}" WITH ADMIN OPTION, INHERIT FALSE, SET FALSE`;
}
