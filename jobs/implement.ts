import type { App } from '../src/app/app.ts';
import type { Asking } from '../src/app/reach.ts';
import type { JobRecord, JobType } from '../src/model/jobs.ts';

export interface JobContext {
  readonly app: App & Asking;
  /** 0 … 1 and a sentence. */
  report(progress: number, message: string): Promise<void>;
  readonly signal: AbortSignal;
}

export interface Job {
  readonly name: string;
  /** Checks what came off the queue, then does it. */
  handle(job: JobRecord, context: JobContext): Promise<void>;
}

export function implementJob<P>(type: JobType<P>, run: (payload: P, context: JobContext) => Promise<void>): Job {
  return { name: type.name, handle: (job, context) => run(type.payload.parse(job.payload), context) };
}
