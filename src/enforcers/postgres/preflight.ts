import type { PostgresStep } from '../../model/postgres-actions.ts';
import { inDatabase, postgresPlace } from '../../model/postgres-place.ts';
import { handedOut, handOutProblem } from '../hand-out/hand-out.ts';
import { issueRefusals } from './issue.ts';
import { type OwnRights, type RoleNow, readMemberships, readOwnRights, readRole, readVerifier } from './role.ts';
import { isVerifierOf } from './rotation.ts';
import { openSession, type PostgresSession, type SessionOptions } from './session.ts';

export interface Question {
  readonly session: PostgresSession;
  readonly step: PostgresStep;
  readonly now: RoleNow;
  readonly rights: OwnRights;
  readonly options: SessionOptions;
}

/** Why the step may not run; each says how to get it. Empty when it may. */
export async function refusalsOf(question: Question): Promise<string[]> {
  const { step, now, rights } = question;
  if (step.action === 'save') return [];
  if (step.action === 'issue')
    return [...missingRights(step, now, rights), ...(await issueRefusals(question.session, step, question.options))];
  const refusals = [...lifeline(step, now, rights), ...missingRights(step, now, rights)];
  switch (step.action) {
    case 'reduce':
      if (now.isSuperuser)
        refusals.push(`role "${step.parameters.role}" is a superuser: CONNECTION LIMIT does not bind it; use quarantine`);
      return refusals;
    case 'rotate':
      return [...refusals, ...(await rotateRefusals(question))];
    case 'detach':
      return [...refusals, ...(await detachRefusals(question))];
    case 'delete':
      return [...refusals, ...(await deleteRefusals(question))];
    default:
      return refusals;
  }
}

/** Never the access by which we work. */
function lifeline(step: PostgresStep, now: RoleNow, rights: OwnRights): string[] {
  const { role } = step.parameters;
  if (role.startsWith('pg_')) return [`role "${role}" is predefined: PostgreSQL does not let it be changed`];
  if (role === rights.user) return [`role "${role}" is interlock's own: a step on it would end the way to undo it`];
  if (rights.dependsOnRole) {
    return [`interlock's own role "${rights.user}" is a member of "${role}": a step on it may end the way to undo it`];
  }
  if (step.action === 'delete' && now.oid === 10) return [`role "${role}" is the bootstrap superuser: it cannot be dropped`];
  return [];
}

function missingRights(step: PostgresStep, now: RoleNow, rights: OwnRights): string[] {
  if (rights.isSuperuser) return [];
  const { role } = step.parameters;
  const refusals: string[] = [];
  if (step.action === 'issue' && step.parameters.grants !== undefined)
    return rights.canCreateRole ? [] : [`"${rights.user}" may not make roles: ALTER ROLE "${rights.user}" CREATEROLE`];
  // Membership in a group is the group's to give: `detachRefusals` looks at it.
  if (step.action === 'detach') return [];
  if (now.isSuperuser || now.isReplication) {
    return [`role "${role}" is ${now.isSuperuser ? 'a superuser' : 'a replication role'}: only a superuser may change it`];
  }
  if (!rights.canCreateRole) refusals.push(`"${rights.user}" may not change roles: ALTER ROLE "${rights.user}" CREATEROLE`);
  else if (rights.version >= 160000 && !rights.hasAdminOption) {
    refusals.push(
      `"${rights.user}" has no ADMIN OPTION on "${role}": GRANT "${role}" TO "${rights.user}" WITH ADMIN OPTION, INHERIT FALSE, SET FALSE`,
    );
  }
  if ((step.action === 'quarantine' || step.action === 'disable') && !rights.maySignal) {
    refusals.push(`"${rights.user}" may not end sessions of "${role}": GRANT pg_signal_backend TO "${rights.user}"`);
  }
  return refusals;
}

/** A file that is already there is only accepted when it holds the password that is in force: then the step was done. */
async function rotateRefusals({ session, step, rights }: Question): Promise<string[]> {
  if (step.action !== 'rotate') return [];
  const { handTo, role } = step.parameters;
  const problem = await handOutProblem(handTo);
  if (problem || handTo === undefined) return [problem ?? 'rotate needs parameters.handTo'];
  const password = await handedOut(handTo);
  if (password === undefined) return [];
  const verifier = rights.readsVerifiers ? await readVerifier(session, role) : null;
  return verifier !== null && isVerifierOf(verifier, password)
    ? []
    : [`parameters.handTo: ${handTo} exists already: move it away`];
}

async function detachRefusals({ session, step, rights }: Question): Promise<string[]> {
  if (step.action !== 'detach') return [];
  const { role, group, grantedBy } = step.parameters;
  const found = await readRole(session, group);
  if (!found) return [`parameters.group: role "${group}" does not exist`];
  const own = await readOwnRights(session, found.oid);
  const may = own.isSuperuser || own.hasAdminOption || (own.canCreateRole && own.version < 160000 && !found.isSuperuser);
  if (!may) return [`"${own.user}" may not revoke "${group}": GRANT "${group}" TO "${own.user}" WITH ADMIN OPTION`];
  const memberships = await readMemberships(session, { role, group, version: rights.version });
  const grantors = memberships.map((m) => m.grantedBy).filter((by) => by !== undefined && by !== own.user);
  const missed = grantors.filter((by) => by !== undefined && !grantedBy?.includes(by));
  if (missed.length === 0) return [];
  return [`"${role}" has "${group}" by grant of ${missed.map((by) => `"${by}"`).join(', ')}: name them in parameters.grantedBy`];
}

const DEPENDENT_DATABASES = `SELECT DISTINCT d.datname AS name FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid
  WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = $1::oid ORDER BY 1`;

async function deleteRefusals({ session, step, now, rights, options }: Question): Promise<string[]> {
  if (step.action !== 'delete') return [];
  const { role, reassignTo, databases } = step.parameters;
  const refusals: string[] = [];
  const [heir] = await session.query('SELECT FROM pg_roles WHERE rolname = $1', [reassignTo]);
  if (!heir) refusals.push(`parameters.reassignTo: role "${reassignTo}" does not exist`);
  if (reassignTo === role) refusals.push(`parameters.reassignTo: "${role}" is the role that is deleted`);
  const needed = (await session.query(DEPENDENT_DATABASES, [now.oid])).map((row) => String(row['name']));
  const missed = needed.filter((name) => !databases.includes(name));
  if (missed.length > 0) {
    refusals.push(
      `role "${role}" owns or was granted things in ${missed.map((name) => `"${name}"`).join(', ')}: name them in parameters.databases`,
    );
  }
  if (!rights.isSuperuser && heir) {
    const [may] = await session.query("SELECT pg_has_role($1, 'USAGE') AND pg_has_role($2, 'USAGE') AS ok", [role, reassignTo]);
    if (may?.['ok'] !== true)
      refusals.push(`"${rights.user}" must be a member of "${role}" and of "${reassignTo}" to reassign what is owned`);
  }
  for (const database of databases) refusals.push(...(await unreachableDatabase(options, database)));
  return refusals;
}

async function unreachableDatabase(options: SessionOptions, database: string): Promise<string[]> {
  try {
    await using _session = await openSession({ ...options, url: inDatabase(options.url, database) });
    return [];
  } catch (error) {
    const place = postgresPlace(inDatabase(options.url, database)).text;
    return [`parameters.databases: ${place}: ${error instanceof Error ? error.message : 'cannot be reached'}`];
  }
}
