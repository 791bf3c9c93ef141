import type { Time } from '../../model/entity.ts';
import type { JobRecord, JobState } from '../../model/jobs.ts';

export interface JobFilter {
  readonly states?: readonly JobState[];
  readonly name?: string;
  /** Not those of these names. */
  readonly exceptNames?: readonly string[];
  readonly order?: 'newest' | 'oldest';
  readonly after?: Pick<JobRecord, 'createdAt' | 'id'>;
  readonly limit: number;
}

/** Pending and finished work. A queue is only a nudge. */
export interface JobStore {
  /**
   * `coalesce`: a waiting job of the same (name, key) is returned instead of a second one. `never`: any job of the same
   * (name, key) is. The answer's `isNew` tells.
   */
  addJob(job: JobRecord, again: 'coalesce' | 'never'): Promise<{ readonly job: JobRecord; readonly isNew: boolean }>;
  updateJob(id: string, change: Partial<Pick<JobRecord, 'state' | 'attempts' | 'progress' | 'message'>>, at: Time): Promise<void>;
  job(id: string): Promise<JobRecord | undefined>;
  /** Newest first, or oldest first; `after` is the last one of the page before. */
  jobs(filter: JobFilter): Promise<JobRecord[]>;
}
