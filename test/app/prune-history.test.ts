import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { pruneHistory } from '../../src/app/prune-history.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import * as say from '../contracts/store/samples.ts';

const DAY = 24 * 60;
const app = say.role('app');

it('drops what was over before the days that are kept, and nothing where none are configured', async () => {
  await using store = await openSqliteStore({ path: join(mkdtempSync(join(tmpdir(), 'interlock-history-')), 'store.db') });
  const names = ['one', 'two', 'three', 'four'];
  for (const [day, name] of names.entries()) {
    await say.collect(store, 'aws', [{ entities: [say.role('first')] }, { entities: [{ ...app, name }] }], { minute: day * DAY });
  }
  const prune = (historyDays: number | undefined) => {
    const settings = { retention: { historyDays } } as App['settings'];
    return pruneHistory({ store, settings, clock: () => new Date(say.at(4 * DAY)) });
  };
  const versions = async () => (await store.versions(app.key)).map(({ from, to }) => [from, to]);
  const all = await versions();
  expect(await prune(undefined)).toBe(0);
  expect(await prune(30)).toBe(0);
  expect(await versions()).toEqual(all);
  expect(await prune(1.5)).toBeGreaterThan(0);
  expect(await versions()).toEqual(all.filter(([, to]) => to === null || to! >= 3));
  expect(await prune(1.5)).toBe(0);
});
