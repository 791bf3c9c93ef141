import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFolder, type FolderCheck } from '../../../src/collectors/files/check-folder.ts';
import { collectors } from '../../../src/collectors/index.ts';
import type { Checked } from '../../../src/ports/checked.ts';
import { checking } from '../../contracts/checking.ts';
import { sampleFolder } from './sample-folder.ts';

async function checked(root: string, changed: Partial<FolderCheck> = {}): Promise<Checked[]> {
  const context = { source: 'test', signal: new AbortController().signal } as FolderCheck['context'];
  const said: Checked[] = [];
  for await (const one of checkFolder({ root, context, knows: (_, { form }) => form === 'json-object', ...changed }))
    said.push(one);
  return said;
}

describe('a folder before it is collected', () => {
  it('is enough when one file of it is known', async () => {
    await using folder = await sampleFolder({ 'a.txt': 'notes', 'b/c.json': '{}' });
    expect(await checked(folder.root)).toEqual([{ type: 'works', text: `${folder.root}: 2 files` }]);
  });

  it('lacks something when no file of it is known, whatever is empty, binary or broken', async () => {
    await using folder = await sampleFolder({
      'a.txt': 'notes',
      'b.json': '',
      'c.gz': 'no gzip',
      'd.bin': Buffer.from([0, 1, 2, 0]),
    });
    const [said, ...more] = await checked(folder.root);
    expect(more).toEqual([]);
    expect(said?.type).toBe('missing');
    expect(said?.text).toContain('nothing that this source reads in 4 files');
  });

  it('looks at no file that the source passes over', async () => {
    await using folder = await sampleFolder({ 'a.json': '{}' });
    expect((await checked(folder.root, { passesOver: () => true }))[0]?.type).toBe('missing');
  });

  it('names links that lead out of it', async () => {
    await using folder = await sampleFolder({ 'a.json': '{}' });
    await symlink(tmpdir(), path.join(folder.root, 'out'));
    expect((await checked(folder.root)).map(({ type }) => type)).toEqual(['missing', 'works']);
  });
});

const OF_FILES = Object.keys(collectors).filter((type) => type !== 'postgres');

describe.each(OF_FILES)('a source of the type %s', (type) => {
  const collector = async () => (await collectors[type]?.())!;

  it('says what to do about a folder that is not there', async () => {
    const files = path.join(tmpdir(), 'interlock-no-such-folder');
    const said = await checking(await collector(), { files });
    expect(said).toEqual([{ type: 'blocked', text: expect.stringMatching(/no-such-folder: does not exist; set `files`/) }]);
  });

  it('knows no file of notes', async () => {
    await using folder = await sampleFolder({
      'notes.txt': 'what is to be done',
      'package.json': '{"name":"x","version":"1.0.0"}',
    });
    const said = await checking(await collector(), { files: folder.root });
    expect(said).toEqual([{ type: 'missing', text: expect.stringContaining('nothing that this source reads in 2 files') }]);
  });
});
