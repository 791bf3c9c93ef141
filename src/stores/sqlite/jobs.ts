import { RefusedError } from '../../model/errors.ts';
import type { JobRecord } from '../../model/jobs.ts';
import type { JobFilter, JobStore, LeaseStore } from '../../ports/store.ts';
import type { Access } from './access.ts';
import { type Connection, marks, type SqlValue } from './connection.ts';

const jobFrom = (row: readonly [string] | undefined): JobRecord | undefined => row && (JSON.parse(row[0]) as JobRecord);

const jobOf = (db: Connection, id: string): JobRecord | undefined =>
  jobFrom(db.get<[string]>('SELECT body FROM job WHERE id = ?', [id]));

export const readJobs = (db: Connection): JobRecord[] =>
  db.all<[string]>('SELECT body FROM job ORDER BY id').map(([body]) => JSON.parse(body) as JobRecord);

export function writeJob(db: Connection, job: JobRecord): void {
  const body = JSON.stringify(job);
  db.run('INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?)', [job.id, job.name, job.key, job.state, job.createdAt, body]);
}

function addJob(db: Connection, job: JobRecord, again: 'coalesce' | 'never'): { job: JobRecord; isNew: boolean } {
  const only = again === 'coalesce' ? "AND state = 'waiting'" : '';
  const known =
    jobOf(db, job.id) ??
    jobFrom(
      db.get<[string]>(`SELECT body FROM job WHERE name = ? AND key = ? ${only} ORDER BY created_at LIMIT 1`, [
        job.name,
        job.key,
      ]),
    );
  if (known) return { job: known, isNew: false };
  writeJob(db, job);
  return { job, isNew: true };
}

function updateJob(db: Connection, id: string, change: Parameters<JobStore['updateJob']>[1], updatedAt: string): void {
  const job = jobOf(db, id);
  if (!job) throw new RefusedError(`job ${id}: the store has no such job`);
  writeJob(db, { ...job, ...change, updatedAt });
}

function jobs(db: Connection, { states, name, exceptNames = [], order = 'newest', after, limit }: JobFilter): JobRecord[] {
  const [way, past] = order === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
  const conditions = [
    ...(states ? [`state IN ${marks(states.length)}`] : []),
    ...(name === undefined ? [] : ['name = ?']),
    ...(exceptNames.length > 0 ? [`name NOT IN ${marks(exceptNames.length)}`] : []),
    ...(after ? [`(created_at, id) ${past} (?, ?)`] : []),
  ];
  const values: SqlValue[] = [
    ...(states ?? []),
    ...(name === undefined ? [] : [name]),
    ...exceptNames,
    ...(after ? [after.createdAt, after.id] : []),
    limit,
  ];
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const rows = db.all<[string]>(`SELECT body FROM job ${where} ORDER BY created_at ${way}, id ${way} LIMIT ?`, values);
  return rows.map(([body]) => JSON.parse(body) as JobRecord);
}

export const createJobStore = (access: Access): JobStore => ({
  addJob: (job, again) => access.write((db) => addJob(db, job, again)),
  updateJob: (id, change, at) => access.write((db) => updateJob(db, id, change, at)),
  job: (id) => access.read((db) => jobOf(db, id)),
  jobs: (filter) => access.read((db) => jobs(db, filter)),
});

export const createLeaseStore = (access: Access): LeaseStore => ({
  acquireLease: (name, holder, now, until) =>
    access.write(
      (db) =>
        db.run(
          `INSERT INTO lease VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE holder = excluded.holder OR until <= ?`,
          [name, holder, until, now],
        ) === 1,
    ),
  releaseLease: (name, holder) =>
    access.write((db) => void db.run('DELETE FROM lease WHERE name = ? AND holder = ?', [name, holder])),
  leases: () =>
    access.read((db) =>
      db
        .all<[string, string, string]>('SELECT name, holder, until FROM lease ORDER BY name')
        .map(([name, holder, until]) => ({ name, holder, until })),
    ),
});
