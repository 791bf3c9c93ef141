import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readFolder } from '../../../src/collectors/files/read-folder.ts';
import { firstKeys } from '../../../src/collectors/files/recognise.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { SAMPLE_KEY } from '../../contracts/collecting.ts';
import { sampleFolder } from './sample-folder.ts';

async function told(root: string): Promise<{ said: string[]; broken: string[] }> {
  const said: string[] = [];
  const broken: string[] = [];
  const reading = readFolder({
    root,
    context: {
      source: 'test',
      fingerprint: createFingerprinter(SAMPLE_KEY),
      now: new Date(0),
      signal: new AbortController().signal,
    },
    read: (_, { head }) => (firstKeys(head).includes('known') ? [{ type: 'warning', text: 'read' }] : undefined),
    broken: (text) => broken.push(text),
  });
  for await (const one of reading) if ('text' in one) said.push(`${one.type} ${one.text}`);
  return { said, broken };
}

it('warns of empty and unknown files, and names broken ones whatever they were', async () => {
  await using folder = await sampleFolder({
    'a.json': '{"known": 1}',
    'b.json': '{"hello": "world"}',
    'c.json': '{"hello": "wor',
    'd.json': '['.repeat(100_000) + ']'.repeat(100_000),
    'e.json': ' \n',
    'f.json': gzipSync(Buffer.alloc(4 * 1024 * 1024)),
    'g.txt': 'words',
    'h.json': Buffer.from('{"a": "\xff"}', 'latin1'),
  });
  const { said, broken } = await told(folder.root);
  expect(said).toEqual([
    'warning read',
    'warning b.json: not recognised as anything that this source reads; ignored',
    'error c.json: not JSON: it ends in the middle of a value (line 1, column 15)',
    'error d.json: nested deeper than 512 (line 1, column 513)',
    'warning e.json: empty',
    'error f.json: binary content, or UTF-16; only UTF-8 text is read',
    'warning g.txt: not recognised as anything that this source reads; ignored',
    'error h.json: not UTF-8: byte 7 belongs to no character; save it as UTF-8',
  ]);
  expect(broken).toHaveLength(4);
});

it('says a missing folder as an error of the source', async () => {
  const { said, broken } = await told('/no/such/folder');
  expect(said).toEqual(['error source test: /no/such/folder: does not exist; set `files` to the folder that holds its exports']);
  expect(broken).toHaveLength(1);
});
