import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { saveFolder } from '../../src/cli/save-folder.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'interlock-save-'));
});
afterEach(() => rm(base, { recursive: true }));

it('makes the folder and writes files that only their owner reads', async () => {
  const save = saveFolder(join(base, 'new/folder'));
  await save('111122223333/global/x.json', '{}');
  const file = join(base, 'new/folder/111122223333/global/x.json');
  expect(await readFile(file, 'utf8')).toBe('{}');
  expect((await stat(file)).mode & 0o077).toBe(0);
});

it('refuses a folder that holds something, and a file in its place', async () => {
  await writeFile(join(base, 'old.json'), '{}');
  expect(() => saveFolder(base)).toThrow(`--save ${base}: the folder is not empty; name a new one`);
  expect(() => saveFolder(join(base, 'old.json'))).toThrow(/--save .*old\.json: cannot be written \(EEXIST\)/);
});

it('writes nothing outside of it, and nothing twice', async () => {
  const save = saveFolder(join(base, 'saved'));
  await expect(save('../outside.json', '{}')).rejects.toThrow(/leaves the folder/);
  await save('one.json', '1');
  await expect(save('one.json', '2')).rejects.toThrow(/EEXIST/);
});
