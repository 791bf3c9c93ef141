import { setTimeout as sleep } from 'node:timers/promises';
import { type PostgresStep, postgresProbe } from '../../model/postgres-actions.ts';
import { asRole, postgresPlace } from '../../model/postgres-place.ts';
import type { Probed } from '../../ports/enforcer.ts';
import { handedOut } from '../hand-out/hand-out.ts';
import { probeIssue } from './issue.ts';
import { isVerifierOf } from './rotation.ts';
import { openSession, type PostgresSession, type Row, type SessionOptions, shown } from './session.ts';

/** A pool reconnects within this time: sessions must be gone on both sides of it. */
const SECOND_LOOK_MS = 250;

/** `issued`: the value that the step issued, while this process holds it. */
export async function probeStep(
  step: PostgresStep,
  session: PostgresSession,
  options: SessionOptions & { readonly issued?: string | undefined },
): Promise<Probed> {
  const { role } = step.parameters;
  if (step.action === 'rotate') return probeRotation(step, session, options);
  if (step.action === 'issue')
    return probeIssue(step, session, { idempotencyKey: options.idempotencyKey, value: options.issued });
  const { sql } = postgresProbe(step);
  const [row] = await session.query(sql);
  if (!row) return { state: 'not-effective', evidence: [`role "${role}" does not exist`] };
  switch (step.action) {
    case 'save':
      return { state: 'effective', evidence: [`${shown(row['sessions'])} sessions of "${role}" are open`] };
    case 'quarantine':
    case 'disable': {
      await sleep(SECOND_LOOK_MS, undefined, { signal: options.signal });
      const [again] = await session.query(sql);
      return probeLogin(session, role, [row, again ?? row]);
    }
    case 'reduce':
      return probeLimit(row, role, step.parameters.connectionLimit);
    case 'shorten':
      return row['ends'] === true
        ? {
            state: 'effective',
            evidence: [`password of "${role}" ends at ${shown(row['until'])}; ${shown(row['sessions'])} sessions stay open`],
          }
        : {
            state: 'not-effective',
            evidence: [`password of "${role}" ends at ${row['until'] === null ? 'no time' : shown(row['until'])}`],
          };
    case 'detach': {
      const left = Number(row['memberships']);
      const evidence = [`"${role}" has ${left} memberships of "${step.parameters.group}"`];
      return { state: left === 0 ? 'effective' : 'not-effective', evidence };
    }
    case 'delete':
      return probeDeletion(row, role);
  }
}

async function probeLogin(session: PostgresSession, role: string, looks: readonly Row[]): Promise<Probed> {
  const counts = looks.map((row) => Number(row['sessions']));
  const evidence = [
    `rolcanlogin of "${role}" is ${shown(looks.at(-1)?.['rolcanlogin'])}; sessions seen: ${counts.join(', then ')}`,
  ];
  if (looks.some((row) => row['rolcanlogin'] !== false)) return { state: 'not-effective', evidence };
  return {
    state: counts.every((n) => n === 0) ? 'effective' : 'partial',
    evidence: [...evidence, ...(await leftOvers(session, role))],
  };
}

/** What NOLOGIN does not end, and so stays as residual access. */
async function leftOvers(session: PostgresSession, role: string): Promise<string[]> {
  const members = await session.query(
    'SELECT u.rolname AS name FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member WHERE g.rolname = $1 ORDER BY 1',
    [role],
  );
  const prepared = await session.query('SELECT gid FROM pg_prepared_xacts WHERE owner = $1', [role]);
  const found: string[] = [];
  if (members.length > 0) found.push(`may still SET ROLE to it: ${members.map((row) => String(row['name'])).join(', ')}`);
  if (prepared.length > 0) found.push(`${prepared.length} prepared transactions of it remain`);
  return found;
}

function probeLimit(row: Row, role: string, wanted: number): Probed {
  const limit = Number(row['rolconnlimit']);
  const sessions = Number(row['sessions']);
  const evidence = [`connection limit of "${role}" is ${limit}; ${sessions} sessions are open`];
  if (limit < 0 || limit > wanted) return { state: 'not-effective', evidence };
  return { state: sessions > wanted ? 'partial' : 'effective', evidence };
}

function probeDeletion(row: Row, role: string): Probed {
  if (Number(row['roles']) > 0) return { state: 'not-effective', evidence: [`role "${role}" exists`] };
  const orphans = Number(row['orphans']);
  return orphans === 0
    ? { state: 'effective', evidence: [`role "${role}" does not exist`] }
    : { state: 'partial', evidence: [`role "${role}" does not exist, but ${orphans} sessions of dropped roles are open`] };
}

/** With pg_authid: the verifier in force is that of the password handed out. Without: a login with it works. */
async function probeRotation(
  step: PostgresStep & { action: 'rotate' },
  session: PostgresSession,
  options: SessionOptions,
): Promise<Probed> {
  const { role, handTo } = step.parameters;
  const password = handTo === undefined ? undefined : await handedOut(handTo);
  if (password === undefined) return { state: 'not-effective', evidence: [`no new password of "${role}" was handed out`] };
  const [may] = await session.query("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS ok");
  if (may?.['ok'] === true) {
    const [row] = await session.query(postgresProbe(step).sql);
    const matches = typeof row?.['verifier'] === 'string' && isVerifierOf(row['verifier'], password);
    const word = matches ? 'is' : 'is not';
    return {
      state: matches ? 'effective' : 'not-effective',
      evidence: [
        `the verifier of "${role}" ${word} that of the password in ${handTo}; ${shown(row?.['sessions'] ?? 0)} sessions stay open`,
      ],
    };
  }
  return probeByLogin({ ...options, url: asRole(options.url, role, password) }, role);
}

async function probeByLogin(options: SessionOptions, role: string): Promise<Probed> {
  const place = postgresPlace(options.url).text;
  try {
    await using _session = await openSession(options);
    return { state: 'effective', evidence: [`"${role}" logs in at ${place} with the new password`] };
  } catch {
    return { state: 'not-effective', evidence: [`"${role}" does not log in at ${place} with the new password`] };
  }
}
