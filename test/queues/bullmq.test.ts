import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
});

it('says in one line that Redis cannot be reached', async () => {
  await using store = await openStore();
  await using queue = createBullmqQueue({ jobs: store, now: () => new Date(), newId: randomUUID, url: 'redis://127.0.0.1:1/0' });
  await expect(queue.ping()).rejects.toThrow(/^127\.0\.0\.1:1: the queue cannot be reached/);
});
