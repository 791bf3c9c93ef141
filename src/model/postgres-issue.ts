/**
 * A role of its own for some of those who share one. Either it is a member of the shared role and works as that (`SET role`), so that
 * everything is as before: rights, attributes, row security, who owns what it makes. Or it gets the named rights and nothing else.
 * It can log in only when it is complete; a comment says which step made it, so that nobody else's role is ever taken for ours.
 *
 * Sources: https://www.postgresql.org/docs/current/sql-alterrole.html, sql-grant.html, sql-set-role.html, ddl-priv.html.
 */
import { z } from 'zod';
import { type PostgresStatement, quoteIdentifier, quoteLiteral } from './postgres-quoting.ts';

const PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'] as const;
export type PostgresPrivilege = (typeof PRIVILEGES)[number];

const GRANT = new RegExp(`^[^\\s/]+/[^\\s/]+/[^\\s/]+ (?:${PRIVILEGES.join('|')})(?:,(?:${PRIVILEGES.join('|')}))*$`);

/** `<database>/<schema>/<table> SELECT,INSERT`, the names percent-encoded. */
export const postgresGrant = z.string().regex(GRANT, 'a right: database/schema/table SELECT,INSERT');

export interface PostgresIssue {
  readonly role: string;
  readonly newRole: string;
  /** Absent: everything that the shared role may. */
  readonly grants?: readonly string[] | undefined;
}

interface Table {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
}

export interface PostgresTableRights extends Table {
  readonly privileges: readonly PostgresPrivilege[];
}

export const grantText = ({ database, schema, table, privileges }: PostgresTableRights): string =>
  `${[database, schema, table].map(encodeURIComponent).join('/')} ${privileges.join(',')}`;

function readGrant(text: string): PostgresTableRights {
  const [path, privileges] = text.split(' ') as [string, string];
  const [database, schema, table] = path.split('/').map(decodeURIComponent) as [string, string, string];
  return { database, schema, table, privileges: privileges.split(',') as PostgresPrivilege[] };
}

/** What a log calls the use of a table: the right that it takes. */
const PRIVILEGE_OF: Readonly<Record<string, readonly PostgresPrivilege[]>> = {
  select: ['SELECT'],
  insert: ['INSERT'],
  // Which rows are meant is read first.
  update: ['SELECT', 'UPDATE'],
  delete: ['SELECT', 'DELETE'],
  truncate: ['TRUNCATE'],
};

/** Undefined where one of the words is none of these. */
export function privilegesOf(actions: readonly string[]): PostgresPrivilege[] | undefined {
  const found = actions.map((action) => PRIVILEGE_OF[action.toLowerCase()]);
  if (found.length === 0 || found.includes(undefined)) return undefined;
  return PRIVILEGES.filter((one) => found.some((some) => some?.includes(one)));
}

export const SHOWN_MARK = 'interlock: <the step>';

/** `verifier`: of the new password. `mark`: the comment by which the role is known for this step's. */
export function issueStatements(
  { role, newRole, grants }: PostgresIssue,
  { verifier = '<SCRAM verifier of the new password>', mark = SHOWN_MARK }: { verifier?: string; mark?: string } = {},
): PostgresStatement[] {
  const fresh = quoteIdentifier(newRole);
  return [
    // As one: a role without its comment would be taken for somebody else's.
    { sql: 'BEGIN;' },
    { sql: `CREATE ROLE ${fresh} NOLOGIN;` },
    { sql: `COMMENT ON ROLE ${fresh} IS ${quoteLiteral(mark)};` },
    { sql: 'COMMIT;' },
    ...(grants === undefined
      ? [
          { sql: `GRANT ${quoteIdentifier(role)} TO ${fresh};` },
          { sql: `ALTER ROLE ${fresh} SET role TO ${quoteLiteral(role)};` },
        ]
      : grants.map(readGrant).flatMap((right) => granted(fresh, right))),
    { sql: `ALTER ROLE ${fresh} LOGIN PASSWORD ${quoteLiteral(verifier)};` },
  ];
}

const tableOf = ({ schema, table }: Table): string => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;

function granted(fresh: string, right: PostgresTableRights): PostgresStatement[] {
  const { database, schema, privileges } = right;
  const statements = [
    `GRANT CONNECT ON DATABASE ${quoteIdentifier(database)} TO ${fresh};`,
    `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${fresh};`,
    `GRANT ${privileges.join(', ')} ON TABLE ${tableOf(right)} TO ${fresh};`,
    ...(privileges.includes('INSERT') ? [sequencesGranted(fresh, right)] : []),
  ];
  return statements.map((sql) => ({ database, sql }));
}

/** The numbers that new rows get come from sequences of the table, which have rights of their own. */
function sequencesGranted(fresh: string, right: Table): string {
  const body = `DECLARE one regclass; BEGIN FOR one IN SELECT d.objid::regclass FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S' WHERE d.refobjid = ${quoteLiteral(tableOf(right)).trimStart()}::regclass AND d.deptype IN ('a', 'i') LOOP EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %s', one, ${quoteLiteral(fresh).trimStart()}); END LOOP; END`;
  // A name may hold what would end the body.
  return `DO ${body.includes('$$') ? quoteLiteral(body).trimStart() : `$$ ${body} $$`};`;
}

/** Takes the new role away, with its sessions and its rights. Fails where the role owns something. */
export function takeBackStatements({ newRole, grants = [] }: PostgresIssue, terminate: string): PostgresStatement[] {
  const fresh = quoteIdentifier(newRole);
  const revoked = grants
    .map(readGrant)
    .flatMap(({ database, schema, table }) =>
      [
        `REVOKE ALL ON TABLE ${tableOf({ database, schema, table })} FROM ${fresh};`,
        `REVOKE ALL ON ALL SEQUENCES IN SCHEMA ${quoteIdentifier(schema)} FROM ${fresh};`,
        `REVOKE ALL ON SCHEMA ${quoteIdentifier(schema)} FROM ${fresh};`,
        `REVOKE ALL ON DATABASE ${quoteIdentifier(database)} FROM ${fresh};`,
      ].map((sql) => ({ database, sql })),
    );
  return [{ sql: `ALTER ROLE ${fresh} NOLOGIN;` }, { sql: terminate }, ...revoked, { sql: `DROP ROLE ${fresh};` }];
}

/** One row, of the new role; `mark`: its comment. */
export const issueProbe = ({ role, newRole }: PostgresIssue): PostgresStatement => ({
  sql: `SELECT r.rolcanlogin, shobj_description(r.oid, 'pg_authid') AS mark, pg_has_role(r.oid, ${quoteLiteral(role).trimStart()}, 'MEMBER') AS member FROM pg_roles r WHERE r.rolname = ${quoteLiteral(newRole).trimStart()};`,
});
