import { RefusedError } from '../model/errors.ts';
import { postgresPassword, postgresRole } from '../model/keys.ts';
import type { EntityKind } from '../model/kinds.ts';
import type { PlanStep } from '../model/plan.ts';
import {
  isPostgresAction,
  type PostgresRoleBefore,
  type PostgresStep,
  parsePostgresStep,
  postgresApply,
  postgresControl,
  postgresInverse,
} from '../model/postgres-actions.ts';
import { postgresPlace } from '../model/postgres-place.ts';
import { postgresTime } from '../model/postgres-time.ts';
import type { Applied, Enforcer, EnforcerContext, Preflight, Probed } from '../ports/enforcer.ts';
import { handedOut, handOut, takeBack } from './hand-out/hand-out.ts';
import { changedSince } from './postgres/changed-since.ts';
import { checkServer } from './postgres/check.ts';
import { issueRole, takeRoleBack } from './postgres/issue.ts';
import { refusalsOf } from './postgres/preflight.ts';
import { probeStep } from './postgres/probe.ts';
import { type RoleNow, readBefore, readOwnRights, readRole } from './postgres/role.ts';
import { isVerifierOf, newPassword, newSalt, type Random, scramVerifier } from './postgres/rotation.ts';
import { openSession, type Row, runStatements, type SessionOptions, shown } from './postgres/session.ts';
import { readParameters } from './step/read-parameters.ts';
import { orRefused, refused } from './step/refused.ts';

export interface PostgresEnforcerOptions {
  readonly name: string;
  /** The collected source whose roles it may change: part of their keys. */
  readonly source: string;
  readonly url: string;
  readonly random: Random;
}

/**
 * Changes roles of one PostgreSQL cluster (14 or later), exactly by the statements of `postgres-actions.ts`. Every call opens and closes
 * its own connection. Passwords and verifiers are in no evidence and no error.
 */
