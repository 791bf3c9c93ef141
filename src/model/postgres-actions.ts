/**
 * What can be done to a PostgreSQL role, and the literal SQL of it. The planner shows what is rendered here and the enforcer runs
 * what is rendered here, so that what a person reads is what happens.
 *
 *   action        parameters                        control            reversible
 *   save          role                              –                  R0  a read: the sessions that a later step destroys
 *   quarantine    role                              login              R0  NOLOGIN first, then its sessions end
 *   disable       role                              login              R0  the same, as a part of `rotate` or `revoke`
 *   reduce        role, connectionLimit             connection-limit   R0  binds new sessions only, never superusers
 *   shorten       role, validUntil                  valid-until        R0  ends password logins only
 *   rotate        role, handTo?                     password           R1  the old verifier is the pre-image
 *   detach        role, group, grantedBy?           membership/…       R1  `role` is no member of `group` any more
 *   issue         role, newRole, grants?            replacement/…      R1  another role for some of those who share this one
 *   delete        role, reassignTo, databases       existence          R2
 *
 * Sources: https://www.postgresql.org/docs/current/sql-alterrole.html, sql-reassign-owned.html, sql-drop-owned.html, sql-revoke.html,
 * functions-admin.html (pg_terminate_backend with a timeout: PostgreSQL 14 and later).
 */
import { z } from 'zod';
import type { Action, StepCommands } from './plan.ts';
import { issueProbe, issueStatements, postgresGrant, takeBackStatements } from './postgres-issue.ts';
import { type PostgresStatement, quoteIdentifier, quoteLiteral } from './postgres-quoting.ts';

export { type PostgresStatement, quoteIdentifier, quoteLiteral } from './postgres-quoting.ts';

/** How long one session may take to end before the server answers false. */
const TERMINATE_TIMEOUT_MS = 5000;

/** PostgreSQL cuts names to 63 bytes; a longer one would be another role. */
const name = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text, 'utf8') <= 63 && !text.includes('\0'), 'a PostgreSQL name: at most 63 bytes, no NUL');

const ofRole = z.strictObject({ role: name });

/** Shape of `PlanStep.parameters` for each action that the `postgres` enforcer carries out. */
export const POSTGRES_PARAMETERS = {
  save: ofRole,
  quarantine: ofRole,
  disable: ofRole,
  reduce: z.strictObject({ role: name, connectionLimit: z.int().min(0).max(2_147_483_647) }),
  shorten: z.strictObject({ role: name, validUntil: z.iso.datetime() }),
  /** `handTo`: absolute path of the file (mode 0600, made by us) in which the new password is handed out. Required to execute. */
  rotate: z.strictObject({ role: name, handTo: z.string().min(1).optional() }),
  /** `grantedBy`: PostgreSQL 16 keeps one membership per grantor; each named one is revoked. */
  detach: z.strictObject({ role: name, group: name, grantedBy: z.array(name).min(1).optional() }),
  /** `grants`: all that the new role may; absent: what the role may. */
  issue: z.strictObject({ role: name, newRole: name, grants: z.array(postgresGrant).min(1).optional() }),
  /** `databases`: every database in which the role owns or was granted something; the enforcer refuses when one is missing. */
  delete: z.strictObject({ role: name, reassignTo: name, databases: z.array(name).min(1) }),
} as const satisfies Partial<Record<Action, z.ZodType>>;

export type PostgresAction = keyof typeof POSTGRES_PARAMETERS;

export const isPostgresAction = (action: Action): action is PostgresAction => action in POSTGRES_PARAMETERS;

type ParametersOf<A extends PostgresAction> = z.infer<(typeof POSTGRES_PARAMETERS)[A]>;
/** An action with its parsed parameters. */
export type PostgresStep = {
  [A in PostgresAction]: { readonly action: A; readonly parameters: ParametersOf<A> };
}[PostgresAction];

/** Throws a ZodError that names the field. */
export function parsePostgresStep(action: PostgresAction, parameters: unknown): PostgresStep {
  return { action, parameters: POSTGRES_PARAMETERS[action].parse(parameters) } as PostgresStep;
}

export interface PostgresMembership {
  readonly admin: boolean;
  /** PostgreSQL 16 and later. */
  readonly inherit?: boolean;
  readonly set?: boolean;
  readonly grantedBy?: string;
}

/** The controls of a role as they were: the pre-image of every reversible action. */
export interface PostgresRoleBefore {
  readonly canLogin?: boolean;
  /** −1 is no limit. */
  readonly connectionLimit?: number;
  /** As the server writes it; null is `infinity`. */
  readonly validUntil?: string | null;
  /** Secret. Null when the role had no password; undefined when it could not be read. */
  readonly verifier?: string | null;
  readonly memberships?: readonly PostgresMembership[];
  /** Of `issue`: there was no role of the new name. */
  readonly newRoleWasThere?: false;
}

