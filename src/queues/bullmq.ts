/**
 * The queue of many processes, on Redis. Rows in the store are the truth and Redis holds nudges: a job of BullMQ names a row, and a
 * row that is done is not done again. Nudges that Redis lost are given again, the oldest rows first: when a worker starts, whenever it
 * has nothing left to do, and every half minute.
 */
import { createHash } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Queue as BullQueue, DelayedError, type Job, QueueEvents, WaitingError, Worker } from 'bullmq';
import { LaterError, messageOf, RefusedError } from '../model/errors.ts';
import { JOB_TYPES, type JobRecord, type JobState, type JobType } from '../model/jobs.ts';
import type { JobProgress, JobRunner, Queue, QueueOptions, QueueSchedule } from '../ports/queue.ts';
import { createHeldKinds, DEFAULT_BACKOFF_MS, DEFAULT_MAX_ATTEMPTS, keepJob, progressOf } from './job-rows.ts';

const QUEUE = 'interlock';
const CONCURRENCY = 2;
const NUDGE_AGAIN_MS = 30_000;
/** Nudges given again at once: when they are worked off, the next are. */
const NUDGED_AT_ONCE = 1_000;
/** Between two looks for jobs whose worker has died: it is known by a lock of half a minute that was not renewed. */
const LOOK_FOR_DEAD_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3_000;
const CLOSE_TIMEOUT_MS = 5_000;

const UNDONE: readonly JobState[] = ['waiting', 'running'];

interface Nudge {
  readonly row: string;
}
interface Tick {
  readonly schedule: string;
}

export interface BullmqOptions extends QueueOptions {
  /** `redis://[user:password@]host:port/db`. */
  readonly url: string;
  /** Tests give their own, so that suites do not meet. */
  readonly prefix?: string;
  /** Between two looks for rows whose nudge was lost. */
  readonly nudgeAgainMs?: number;
}

/** BullMQ refuses ids with a colon or of digits only. */
const safeId = (text: string): string => createHash('sha256').update(text).digest('base64url');

