import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { isLarge, readBytes, readHead, readText } from '../../../src/collectors/files/content.ts';
import { sampleFolder } from './sample-folder.ts';

const { signal } = new AbortController();

it('reads gzip as what it holds, whatever the name says', async () => {
  await using folder = await sampleFolder({
    'plain.json': gzipSync('{"a":1}'),
    'two.gz': Buffer.concat([gzipSync('{"a"'), gzipSync(':1}')]),
  });
  expect(await readText(await folder.file('plain.json'), signal)).toBe('{"a":1}');
  expect(await readText(await folder.file('two.gz'), signal)).toBe('{"a":1}');
});

it('names a truncated and a false gzip', async () => {
  const whole = gzipSync(JSON.stringify(Array.from({ length: 2000 }, (_, n) => ({ n, m: n * 7919 }))));
  await using folder = await sampleFolder({ 'cut.json.gz': whole.subarray(0, -40), 'false.json.gz': 'this is no gzip' });
  await expect(readText(await folder.file('cut.json.gz'), signal)).rejects.toThrow('cut.json.gz: truncated gzip');
  await expect(readText(await folder.file('false.json.gz'), signal)).rejects.toThrow(
    'false.json.gz: named .gz, but its content is no gzip',
  );
});

it('stops at a gzip that expands out of proportion', async () => {
  await using folder = await sampleFolder({ 'bomb.gz': gzipSync(Buffer.alloc(80 * 1024 * 1024, 'a')) });
  const file = await folder.file('bomb.gz');
  let bytes = 0;
  const all = async (): Promise<void> => {
    for await (const chunk of readBytes(file, signal)) bytes += chunk.length;
  };
  await expect(all()).rejects.toThrow('bomb.gz: expands more than 300-fold');
  expect(bytes).toBeLessThan(66 * 1024 * 1024);
  expect(await isLarge(file)).toBe(true);
});

it.each([
  ['two bytes that are no pair', Buffer.from([0x61, 0xc3, 0x28]), 1],
  ['a lone lead byte at the end', Buffer.from([0x61, 0x62, 0xe2]), 2],
  ['a fault after a real replacement character', Buffer.concat([Buffer.from('é\ufffd'), Buffer.from([0xff])]), 5],
])('says which byte is not UTF-8: %s', async (_, content, at) => {
  await using folder = await sampleFolder({ 'x.json': content });
  await expect(readText(await folder.file('x.json'), signal)).rejects.toThrow(`x.json: not UTF-8: byte ${at} `);
});

it('refuses zero bytes and UTF-16, and drops a byte order mark', async () => {
  await using folder = await sampleFolder({
    'a.bin': 'ab\0c',
    'b.json': Buffer.from('\ufeff{}', 'utf16le'),
    'c.json': '\ufeff{}',
  });
  await expect(readText(await folder.file('a.bin'), signal)).rejects.toThrow('a.bin: binary content (a zero byte at 2)');
  await expect(readText(await folder.file('b.json'), signal)).rejects.toThrow('b.json: UTF-16 text');
  expect(await readText(await folder.file('c.json'), signal)).toBe('{}');
});

it('reads only the head of a file', async () => {
  await using folder = await sampleFolder({ 'long.json': 'x'.repeat(300_000), 'long.gz': gzipSync('y'.repeat(300_000)) });
  expect((await readHead(await folder.file('long.json'), signal)).length).toBe(65_536);
  expect((await readHead(await folder.file('long.gz'), signal)).toString()).toBe('y'.repeat(65_536));
});