/** The control that a step works on: two incidents that work on one control of one role share a hold. */
export function postgresControl(step: PostgresStep): string {
  switch (step.action) {
    case 'save':
      return 'none';
    case 'quarantine':
    case 'disable':
      return 'login';
    case 'reduce':
      return 'connection-limit';
    case 'shorten':
      return 'valid-until';
    case 'rotate':
      return 'password';
    case 'detach':
      return `membership/${step.parameters.group}`;
    case 'issue':
      return `replacement/${step.parameters.newRole}`;
    case 'delete':
      return 'existence';
  }
}

/** `verifier`: of the new password; without it the statement is for reading only. `mark`: the comment on a role that is issued. */
export function postgresApply(step: PostgresStep, verifier?: string, mark?: string): PostgresStatement[] {
  const role = quoteIdentifier(step.parameters.role);
  switch (step.action) {
    case 'save':
      return [{ sql: sessionsSql(step.parameters.role) }];
    case 'quarantine':
    case 'disable':
      return [{ sql: `ALTER ROLE ${role} NOLOGIN;` }, { sql: terminateSql(step.parameters.role) }];
    case 'reduce':
      return [{ sql: `ALTER ROLE ${role} CONNECTION LIMIT ${step.parameters.connectionLimit};` }];
    case 'shorten':
      return [{ sql: `ALTER ROLE ${role} VALID UNTIL ${quoteLiteral(step.parameters.validUntil)};` }];
    case 'rotate':
      return [
        { sql: `ALTER ROLE ${role} PASSWORD ${verifier ? quoteLiteral(verifier) : "'<SCRAM verifier of the new password>'"};` },
      ];
    case 'detach':
      return revokeStatements(step.parameters);
    case 'issue':
      return issueStatements(step.parameters, {
        ...(verifier !== undefined && { verifier }),
        ...(mark !== undefined && { mark }),
      });
    case 'delete':
      return deleteStatements(step.parameters);
  }
}

/** What brings `before` back; empty where nothing does, or where nothing was there to bring back. */
export function postgresInverse(step: PostgresStep, before: PostgresRoleBefore): PostgresStatement[] {
  const role = quoteIdentifier(step.parameters.role);
  switch (step.action) {
    case 'save':
    case 'delete':
      return [];
    case 'quarantine':
    case 'disable':
      return before.canLogin ? [{ sql: `ALTER ROLE ${role} LOGIN;` }] : [];
    case 'reduce':
      return [{ sql: `ALTER ROLE ${role} CONNECTION LIMIT ${before.connectionLimit ?? -1};` }];
    case 'shorten':
      return [{ sql: `ALTER ROLE ${role} VALID UNTIL ${quoteLiteral(before.validUntil ?? 'infinity')};` }];
    case 'rotate':
      return rotateBack(role, before.verifier);
    case 'detach':
      return (before.memberships ?? [{ admin: false }]).map((membership) => ({ sql: grantSql(step.parameters, membership) }));
    case 'issue':
      return takeBackStatements(step.parameters, terminateSql(step.parameters.newRole));
  }
}

/** One row; `postgresHeld` says what it means. */
export function postgresProbe(step: PostgresStep): PostgresStatement {
  const role = quoteLiteral(step.parameters.role).trimStart();
  const sessions = `(SELECT count(*)::int FROM pg_stat_activity WHERE usename = ${role} AND pid <> pg_backend_pid())`;
  switch (step.action) {
    case 'save':
    case 'quarantine':
    case 'disable':
      return { sql: `SELECT rolcanlogin, ${sessions} AS sessions FROM pg_roles WHERE rolname = ${role};` };
    case 'reduce':
      return { sql: `SELECT rolconnlimit, ${sessions} AS sessions FROM pg_roles WHERE rolname = ${role};` };
    case 'shorten':
      return {
        sql: `SELECT rolvaliduntil <= ${quoteLiteral(step.parameters.validUntil)} AS ends, rolvaliduntil::text AS until, ${sessions} AS sessions FROM pg_roles WHERE rolname = ${role};`,
      };
    case 'rotate':
      return { sql: `SELECT rolpassword AS verifier, ${sessions} AS sessions FROM pg_authid WHERE rolname = ${role};` };
    case 'detach':
      return {
        sql: `SELECT count(*)::int AS memberships FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = ${role} AND g.rolname = ${quoteLiteral(step.parameters.group).trimStart()};`,
      };
    case 'issue':
      return issueProbe(step.parameters);
    case 'delete':
      return {
        sql: `SELECT (SELECT count(*)::int FROM pg_roles WHERE rolname = ${role}) AS roles, (SELECT count(*)::int FROM pg_stat_activity WHERE usesysid IS NOT NULL AND usename IS NULL) AS orphans;`,
      };
  }
}

