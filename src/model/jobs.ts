/** What anyone may ask for. `jobs/<name>.ts` says how it is done. */
import { z } from 'zod';

export interface JobType<P> {
  readonly name: string;
  readonly payload: z.ZodType<P>;
  /** Two payloads with one key are one job. */
  key(payload: P): string;
  /** `coalesce`: one running, at most one waiting. `never`: once for good, by the state in the store. */
  readonly again: 'coalesce' | 'never';
}

const jobType = <P>(type: JobType<P>): JobType<P> => type;

export const collectJob = jobType({
  name: 'collect',
  payload: z.strictObject({ source: z.string().min(1) }),
  key: ({ source }) => source,
  again: 'coalesce',
});

export const analyzeJob = jobType({
  name: 'analyze',
  payload: z.strictObject({}),
  key: () => 'all',
  again: 'coalesce',
});

export const executeWaveJob = jobType({
  name: 'execute-wave',
  /** `run` is one request to execute: a plan that was stopped can be asked for again; what is effective is not done again. */
  payload: z.strictObject({
    plan: z.string().min(1),
    wave: z.int().min(0),
    run: z.string().min(1),
    actor: z.string().min(1),
    holdForMs: z.number().positive().optional(),
  }),
  key: ({ plan, wave, run }) => `${plan}/${wave}/${run}`,
  again: 'never',
});

export const reconcileJob = jobType({
  name: 'reconcile',
  payload: z.strictObject({}),
  key: () => 'all',
  again: 'coalesce',
});

/** Every type of job. `jobs/index.ts` says how each is done. */
export const JOB_TYPES: readonly Pick<JobType<unknown>, 'name' | 'again'>[] = [
  collectJob,
  analyzeJob,
  executeWaveJob,
  reconcileJob,
];

export const JOB_STATES = ['waiting', 'running', 'done', 'failed'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Pending and finished work, as the store keeps it. */
export interface JobRecord {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly payload: unknown;
  readonly state: JobState;
  readonly attempts: number;
  readonly progress: number;
  readonly message: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
