/** A role beside another: made, found again, taken away. The comment on it says whose step made it. */
import { RefusedError } from '../../model/errors.ts';
import { type PostgresStep, postgresApply, postgresInverse, quoteIdentifier } from '../../model/postgres-actions.ts';
import { issueProbe, type PostgresIssue } from '../../model/postgres-issue.ts';
import type { Applied, EnforcerContext, Probed } from '../../ports/enforcer.ts';
import { settingsOf } from './role-settings.ts';
import { isVerifierOf, newPassword, newSalt, type Random, scramVerifier } from './rotation.ts';
import { openSession, type PostgresSession, runStatements, type SessionOptions, shown } from './session.ts';

type IssueStep = PostgresStep & { readonly action: 'issue' };

const markOf = (idempotencyKey: string): string => `interlock: ${idempotencyKey}`;

interface Found {
  readonly canLogin: boolean;
  readonly isMember: boolean;
  readonly mark: string | null;
}

async function findRole(session: PostgresSession, issue: PostgresIssue): Promise<Found | undefined> {
  const [row] = await session.query(issueProbe(issue).sql);
  return (
    row && {
      canLogin: row['rolcanlogin'] === true,
      isMember: row['member'] === true,
      mark: (row['mark'] as string | null) ?? null,
    }
  );
}

/** Why the role may not be issued; each says what to do. */
export async function issueRefusals(
  session: PostgresSession,
  { parameters }: IssueStep,
  { idempotencyKey }: SessionOptions,
): Promise<string[]> {
  const { role, newRole } = parameters;
  const found = await findRole(session, parameters);
  const refusals: string[] = [];
  if (found && found.mark !== markOf(idempotencyKey))
    refusals.push(`parameters.newRole: role "${newRole}" exists already, and this step did not make it: drop or rename it`);
  const lines = await linesThatName(session, role);
  if (lines.length > 0)
    refusals.push(
      `pg_hba.conf lets "${role}" in by name (line ${lines.join(', ')}): name "${newRole}" there too, or write +${quoteIdentifier(role)}, which takes in its members; then execute again`,
    );
  return refusals;
}

/** Rules of pg_hba.conf that are about this role and no other; nothing where the file may not be read. */
async function linesThatName(session: PostgresSession, role: string): Promise<string[]> {
  const [may] = await session.query("SELECT has_function_privilege('pg_hba_file_rules()', 'EXECUTE') AS ok");
  if (may?.['ok'] !== true) return [];
  const rows = await session.query(
    "SELECT line_number FROM pg_hba_file_rules WHERE $1 = ANY(user_name) AND auth_method <> 'reject' ORDER BY 1",
    [role],
  );
  return rows.map((row) => shown(row['line_number']));
}

export interface Issuing {
  readonly options: SessionOptions;
  readonly random: Random;
  /** Key of the credential that is replaced. */
  readonly replaced: string;
  readonly handOver: EnforcerContext['handOver'];
}

/** One that this step made before and whose password was lost goes first. */
export async function issueRole(step: IssueStep, { options, random, replaced, handOver }: Issuing): Promise<Applied> {
  const { role, newRole } = step.parameters;
  const evidence: string[] = [];
  {
    await using session = await openSession(options);
    const found = await findRole(session, step.parameters);
    if (found && found.mark !== markOf(options.idempotencyKey)) throw foreign(newRole);
    if (found?.canLogin && (await isIssued(session, newRole, handOver.find(replaced)?.value)))
      return { evidence: [`role "${newRole}" was issued by this step already`] };
    if (found) evidence.push(...(await takeRoleBack(step, options)).evidence);
  }
  const password = newPassword(random);
  const settings = step.parameters.grants === undefined ? await settingsOf(options, step.parameters) : [];
  const statements = postgresApply(step, scramVerifier(password, newSalt(random)), markOf(options.idempotencyKey));
  const login = statements.at(-1)!;
  await runStatements([...statements.slice(0, -1), ...settings, login], options);
  handOver.give(replaced, { value: password, user: newRole });
  const rights = step.parameters.grants?.join('; ') ?? `those of "${role}", of which it is a member`;
  return { evidence: [...evidence, `role "${newRole}" was made and can log in; its rights: ${rights}`] };
}

const foreign = (newRole: string): RefusedError =>
  new RefusedError(`role "${newRole}" was not made by this step: it is left alone`);

async function isIssued(session: PostgresSession, role: string, value: string | undefined): Promise<boolean> {
  if (value === undefined) return false;
  const [may] = await session.query("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS ok");
  if (may?.['ok'] !== true) return true;
  const [row] = await session.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [role]);
  return typeof row?.['rolpassword'] === 'string' && isVerifierOf(row['rolpassword'], value);
}

export async function probeIssue(
  step: IssueStep,
  session: PostgresSession,
  { idempotencyKey, value }: { idempotencyKey: string; value: string | undefined },
): Promise<Probed> {
  const { newRole, grants } = step.parameters;
  const found = await findRole(session, step.parameters);
  if (!found) return { state: 'not-effective', evidence: [`role "${newRole}" does not exist`] };
  if (found.mark !== markOf(idempotencyKey))
    return { state: 'not-effective', evidence: [`role "${newRole}" exists, and this step did not make it`] };
  const isOurs = value === undefined || (await isIssued(session, newRole, value));
  const isDone = found.canLogin && isOurs && (grants !== undefined || found.isMember);
  const said = `role "${newRole}" ${found.canLogin ? 'can' : 'cannot'} log in${grants === undefined ? `, and is ${found.isMember ? 'a' : 'no'} member of "${step.parameters.role}"` : ''}`;
  return { state: isDone ? 'effective' : 'not-effective', evidence: [isOurs ? said : `${said}; its password is another`] };
}

/** Nothing where it is not there any more; refuses where it is another's, or owns something. */
export async function takeRoleBack(step: IssueStep, options: SessionOptions): Promise<Applied> {
  const { newRole } = step.parameters;
  await using session = await openSession(options);
  const found = await findRole(session, step.parameters);
  if (!found) return { evidence: [`role "${newRole}" is not there any more`] };
  if (found.mark !== markOf(options.idempotencyKey)) throw foreign(newRole);
  const owned = await session.query(
    "SELECT DISTINCT coalesce(d.datname, 'the cluster') AS place FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid LEFT JOIN pg_database d ON d.oid = s.dbid WHERE s.refclassid = 'pg_authid'::regclass AND s.deptype = 'o' AND r.rolname = $1",
    [newRole],
  );
  if (owned.length > 0)
    throw new RefusedError(
      `role "${newRole}" owns things in ${owned.map((row) => shown(row['place'])).join(', ')}: REASSIGN OWNED BY ${quoteIdentifier(newRole)} TO another role there, then undo again`,
    );
  await runStatements(postgresInverse(step, {}), options);
  return { evidence: [`role "${newRole}" was taken away, with its sessions and its rights`] };
}
