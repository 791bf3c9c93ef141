import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import * as say from '../../contracts/store/samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url));

/** Kills a writer a moment after it said that some batch is whole; returns the last batch it said. */
async function killedWhileWriting(path: string, batches: number, delayMs: number): Promise<number> {
  const writer = spawn(process.execPath, ['--import', 'tsx', child, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = -1;
  writer.stdout.on('data', (text: Buffer) => {
    const before = last;
    last = Number(text.toString().trim().split('\n').at(-1));
    if (before < batches && last >= batches) setTimeout(() => writer.kill('SIGKILL'), delayMs);
  });
  await once(writer, 'close');
  return last;
}

it.each([3, 11, 17])('holds no half batch after a kill %i ms into a later one', async (delayMs) => {
  const path = join(folder, `killed-${delayMs}.db`);
  const last = await killedWhileWriting(path, 2, delayMs);
  await using store = await openSqliteStore({ path });
  const sizes = new Map<unknown, number>();
  for (const entity of await say.rowsOf(store.readEntities())) {
    const { batch } = entity.properties;
    sizes.set(batch, (sizes.get(batch) ?? 0) + 1);
  }
  expect(sizes.size).toBeGreaterThanOrEqual(last + 1);
  expect([...sizes.values()].every((size) => size === 500)).toBe(true);
  expect(await say.namesOf(store)).toHaveLength(sizes.size * 499);
  expect(await store.generation()).toBe(0);

  const again = await say.collect(store, 'crash', [{ entities: [say.role('only')] }]);
  expect(again).toMatchObject({ generation: 1, swept: sizes.size * 999, entities: 1, relationships: 0 });
});
