/** Work that is done later, perhaps elsewhere. Pending work is rows in the store; a queue is a nudge. */
import type { JobRecord, JobType } from '../model/jobs.ts';
import type { JobStore } from './store.ts';

export interface JobProgress {
  readonly job: string;
  readonly name: string;
  readonly state: JobRecord['state'];
  /** 0 … 1. */
  readonly progress: number;
  readonly message: string;
}

/** Does the work of a job; may be called again after a failure or a crash. */
export type JobRunner = (
  job: JobRecord,
  report: (progress: number, message: string) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>;

export interface QueueSchedule {
  readonly id: string;
  readonly cron: string;
  readonly tz: string;
  readonly job: JobType<unknown>;
  readonly payload: unknown;
}

export interface Queue extends AsyncDisposable {
  readonly name: string;
  /** Checks the payload (a ZodError names the field), keeps the row, nudges. */
  enqueue<P>(type: JobType<P>, payload: P): Promise<JobRecord>;
  /** Replaces all schedules. */
  schedule(schedules: readonly QueueSchedule[]): Promise<void>;
  /** Begins to work off jobs in this process. Retries with back-off; a job that keeps failing ends `failed` and blocks nothing. */
  work(runner: JobRunner): Promise<void>;
  /** What happens to jobs, from every process that works on this queue. Ends with the signal. */
  progress(signal: AbortSignal): AsyncIterable<JobProgress>;
  /** Throws a RefusedError naming the queue when it cannot be reached. */
  ping(): Promise<void>;
  /** Stops taking jobs, aborts what runs and hands it back, then closes. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface QueueOptions {
  readonly jobs: JobStore;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly maxAttempts?: number;
  readonly backoffMs?: number;
}