export function createBullmqQueue(options: BullmqOptions): Queue {
  const {
    jobs,
    now,
    url,
    prefix = 'interlock',
    nudgeAgainMs = NUDGE_AGAIN_MS,
    maxAttempts = DEFAULT_MAX_ATTEMPTS,
    backoffMs = DEFAULT_BACKOFF_MS,
  } = options;
  const host = new URL(url).host;
  const connection = { url, connectTimeout: CONNECT_TIMEOUT_MS };
  const queue = new BullQueue<Nudge | Tick>(QUEUE, {
    prefix,
    connection: { ...connection, enableOfflineQueue: false, maxRetriesPerRequest: 1 },
    defaultJobOptions: {
      attempts: maxAttempts,
      backoff: { type: 'exponential', delay: backoffMs },
      removeOnComplete: true,
      removeOnFail: true,
    },
  });
  const closing = new AbortController();
  const events = new EventEmitter().setMaxListeners(0);
  let queueEvents: QueueEvents | undefined;
  let worker: Worker<Nudge | Tick> | undefined;
  let nudging: NodeJS.Timeout | undefined;
  const held = createHeldKinds();
  const timers = new Set<NodeJS.Timeout>();
  const statesToNudge = new Set<JobState>();
  let renudging: Promise<void> | undefined;
  let schedules: readonly QueueSchedule[] = [];
  // Without a listener ioredis prints; what matters is answered by ping() and by the calls themselves.
  queue.on('error', () => undefined);

  const nudgeOf = (job: JobRecord) => {
    const again = JOB_TYPES.find((type) => type.name === job.name)?.again ?? 'never';
    const lane = safeId(`${job.name} ${job.key}`);
    const opts = again === 'coalesce' ? { deduplication: { id: lane, keepLastIfActive: true } } : { jobId: safeId(job.id) };
    return { name: job.name, data: { row: job.id }, opts };
  };

  /** Asked for while a round is under way it is one round more: that one may have read the rows before they were free. */
  function nudgeAgain(states: readonly JobState[]): Promise<void> {
    for (const state of states) statesToNudge.add(state);
    renudging ??= nudgeInRounds();
    return renudging;
  }

  async function nudgeInRounds(): Promise<void> {
    while (statesToNudge.size > 0 && !closing.signal.aborted) {
      const states = [...statesToNudge];
      statesToNudge.clear();
      await nudgeOldest(states).catch(() => undefined);
    }
    renudging = undefined;
  }

  /** Of rows that Redis still knows there is only one. */
  async function nudgeOldest(states: readonly JobState[]): Promise<void> {
    const rows = await jobs.jobs({ states, exceptNames: held.names(), order: 'oldest', limit: NUDGED_AT_ONCE });
    if (rows.length > 0 && !closing.signal.aborted) await queue.addBulk(rows.map(nudgeOf));
  }

  async function handle(job: Job<Nudge | Tick>, token: string | undefined, run: JobRunner): Promise<void> {
    if (closing.signal.aborted) return handBack(job, token);
    if ('schedule' in job.data) return tick(job.data);
    const row = await jobs.job(job.data.row);
    if (!row || row.state === 'done' || row.state === 'failed') return;
    // The row waits in the store; it is nudged again when its kind may go on.
    if (held.names().includes(row.name)) return;
    const record: JobRecord = { ...row, state: 'running', attempts: row.attempts + 1 };
    const keep = async (change: Partial<JobRecord>): Promise<void> => {
      await jobs.updateJob(record.id, change, now().toISOString());
      await job.updateProgress({ ...progressOf({ ...record, ...change }, {}) });
    };
    await keep({ state: 'running', attempts: record.attempts });
    try {
      await run(record, (progress, message) => keep({ state: 'running', progress, message }), closing.signal);
    } catch (error) {
      if (closing.signal.aborted) {
        await keep({ state: 'waiting', attempts: record.attempts - 1, message: 'handed back at shutdown' });
        return handBack(job, token);
      }
      if (error instanceof LaterError) {
        await keep({ state: 'waiting', attempts: record.attempts - 1, message: error.message });
        return holdBack(job, token, error);
      }
      const isLast = job.attemptsMade + 1 >= maxAttempts;
      const message = isLast ? messageOf(error) : `attempt ${record.attempts} failed: ${messageOf(error)}`;
      await keep({ state: isLast ? 'failed' : 'waiting', message });
      throw error;
    }
    await keep({ state: 'done', progress: 1 });
  }

  async function handBack(job: Job<Nudge | Tick>, token: string | undefined): Promise<never> {
    await job.moveToWait(token);
    throw new WaitingError();
  }

  /** Nothing was done, so it is no attempt. A kind that is held back costs nothing while it is: its rows stay where they are. */
  async function holdBack(job: Job<Nudge | Tick>, token: string | undefined, { afterMs, holdsAll }: LaterError): Promise<void> {
    if (!holdsAll) {
      await job.moveToDelayed(now().getTime() + afterMs, token);
      throw new DelayedError();
    }
    const release = held.hold(job.name);
    const timer = setTimeout(() => {
      timers.delete(timer);
      release();
      void nudgeAgain(['waiting']);
    }, afterMs);
    timers.add(timer);
  }

  async function tick({ schedule: id }: Tick): Promise<void> {
    const schedule = schedules.find((known) => known.id === id);
    if (schedule) await enqueue(schedule.job, schedule.payload);
  }

  async function enqueue<P>(type: JobType<P>, payload: P): Promise<JobRecord> {
    const { job, isNew } = await keepJob(options, type, payload);
    if (isNew) {
      const { name: kind, data, opts } = nudgeOf(job);
      await queue.add(kind, data, opts).catch((error: unknown) => {
        throw new RefusedError(
          `${host}: the queue cannot be reached (${messageOf(error)}); the job is kept and is done when it is back`,
        );
      });
    }
    return job;
  }

  return {
    name: 'bullmq',
    enqueue,
    async schedule(wanted) {
      schedules = wanted;
      const known = await queue.getJobSchedulers();
      for (const { key } of known) if (!wanted.some(({ id }) => safeId(id) === key)) await queue.removeJobScheduler(key);
      for (const { id, cron, tz } of wanted) {
        await queue.upsertJobScheduler(safeId(id), { pattern: cron, tz }, { name: 'tick', data: { schedule: id } });
      }
    },
    async work(run) {
      worker = new Worker<Nudge | Tick>(QUEUE, (job, token) => handle(job, token, run), {
        prefix,
        connection,
        concurrency: CONCURRENCY,
        stalledInterval: LOOK_FOR_DEAD_MS,
      });
      worker.on('error', () => undefined);
      worker.on('drained', () => void nudgeAgain(['waiting']));
      // Also when Redis is back, perhaps empty.
      worker.on('ready', () => void nudgeAgain(UNDONE));
      await worker.waitUntilReady();
      await nudgeAgain(UNDONE);
      nudging = setInterval(() => void nudgeAgain(UNDONE), nudgeAgainMs);
    },
    async *progress(signal) {
      if (!queueEvents) {
        queueEvents = new QueueEvents(QUEUE, { prefix, connection });
        queueEvents.on('error', () => undefined);
        queueEvents.on('progress', ({ data }) => void events.emit('progress', data));
        await queueEvents.waitUntilReady();
      }
      try {
        for await (const [event] of on(events, 'progress', { signal: AbortSignal.any([signal, closing.signal]) }))
          yield event as JobProgress;
      } catch (error) {
        if (!(error instanceof Error && error.name === 'AbortError')) throw error;
      }
    },
    async ping() {
      const timeout = new Promise<never>((_, reject) =>
        setTimeout(() => reject(new Error('no answer')), CONNECT_TIMEOUT_MS).unref(),
      );
      const answer = queue.getJobCounts('waiting');
      await Promise.race([answer, timeout]).catch((error: unknown) => {
        throw new RefusedError(`${host}: the queue cannot be reached (${messageOf(error)}); start Redis, or set queue: inline`);
      });
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      clearInterval(nudging);
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([closePart(worker), renudging]);
      for (const part of [queueEvents, queue]) await closePart(part);
    },
  };
}

/** Without Redis a part would wait for its connection for ever: then it is cut. A worker first ends what it was told to hand back. */
async function closePart(part: { close(): Promise<void>; disconnect(): Promise<void> } | undefined): Promise<void> {
  if (!part) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), CLOSE_TIMEOUT_MS);
  });
  const ended = await Promise.race([part.close().catch(() => undefined), late]);
  clearTimeout(timer);
  if (ended === 'late') await Promise.race([part.disconnect().catch(() => undefined), setImmediate()]);
}
