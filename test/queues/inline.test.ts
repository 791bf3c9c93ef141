import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInlineQueue } from '../../src/queues/inline.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { queueContract } from '../contracts/queue.ts';

queueContract('the inline queue', {
  openStore: () => openSqliteStore({ path: join(mkdtempSync(join(tmpdir(), 'interlock-queue-')), 'queue.db') }),
  openQueue: (options) => createInlineQueue(options),
});
