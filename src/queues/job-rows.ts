/** The life of a job as rows in the store: what both queues do alike. */
import type { JobRecord, JobType } from '../model/jobs.ts';
import type { JobProgress, QueueOptions } from '../ports/queue.ts';
import type { JobFilter } from '../ports/store.ts';

export const DEFAULT_MAX_ATTEMPTS = 5;
export const DEFAULT_BACKOFF_MS = 1_000;
/** Jobs read at once. */
export const PAGE = 200;
const FEW = 8;

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

/** All jobs in these states, oldest first, in pages: a few first, since most often the first is what was looked for. */
export async function* pagesOf(
  { jobs }: QueueOptions,
  filter: Pick<JobFilter, 'states' | 'exceptNames'>,
  most = PAGE,
): AsyncGenerator<readonly JobRecord[]> {
  let after: JobRecord | undefined;
  for (let size = Math.min(FEW, most); ; size = Math.min(size * 8, most)) {
    const page = await jobs.jobs({ ...filter, order: 'oldest', limit: size, ...(after && { after }) });
    if (page.length > 0) yield page;
    if (page.length < size) return;
    after = page.at(-1);
  }
}

/**
 * Kinds of work that all wait for the same, such as a pause. A kind waits until its last hold is released, by a timer: the time of day
 * may stand still or jump, and a timer may end a millisecond before it.
 */
export interface HeldKinds {
  /** @returns what releases this hold. */
  hold(name: string): () => void;
  names(): string[];
}

export function createHeldKinds(): HeldKinds {
  const holds = new Map<string, number>();
  return {
    hold(name) {
      holds.set(name, (holds.get(name) ?? 0) + 1);
      return () => {
        const left = (holds.get(name) ?? 1) - 1;
        if (left > 0) holds.set(name, left);
        else holds.delete(name);
      };
    },
    names: () => [...holds.keys()],
  };
}
