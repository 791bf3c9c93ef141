/** The life of a job as rows in the store: what both queues do alike. */
import type { JobRecord, JobType } from '../model/jobs.ts';
import type { JobProgress, QueueOptions } from '../ports/queue.ts';

export const DEFAULT_MAX_ATTEMPTS = 5;
export const DEFAULT_BACKOFF_MS = 1_000;

/** Checks the payload and keeps the job as a row; `isNew` tells whether somebody must be nudged. */
export async function keepJob<P>({ jobs, now, newId }: QueueOptions, type: JobType<P>, payload: P) {
  const checked = type.payload.parse(payload);
  const at = now().toISOString();
  const record: JobRecord = {
    id: newId(),
    name: type.name,
    key: type.key(checked),
    payload: checked,
    state: 'waiting',
    attempts: 0,
    progress: 0,
    message: '',
    createdAt: at,
    updatedAt: at,
  };
  return jobs.addJob(record, type.again);
}

export const progressOf = (job: JobRecord, change: Partial<JobProgress>): JobProgress => ({
  job: job.id,
  name: job.name,
  state: job.state,
  progress: job.progress,
  message: job.message,
  ...change,
});

/** Doubles with every attempt: 1, 2, 4, … times the base. */
export const backoffOf = (baseMs: number, attempts: number): number => baseMs * 2 ** Math.max(0, attempts - 1);

/** Waiting jobs, oldest first. */
export async function waitingJobs(
  { jobs }: QueueOptions,
  states: readonly ('waiting' | 'running')[] = ['waiting'],
): Promise<JobRecord[]> {
  return (await jobs.jobs({ states, limit: 10_000 })).reverse();
}
