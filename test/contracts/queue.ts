import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LaterError } from '../../src/model/errors.ts';
import { analyzeJob, collectJob, executeWaveJob, type JobRecord } from '../../src/model/jobs.ts';
import type { JobProgress, JobRunner, Queue, QueueOptions } from '../../src/ports/queue.ts';
import type { Store } from '../../src/ports/store.ts';

export interface QueueFixture {
  openStore(): Promise<Store>;
  /** Queues that are opened with one `place` see each other's work. */
  openQueue(options: QueueOptions, place: string): Queue;
}

/** What every queue promises. */
export function queueContract(name: string, fixture: QueueFixture): void {
  describe(`${name} keeps the Queue contract`, () => {
    let store: Store;
    let place: string;
    let open: Queue[];
    const queueOn = (own: Partial<QueueOptions> = {}): Queue => {
      const now = () => new Date();
      const queue = fixture.openQueue({ jobs: store, now, newId: randomUUID, maxAttempts: 3, backoffMs: 20, ...own }, place);
      open.push(queue);
      return queue;
    };
    const jobsOf = (own: Partial<QueueOptions['jobs']>): QueueOptions['jobs'] => ({
      addJob: (record, again) => store.addJob(record, again),
      updateJob: (id, change, at) => store.updateJob(id, change, at),
      job: (id) => store.job(id),
      jobs: (filter) => store.jobs(filter),
      ...own,
    });
    const readSlowly = (ms: number) =>
      jobsOf({
        async jobs(filter) {
          const rows = await store.jobs(filter);
          await sleep(ms);
          return rows;
        },
      });
    const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
      for (let i = 0; i < 2400; i++) {
        if (await holds()) return;
        await sleep(25);
      }
      throw new Error('it did not happen within a minute');
    };
    const stateOf = async (job: JobRecord) => (await store.job(job.id))?.state;

    beforeEach(async () => {
      store = await fixture.openStore();
      place = randomUUID();
      open = [];
    });
    afterEach(async () => {
      for (const queue of open) await queue[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    });

    it('does the work with the payload, and keeps that it is done', async () => {
      const queue = queueOn();
      const seen: unknown[] = [];
      await queue.work(async ({ name: job, payload }) => void seen.push([job, payload]));
      const job = await queue.enqueue(collectJob, { source: 'trail' });
      await until(async () => (await stateOf(job)) === 'done');
      expect(seen).toEqual([['collect', { source: 'trail' }]]);
    });

    it('refuses a malformed payload, naming the field', async () => {
      await expect(queueOn().enqueue(collectJob, { source: 7 } as never)).rejects.toThrow(/source/);
    });

    it('does work that was asked for before anybody worked', async () => {
      const job = await queueOn().enqueue(analyzeJob, {});
      await queueOn().work(async () => {});
      await until(async () => (await stateOf(job)) === 'done');
    });

    it('coalesces recomputes: one running, at most one waiting, and the last request is not lost', async () => {
      const queue = queueOn();
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let runs = 0;
      let atOnce = 0;
      await queue.work(async () => {
        runs++;
        expect(++atOnce).toBe(1);
        if (runs === 1) await gate;
        atOnce--;
      });
      await queue.enqueue(collectJob, { source: 'trail' });
      await until(() => runs === 1);
      const later = await Promise.all([1, 2, 3].map(() => queue.enqueue(collectJob, { source: 'trail' })));
      expect(new Set(later.map(({ id }) => id)).size).toBe(1);
      release();
      await until(async () => (await stateOf(later[0] as JobRecord)) === 'done');
      expect(runs).toBe(2);
    });

    it('does a revocation once, however often it is asked for', async () => {
      const queue = queueOn();
      let runs = 0;
      await queue.work(async () => void runs++);
      const wave = { plan: 'p1', wave: 0, run: 'r1', actor: 'test' };
      const first = await queue.enqueue(executeWaveJob, wave);
      await until(async () => (await stateOf(first)) === 'done');
      expect((await queue.enqueue(executeWaveJob, wave)).id).toBe(first.id);
      await sleep(100);
      expect(runs).toBe(1);
    });

    it('tries again with back-off, then fails visibly, and blocks nothing', async () => {
      const queue = queueOn();
      const times: number[] = [];
      const run: JobRunner = async ({ payload }) => {
        if ((payload as { source: string }).source !== 'poison') return;
        times.push(performance.now());
        throw new Error('the source is broken');
      };
      await queue.work(run);
      const poison = await queue.enqueue(collectJob, { source: 'poison' });
      const good = await queue.enqueue(collectJob, { source: 'good' });
      await until(async () => (await stateOf(good)) === 'done');
      await until(async () => (await stateOf(poison)) === 'failed');
      expect(times).toHaveLength(3);
      expect(times[2]! - times[1]!).toBeGreaterThan(25);
      expect((await store.job(poison.id))?.message).toBe('the source is broken');
    });

    it('keeps work that must wait, without counting it as an attempt, and goes on with other work meanwhile', async () => {
      const queue = queueOn();
      let isBusy = true;
      let tries = 0;
      await queue.work(async ({ key }) => {
        if (key !== 'busy') return;
        tries++;
        if (isBusy) throw new LaterError('somebody else is at it', { afterMs: 30, holdsAll: false });
      });
      const busy = await queue.enqueue(collectJob, { source: 'busy' });
      const other = await queue.enqueue(collectJob, { source: 'other' });
      await until(async () => (await stateOf(other)) === 'done');
      await until(() => tries > 4);
      expect(await store.job(busy.id)).toMatchObject({ state: expect.not.stringMatching('failed|done') });
      isBusy = false;
      await until(async () => (await stateOf(busy)) === 'done');
      expect((await store.job(busy.id))?.attempts).toBe(1);
    });

    it('holds a whole kind of work back while it is paused, and does all of it afterwards, each once', async () => {
      const queue = queueOn();
      let isPaused = true;
      const looks: number[] = [];
      const done: string[] = [];
      await queue.work(async ({ name: job, key }) => {
        if (job !== 'execute-wave') return;
        looks.push(performance.now());
        if (isPaused) throw new LaterError('execution is paused', { afterMs: 50, holdsAll: true });
        done.push(key);
      });
      const waves = Array.from({ length: 30 }, (_, wave) => ({ plan: 'p1', wave, run: 'r1', actor: 'test' }));
      const jobs = await Promise.all(waves.map((wave) => queue.enqueue(executeWaveJob, wave)));
      const other = await queue.enqueue(collectJob, { source: 'other' });
      await until(async () => (await stateOf(other)) === 'done');
      await until(() => looks.length >= 6);
      const paused = [...looks];
      expect(done).toEqual([]);
      isPaused = false;
      await until(async () => (await Promise.all(jobs.map(stateOf))).every((state) => state === 'done'));
      expect(done).toHaveLength(30);
      expect(new Set(done).size).toBe(30);
      // Two are looked at side by side, and no more until a hold ends.
      for (const [i, at] of paused.entries()) if (i >= 4) expect(at - paused[i - 4]!).toBeGreaterThan(45);
    });

    it('goes on after a pause when the time of day stood still', async () => {
      const stopped = new Date();
      const queue = queueOn({ now: () => stopped });
      let looks = 0;
      await queue.work(async () => {
        if (looks++ === 0) throw new LaterError('execution is paused', { afterMs: 30, holdsAll: true });
      });
      const job = await queue.enqueue(executeWaveJob, { plan: 'p1', wave: 0, run: 'r1', actor: 'test' });
      await until(async () => (await stateOf(job)) === 'done');
    });

    it('goes on after a pause that ends while rows are being read', async () => {
      const queue = queueOn({ jobs: readSlowly(200) });
      let looks = 0;
      await queue.work(async () => {
        if (looks++ === 0) throw new LaterError('execution is paused', { afterMs: 50, holdsAll: true });
      });
      const job = await queue.enqueue(executeWaveJob, { plan: 'p1', wave: 0, run: 'r1', actor: 'test' });
      await until(async () => (await stateOf(job)) === 'done');
      expect(looks).toBe(2);
    });

    it('goes on when the store takes news again that it took none of', async () => {
      let refusals = 4;
      const full = jobsOf({
        async updateJob(id, change, at) {
          if (refusals-- > 0) throw new Error('disk full');
          await store.updateJob(id, change, at);
        },
      });
      const queue = queueOn({ jobs: full });
      await queue.work(async () => undefined);
      const job = await queue.enqueue(collectJob, { source: 'trail' });
      await until(async () => (await stateOf(job)) === 'done');
    });

    it('works again on what failed, when it is asked for anew', async () => {
      const queue = queueOn();
      let isBroken = true;
      await queue.work(async () => {
        if (isBroken) throw new Error('not yet');
      });
      const first = await queue.enqueue(collectJob, { source: 'trail' });
      await until(async () => (await stateOf(first)) === 'failed');
      isBroken = false;
      const second = await queue.enqueue(collectJob, { source: 'trail' });
      await until(async () => (await stateOf(second)) === 'done');
    });

    it('tells progress to whoever listens, from beginning to end', async () => {
      const queue = queueOn();
      const heard: JobProgress[] = [];
      const listening = new AbortController();
      const done = (async () => {
        for await (const event of queue.progress(listening.signal)) heard.push(event);
      })();
      await queue.work(async (_, report) => report(0.5, 'half way'));
      // What is told before a listener is connected is not heard.
      await until(async () => {
        await queue.enqueue(collectJob, { source: 'anybody there' });
        return heard.length > 0;
      });
      const job = await queue.enqueue(analyzeJob, {});
      const own = () => heard.filter((event) => event.job === job.id);
      await until(() => own().some(({ state }) => state === 'done'));
      listening.abort();
      await done;
      expect(own().map(({ state, progress, message }) => [state, progress, message])).toEqual([
        ['running', 0, ''],
        ['running', 0.5, 'half way'],
        ['done', 1, expect.any(String)],
      ]);
    });

    it('hands back what runs when it is closed, and the next one finishes it', async () => {
      const first = queueOn();
      let began = false;
      await first.work((_, __, signal) => {
        began = true;
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
      });
      const job = await first.enqueue(collectJob, { source: 'slow' });
      await until(() => began);
      await first[Symbol.asyncDispose]();
      open = open.filter((queue) => queue !== first);
      expect(await store.job(job.id)).toMatchObject({ state: 'waiting', attempts: 0 });
      await queueOn().work(async () => {});
      await until(async () => (await stateOf(job)) === 'done');
    });

    it('begins nothing more while it is being closed', async () => {
      const first = queueOn();
      let began = 0;
      await first.work((_, __, signal) => {
        began++;
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
      });
      const jobs: JobRecord[] = [];
      for (let i = 0; i < 10; i++) jobs.push(await first.enqueue(collectJob, { source: `slow-${i}` }));
      await until(() => began > 1);
      const before = began;
      await first[Symbol.asyncDispose]();
      open = open.filter((queue) => queue !== first);
      expect(began).toBe(before);
      expect(new Set(await Promise.all(jobs.map(stateOf)))).toEqual(new Set(['waiting']));
    });

    it('enqueues on schedule, and stops when the schedule goes', async () => {
      const queue = queueOn();
      let runs = 0;
      await queue.work(async () => void runs++);
      const job = collectJob as unknown as Parameters<Queue['schedule']>[0][number]['job'];
      await queue.schedule([{ id: 'every-second', cron: '* * * * * *', tz: 'UTC', job, payload: { source: 'trail' } }]);
      await until(() => runs >= 1);
      await queue.schedule([]);
      await until(async () => (await store.jobs({ states: ['waiting', 'running'], limit: 1 })).length === 0);
      const before = runs;
      await sleep(1_500);
      expect(runs).toBe(before);
    });
  });
}
