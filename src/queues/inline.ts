/**
 * The queue of one process: works jobs off in this process, from the rows in the store. What was running when the process died is
 * waiting again when the next one starts.
 */
import { EventEmitter, on } from 'node:events';
import { CronExpressionParser } from 'cron-parser';
import { LaterError, messageOf } from '../model/errors.ts';
import type { JobRecord } from '../model/jobs.ts';
import type { JobProgress, JobRunner, Queue, QueueOptions, QueueSchedule } from '../ports/queue.ts';
import {
  backoffOf,
  createHeldKinds,
  DEFAULT_BACKOFF_MS,
  DEFAULT_MAX_ATTEMPTS,
  keepJob,
  pagesOf,
  progressOf,
} from './job-rows.ts';

const CONCURRENCY = 2;
/** Timers of Node cannot wait longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createInlineQueue(options: QueueOptions): Queue {
  const { jobs, now, maxAttempts = DEFAULT_MAX_ATTEMPTS, backoffMs = DEFAULT_BACKOFF_MS } = options;
  const events = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();
  const running = new Map<string, Promise<void>>();
  const backingOff = new Set<string>();
  const held = createHeldKinds();
  const timers = new Set<NodeJS.Timeout>();
  let schedules: readonly QueueSchedule[] = [];
  let scheduleTimers: NodeJS.Timeout[] = [];
  let runner: JobRunner | undefined;
  let pumping = Promise.resolve();
  let isPumpDue = false;

  const tell = (progress: JobProgress): void => void events.emit('progress', progress);
  const laneOf = (job: JobRecord): string => `${job.name} ${job.key}`;
  const later = (ms: number, act: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
    return timer;
  };

  /** Starts what may start; one at a time, so that no job is started twice. */
  function pump(): void {
    if (isPumpDue) return;
    isPumpDue = true;
    pumping = pumping.then(startWaiting).catch(() => undefined);
  }

  async function startWaiting(): Promise<void> {
    isPumpDue = false;
    if (!runner || closing.signal.aborted || running.size >= CONCURRENCY) return;
    const exceptNames = held.names();
    for await (const page of pagesOf(options, { states: ['waiting'], exceptNames })) {
      for (const job of page) {
        if (running.size >= CONCURRENCY) return;
        if (!running.has(laneOf(job)) && !backingOff.has(job.id)) start(job, runner);
      }
    }
  }

  function start(job: JobRecord, run: JobRunner): void {
    const work = runOne(job, run)
      .catch(() => putBack(job))
      .finally(() => {
        running.delete(laneOf(job));
        pump();
      });
    running.set(laneOf(job), work);
  }

  /** The store took no news of this job, perhaps because its disk is full: it rests, with the row as it is, until one is taken. */
  function putBack(job: JobRecord): void {
    if (closing.signal.aborted) return;
    backingOff.add(job.id);
    later(backoffMs, () => {
      const change = { state: 'waiting', attempts: job.attempts } as const;
      jobs.updateJob(job.id, change, now().toISOString()).then(
        () => goOn(job),
        () => putBack(job),
      );
    });
  }

  function goOn(job: JobRecord): void {
    backingOff.delete(job.id);
    pump();
  }

  async function runOne(waiting: JobRecord, run: JobRunner): Promise<void> {
    const job: JobRecord = { ...waiting, state: 'running', attempts: waiting.attempts + 1 };
    const keep = async (change: Partial<JobRecord>): Promise<void> => {
      await jobs.updateJob(job.id, change, now().toISOString());
      tell(progressOf({ ...job, ...change }, {}));
    };
    await keep({ state: 'running', attempts: job.attempts });
    try {
      await run(job, (progress, message) => keep({ state: 'running', progress, message }), closing.signal);
      await keep({ state: 'done', progress: 1 });
    } catch (error) {
      await afterFailure(job, error, keep);
    }
  }

  async function afterFailure(
    job: JobRecord,
    error: unknown,
    keep: (change: Partial<JobRecord>) => Promise<void>,
  ): Promise<void> {
    if (closing.signal.aborted) return keep({ state: 'waiting', attempts: job.attempts - 1, message: 'handed back at shutdown' });
    if (error instanceof LaterError) return holdBack(job, error, keep);
    if (job.attempts >= maxAttempts) return keep({ state: 'failed', message: messageOf(error) });
    const wait = backoffOf(backoffMs, job.attempts);
    backingOff.add(job.id);
    later(wait, () => goOn(job));
    await keep({ state: 'waiting', message: `attempt ${job.attempts} failed: ${messageOf(error)}` });
  }

  /** Nothing was done, so it is no attempt. */
  async function holdBack(
    job: JobRecord,
    { message, afterMs, holdsAll }: LaterError,
    keep: (change: Partial<JobRecord>) => Promise<void>,
  ): Promise<void> {
    const release = holdsAll ? held.hold(job.name) : undefined;
    if (!holdsAll) backingOff.add(job.id);
    later(afterMs, () => {
      release?.();
      goOn(job);
    });
    await keep({ state: 'waiting', attempts: job.attempts - 1, message });
  }

  function planNext(schedule: QueueSchedule): void {
    const next = CronExpressionParser.parse(schedule.cron, { tz: schedule.tz, currentDate: now() }).next().getTime();
    const wait = Math.min(next - now().getTime(), LONGEST_TIMER_MS);
    const timer = setTimeout(() => {
      scheduleTimers = scheduleTimers.filter((other) => other !== timer);
      if (now().getTime() >= next) void enqueue(schedule.job, schedule.payload).catch(() => undefined);
      planNext(schedule);
    }, wait);
    timer.unref();
    scheduleTimers.push(timer);
  }

  async function enqueue<P>(type: Parameters<typeof keepJob<P>>[1], payload: P): Promise<JobRecord> {
    const { job, isNew } = await keepJob(options, type, payload);
    if (isNew) pump();
    return job;
  }

  return {
    name: 'inline',
    enqueue,
    async schedule(wanted) {
      for (const timer of scheduleTimers) clearTimeout(timer);
      scheduleTimers = [];
      schedules = wanted;
      for (const schedule of schedules) planNext(schedule);
    },
    async work(run) {
      const left: JobRecord[] = [];
      for await (const page of pagesOf(options, { states: ['running'] })) left.push(...page);
      for (const { id } of left) await jobs.updateJob(id, { state: 'waiting' }, now().toISOString());
      runner = run;
      pump();
    },
    async *progress(signal) {
      try {
        for await (const [event] of on(events, 'progress', { signal: AbortSignal.any([signal, closing.signal]) }))
          yield event as JobProgress;
      } catch (error) {
        if (!(error instanceof Error && error.name === 'AbortError')) throw error;
      }
    },
    async ping() {},
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const timer of [...timers, ...scheduleTimers]) clearTimeout(timer);
      await pumping;
      await Promise.allSettled(running.values());
    },
  };
}
