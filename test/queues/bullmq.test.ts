import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectJob } from '../../src/model/jobs.ts';
import type { QueueOptions } from '../../src/ports/queue.ts';
import { createBullmqQueue } from '../../src/queues/bullmq.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { queueContract } from '../contracts/queue.ts';
import { describeLive } from '../live.ts';

const openStore = () => openSqliteStore({ path: join(mkdtempSync(join(tmpdir(), 'interlock-queue-')), 'queue.db') });

describeLive('redis', 'BullMQ on a real Redis', (url) => {
  queueContract('the BullMQ queue', {
    openStore,
    openQueue: (options, place) => createBullmqQueue({ ...options, url, prefix: `test-${place}` }),
  });

  it('begins nothing more while it is being closed in the middle of nudging', async () => {
    await using store = await openStore();
    const jobs: QueueOptions['jobs'] = {
      addJob: (record, again) => store.addJob(record, again),
      updateJob: (id, change, at) => store.updateJob(id, change, at),
      job: (id) => store.job(id),
      async jobs(filter) {
        await sleep(300);
        return store.jobs(filter);
      },
    };
    const now = () => new Date();
    const queue = createBullmqQueue({ jobs, now, newId: randomUUID, url, prefix: `test-${randomUUID()}`, nudgeAgainMs: 10 });
    let began = 0;
    await queue.work((_, __, signal) => {
      began++;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    });
    for (let i = 0; i < 10; i++) await queue.enqueue(collectJob, { source: `slow-${i}` });
    while (began < 2) await sleep(20);
    await sleep(50);
    await queue[Symbol.asyncDispose]();
    expect(began).toBe(2);
    expect((await store.jobs({ states: ['waiting'], limit: 20 })).map(({ attempts }) => attempts)).toEqual(Array(10).fill(0));
  });
});

it('says in one line that Redis cannot be reached', async () => {
  await using store = await openStore();
  await using queue = createBullmqQueue({ jobs: store, now: () => new Date(), newId: randomUUID, url: 'redis://127.0.0.1:1/0' });
  await expect(queue.ping()).rejects.toThrow(/^127\.0\.0\.1:1: the queue cannot be reached/);
});
