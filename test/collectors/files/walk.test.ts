import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type Walked, walk } from '../../../src/collectors/files/walk.ts';
import { sampleFolder } from './sample-folder.ts';

const { signal } = new AbortController();

async function walked(root: string, enters?: (folder: string) => boolean): Promise<string[]> {
  const found: Walked[] = [];
  for await (const one of walk(root, { source: 'leaks', signal, ...(enters && { enters }) })) found.push(one);
  return found.map((one) =>
    'file' in one ? one.file.path : 'skipped' in one ? `skipped ${one.skipped}` : `problem ${one.problem}`,
  );
}

it('gives files by path, folders included', async () => {
  await using folder = await sampleFolder({ 'b/2.json': '', 'b/1.json': '', 'b.json': '', 'a/z/x.json': '' });
  expect(await walked(folder.root)).toEqual(['a/z/x.json', 'b.json', 'b/1.json', 'b/2.json']);
  expect(await walked(folder.root, (name) => name !== 'b')).toEqual(['a/z/x.json', 'b.json']);
  expect(await walked(path.join(folder.root, 'b.json'))).toEqual(['b.json']);
});

it('leaves out links in circles, links that leave the folder, and pipes', async () => {
  await using outside = await sampleFolder({ 'secret.json': '{}' });
  await using folder = await sampleFolder({ 'in/good.json': '{}' });
  await symlink(folder.root, path.join(folder.root, 'in/again'));
  await symlink('self', path.join(folder.root, 'self'));
  await symlink('nowhere', path.join(folder.root, 'gone'));
  await symlink(path.join(outside.root, 'secret.json'), path.join(folder.root, 'out.json'));
  await symlink('good.json', path.join(folder.root, 'in/same.json'));
  execFileSync('mkfifo', [path.join(folder.root, 'pipe.json')]);
  expect(await walked(folder.root)).toEqual([
    'skipped gone: a link that ends nowhere; skipped',
    'in/good.json',
    "skipped out.json: a link out of the source's folder; skipped",
    'skipped pipe.json: a pipe, socket or device; skipped',
    'skipped self: a link that ends nowhere; skipped',
  ]);
});

it('names the source and the folder when the folder is missing', async () => {
  await expect(walked('/no/such/folder')).rejects.toThrow('source leaks: /no/such/folder: does not exist');
});
