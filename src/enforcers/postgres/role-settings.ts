/**
 * What `ALTER ROLE … SET` gave a role, for another. Any role may set its own, so that the values are whatever its holder wrote: each is
 * quoted anew, as pg_dump does. https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html
 */
import { type PostgresStatement, quoteIdentifier, quoteLiteral } from '../../model/postgres-actions.ts';
import type { PostgresIssue } from '../../model/postgres-issue.ts';
import { openSession, type SessionOptions } from './session.ts';

/** What counts for whoever logs in as the shared role, and is not inherited. */
export async function settingsOf(options: SessionOptions, { role, newRole }: PostgresIssue): Promise<PostgresStatement[]> {
  await using session = await openSession(options);
  const rows = await session.query(
    `SELECT d.datname AS database, one FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) one WHERE r.rolname = $1 AND one NOT LIKE 'role=%' ORDER BY 1, 2`,
    [role],
  );
  return rows.map((row) => settingStatement(newRole, String(row['one']), row['database'] as string | null));
}

/** `config`: `name=value` as the catalogue has it. `database`: the only one that it is for. */
export function settingStatement(role: string, config: string, database: string | null): PostgresStatement {
  const [, setting, value] = /^([^=]+)=(.*)$/s.exec(config) as unknown as [string, string, string];
  const where = database === null ? '' : ` IN DATABASE ${quoteIdentifier(database)}`;
  const name = setting.split('.').map(quoteIdentifier).join('.');
  const values = LISTS.has(setting) ? listed(value) : [value];
  return {
    sql: `ALTER ROLE ${quoteIdentifier(role)}${where} SET ${name} TO ${values.map((one) => quoteLiteral(one).trimStart()).join(', ')};`,
  };
}

/** Kept as lists of names that are quoted already (GUC_LIST_QUOTE); as one literal they would be one name. */
const LISTS: ReadonlySet<string> = new Set([
  'search_path',
  'temp_tablespaces',
  'session_preload_libraries',
  'local_preload_libraries',
]);
const ELEMENT = /\s*(?:"((?:[^"]|"")*)"|([^\s,"][^\s,]*))\s*(?:,|$)/gy;

/** Its elements, as the server's `SplitGUCList` finds them; the whole where it is no such list. */
function listed(value: string): string[] {
  const elements = [...value.matchAll(ELEMENT)];
  const isWhole = elements.reduce((length, [text]) => length + text.length, 0) === value.length;
  if (elements.length === 0 || !isWhole) return [value];
  return elements.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