export function createPostgresEnforcer(settings: PostgresEnforcerOptions): Enforcer {
  const place = postgresPlace(settings.url).text;
  const optionsOf = ({ signal, idempotencyKey }: EnforcerContext): SessionOptions => ({
    url: settings.url,
    signal,
    idempotencyKey,
  });
  return {
    name: settings.name,
    type: 'postgres',
    supports: (kind, action) => isPostgresAction(action) && ROLE_KINDS.includes(kind),
    controlOf: (step) => postgresControl(readStep(step)),
    heldTarget: (step) => postgresRole(settings.source, readStep(step).parameters.role),
    check: (signal) => checkServer({ url: settings.url, place, signal }),
    preflight: (step, context) => preflight(step, { ...settings, options: optionsOf(context), place }),
    async apply(planned, context) {
      const step = readStep(planned);
      mustBeTarget(planned, step, settings.source);
      const { random } = settings;
      if (step.action !== 'issue') return applyStep(step, optionsOf(context), random);
      const replaced = planned.for ?? planned.target;
      return issueRole(step, { options: optionsOf(context), random, replaced, handOver: context.handOver });
    },
    async probe(planned, context): Promise<Probed> {
      await using session = await openSession(optionsOf(context));
      const issued = context.handOver.find(planned.for ?? planned.target)?.value;
      return await probeStep(readStep(planned), session, { ...optionsOf(context), issued });
    },
    async undo(planned, preImage, context) {
      const step = readStep(planned);
      mustBeTarget(planned, step, settings.source);
      if (step.action === 'issue') return takeRoleBack(step, optionsOf(context));
      return undoStep(step, preImage === '' ? {} : (JSON.parse(preImage) as PostgresRoleBefore), optionsOf(context));
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const ROLE_KINDS: readonly EntityKind[] = ['ServiceAccount', 'User', 'Group', 'Credential'];

function readStep(step: PlanStep): PostgresStep {
  const { action } = step;
  if (!isPostgresAction(action)) throw new RefusedError(`step ${step.id}: postgres has no action ${action}; do it by hand`);
  return readParameters(step, () => parsePostgresStep(action, step.parameters));
}

const isTarget = (planned: PlanStep, { parameters: { role } }: PostgresStep, source: string): boolean =>
  planned.target === postgresRole(source, role) || planned.target === postgresPassword(source, role);

function mustBeTarget(planned: PlanStep, step: PostgresStep, source: string): void {
  if (isTarget(planned, step, source)) return;
  throw new RefusedError(
    `step ${planned.id}: the target ${planned.target} is not role "${step.parameters.role}" of source ${source}: nothing was done`,
  );
}

interface PreflightPlace {
  readonly source: string;
  readonly place: string;
  readonly options: SessionOptions;
}

const preflight = (planned: PlanStep, { source, place, options }: PreflightPlace): Promise<Preflight> =>
  orRefused(async () => {
    const step = readStep(planned);
    mustBeTarget(planned, step, source);
    await using session = await openSession(options);
    const now = await readRole(session, step.parameters.role);
    if (!now) return refused(`role "${step.parameters.role}" does not exist at ${place}: collect again`);
    const rights = await readOwnRights(session, now.oid);
    const refusals = await refusalsOf({ session, step, now, rights, options });
    const before = await readBefore({ session, step, now, rights });
    if (step.action === 'rotate' && before.verifier === undefined && planned.reversibility !== 'R2') {
      refusals.push(
        `"${rights.user}" may not read pg_authid: without the old verifier the step is R2; use a superuser's url, or plan it as R2`,
      );
    }
    const preImage = Object.keys(before).length === 0 ? '' : JSON.stringify(before);
    return { refusals, preImage, preexisting: isInPlace(step, now, before) };
  });

/** The control already is at least as tight as the step makes it. */
function isInPlace(step: PostgresStep, now: RoleNow, before: PostgresRoleBefore): boolean {
  switch (step.action) {
    case 'quarantine':
    case 'disable':
      return !now.canLogin;
    case 'reduce':
      return now.connectionLimit >= 0 && now.connectionLimit <= step.parameters.connectionLimit;
    case 'shorten':
      return isTimeAtMost(now.validUntil, step.parameters.validUntil);
    case 'detach':
      return before.memberships?.length === 0;
    default:
      return false;
  }
}

function isTimeAtMost(serverTime: string | null, limit: string): boolean {
  return serverTime !== null && postgresTime(serverTime) <= Date.parse(limit);
}

async function applyStep(step: PostgresStep, options: SessionOptions, random: Random): Promise<Applied> {
  const now = await withSession(options, (session) => readRole(session, step.parameters.role));
  if (!now) {
    if (step.action === 'delete') return { evidence: [`role "${step.parameters.role}" does not exist any more`] };
    throw new RefusedError(`role "${step.parameters.role}" does not exist at ${postgresPlace(options.url).text}: collect again`);
  }
  if ((step.action === 'reduce' || step.action === 'shorten') && isInPlace(step, now, {})) {
    return { evidence: [`role "${step.parameters.role}" is already limited as tightly: nothing was changed`] };
  }
  if (step.action === 'rotate') return applyRotation(step, options, random);
  const answers = await runStatements(postgresApply(step), options);
  return { evidence: [...shownOf(step), ...answers.flat().map(evidenceOf)] };
}

/** The file is written before the server is told: a crash in between is finished with the password that is in it. */
async function applyRotation(
  step: PostgresStep & { action: 'rotate' },
  options: SessionOptions,
  random: Random,
): Promise<Applied> {
  const { handTo, role } = step.parameters;
  if (handTo === undefined) throw new RefusedError('rotate needs parameters.handTo; plan again with it');
  const before = await handedOut(handTo);
  const password = before ?? newPassword(random);
  if (before === undefined) await handOut(handTo, password);
  else if (await isInForce(options, role, password)) return { evidence: [`the password in ${handTo} is in force already`] };
  await runStatements(postgresApply(step, scramVerifier(password, newSalt(random))), options);
  return { evidence: [`ALTER ROLE … PASSWORD (a SCRAM verifier) for "${role}"; the new password is in ${handTo} (mode 0600)`] };
}

async function isInForce(options: SessionOptions, role: string, password: string): Promise<boolean> {
  const rows = await withSession(options, async (session) => {
    const [may] = await session.query("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS ok");
    return may?.['ok'] === true ? session.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [role]) : [];
  });
  const verifier = rows[0]?.['rolpassword'];
  return typeof verifier === 'string' && isVerifierOf(verifier, password);
}

async function undoStep(step: PostgresStep, before: PostgresRoleBefore, options: SessionOptions): Promise<Applied> {
  if (step.action === 'delete') throw new RefusedError(`DROP ROLE "${step.parameters.role}" cannot be undone`);
  const statements = postgresInverse(step, before);
  if (step.action === 'rotate' && statements.length === 0) {
    throw new RefusedError(`the old verifier of "${step.parameters.role}" was not saved: the rotation cannot be undone`);
  }
  const changed = await withSession(options, (session) => changedSince(session, step, before));
  if (changed) throw new RefusedError(`${changed} was changed by somebody since: what was saved is not put over it`);
  await runStatements(statements, options);
  if (step.action === 'rotate') {
    if (step.parameters.handTo !== undefined) await takeBack(step.parameters.handTo);
    return { evidence: [`ALTER ROLE … PASSWORD (the saved verifier) for "${step.parameters.role}"`] };
  }
  return { evidence: statements.length === 0 ? ['nothing was there to bring back'] : statements.map(({ sql }) => sql) };
}

const shownOf = (step: PostgresStep): string[] =>
  postgresApply(step).map(({ database, sql }) => (database ? `${database}: ${sql}` : sql));

const evidenceOf = (row: Row): string =>
  Object.entries(row)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');

async function withSession<T>(
  options: SessionOptions,
  work: (session: Awaited<ReturnType<typeof openSession>>) => Promise<T>,
): Promise<T> {
  await using session = await openSession(options);
  return await work(session);
}
