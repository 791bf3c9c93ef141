import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import { storeContract } from '../../contracts/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let stores = 0;
const paths = new WeakMap<Store, string>();

async function openAt(path: string, thread: boolean): Promise<Store> {
  const store = await openSqliteStore({ path, thread });
  paths.set(store, path);
  return store;
}

storeContract('sqlite in a thread', () => openAt(join(folder, `store-${++stores}.db`), true), {
  reopen: (store) => openAt(paths.get(store) as string, true),
});