/**
 * The step's commands as text for `psql`, for `PlanStep.commands`. `before`: what the graph knows of the role, so that the inverse is
 * what will bring it back; a LOGIN role without limit and without expiry when nothing is known. No secret can appear.
 */
export function postgresCommands(
  step: PostgresStep,
  before: Omit<PostgresRoleBefore, 'verifier'> = { canLogin: true },
): StepCommands {
  const inverse = step.action === 'rotate' ? rotateShown(step.parameters.role) : psqlText(postgresInverse(step, before));
  const apply = applyShown(step);
  const probe =
    step.action === 'rotate'
      ? `SELECT md5(rolpassword) FROM pg_authid WHERE rolname = ${quoteLiteral(step.parameters.role).trimStart()};`
      : postgresProbe(step).sql;
  return { apply, inverse, probe };
}

/** A person types the new password: a placeholder that is pasted would be one. */
function applyShown(step: PostgresStep): string {
  if (step.action === 'rotate') return `\\password ${quoteIdentifier(step.parameters.role)}`;
  if (step.action !== 'issue') return psqlText(postgresApply(step));
  const fresh = quoteIdentifier(step.parameters.newRole);
  return [psqlText(postgresApply(step).slice(0, -1)), `\\password ${fresh}`, `ALTER ROLE ${fresh} LOGIN;`].join('\n');
}

/** Statements as `psql` takes them: `\connect` where the database changes. */
function psqlText(statements: readonly PostgresStatement[]): string {
  let database: string | undefined;
  const lines: string[] = [];
  for (const statement of statements) {
    if (statement.database !== undefined && statement.database !== database) {
      database = statement.database;
      lines.push(`\\connect ${quoteIdentifier(database)}`);
    }
    lines.push(statement.sql);
  }
  return lines.join('\n');
}

const sessionsSql = (role: string): string =>
  `SELECT pid, datname, application_name, client_addr::text, backend_start, state FROM pg_stat_activity WHERE usename = ${quoteLiteral(role).trimStart()} AND pid <> pg_backend_pid() ORDER BY pid;`;

const terminateSql = (role: string): string =>
  `SELECT pid, pg_terminate_backend(pid, ${TERMINATE_TIMEOUT_MS}) AS ended FROM pg_stat_activity WHERE usename = ${quoteLiteral(role).trimStart()} AND pid <> pg_backend_pid();`;

function revokeStatements({ role, group, grantedBy }: ParametersOf<'detach'>): PostgresStatement[] {
  const sql = `REVOKE ${quoteIdentifier(group)} FROM ${quoteIdentifier(role)}`;
  if (!grantedBy) return [{ sql: `${sql};` }];
  return grantedBy.map((grantor) => ({ sql: `${sql} GRANTED BY ${quoteIdentifier(grantor)};` }));
}

/** PostgreSQL 15 and before know ADMIN OPTION only; from 16 on INHERIT and SET are options of the membership. */
function grantSql({ role, group }: ParametersOf<'detach'>, { admin, inherit, set, grantedBy }: PostgresMembership): string {
  const grant = `GRANT ${quoteIdentifier(group)} TO ${quoteIdentifier(role)}`;
  if (inherit === undefined || set === undefined) return `${grant}${admin ? ' WITH ADMIN OPTION' : ''};`;
  const word = (on: boolean): string => (on ? 'TRUE' : 'FALSE');
  const by = grantedBy ? ` GRANTED BY ${quoteIdentifier(grantedBy)}` : '';
  return `${grant} WITH ADMIN ${word(admin)}, INHERIT ${word(inherit)}, SET ${word(set)}${by};`;
}

function deleteStatements({ role, reassignTo, databases }: ParametersOf<'delete'>): PostgresStatement[] {
  const owned = [...databases].sort().flatMap((database) => [
    { database, sql: `REASSIGN OWNED BY ${quoteIdentifier(role)} TO ${quoteIdentifier(reassignTo)};` },
    { database, sql: `DROP OWNED BY ${quoteIdentifier(role)};` },
  ]);
  return [...owned, { sql: `DROP ROLE ${quoteIdentifier(role)};` }];
}

function rotateBack(role: string, verifier: string | null | undefined): PostgresStatement[] {
  if (verifier === undefined) return [];
  return [{ sql: `ALTER ROLE ${role} PASSWORD ${verifier === null ? 'NULL' : quoteLiteral(verifier)};` }];
}

const rotateShown = (role: string): string =>
  `ALTER ROLE ${quoteIdentifier(role)} PASSWORD '<the verifier that was saved from pg_authid>';`;
