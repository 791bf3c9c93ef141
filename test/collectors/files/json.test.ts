import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson, readJsonLines, streamJson } from '../../../src/collectors/files/json.ts';
import { syntaxErrorIn } from '../../../src/collectors/files/json-syntax.ts';
import { firstKeys, recognise } from '../../../src/collectors/files/recognise.ts';
import { sampleFolder } from './sample-folder.ts';

const { signal } = new AbortController();

it('refuses nesting before it parses, in lists and in objects', () => {
  expect(() => parseJson('['.repeat(100_000) + ']'.repeat(100_000), 'deep.json')).toThrow(
    'deep.json: nested deeper than 512 (line 1, column 513)',
  );
  expect(() => parseJson('{"a":'.repeat(100_000), 'deep.json')).toThrow('deep.json: nested deeper than 512');
  expect(parseJson(`"${'['.repeat(1000)}"`, 'text.json')).toBe('['.repeat(1000));
  expect(parseJson('['.repeat(512) + ']'.repeat(512), 'edge.json')).toHaveLength(1);
});

it.each([
  ['{"a": 1,\n  "b": }', 'a value is expected (line 2, column 8)'],
  ['{"a": [1, 2', 'it ends in the middle of a value (line 1, column 12)'],
  ['{"a": "topsecret', 'it ends in the middle of a value'],
  ['{"a": topsecret}', 'a value is expected (line 1, column 7)'],
  ['{"a": 1} {"b": 2}', 'nothing more is expected after the value (line 1, column 10)'],
  ['{"a" 1}', 'a colon is expected (line 1, column 6)'],
  ['["\\x"]', 'no such escape (line 1, column 3)'],
  ['[1 2]', 'a comma or the end of the list or object is expected'],
])('names the place of a fault without quoting the text: %s', (text, expected) => {
  const parse = (): unknown => parseJson(text, 'f.json');
  expect(parse).toThrow(`f.json: not JSON: ${expected}`);
  expect(parse).not.toThrow('topsecret');
});

it('finds a fault in exactly what JSON.parse refuses', () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '1', 'x', '\\', '\n'))
    .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1));
  fc.assert(
    fc.property(broken, (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      expect(syntaxErrorIn(text) === undefined).toBe(valid);
    }),
  );
});

it('keeps prototype keys harmless', () => {
  const value = parseJson('{"__proto__": {"polluted": "yes"}, "constructor": 1}', 'f.json') as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

it('reads lines, and goes on after a broken one', async () => {
  const text = ['{"n":1}', '', '{"n":', '{"n":2}\r', '"x'].join('\n');
  await using folder = await sampleFolder({
    'a.jsonl': Buffer.concat([Buffer.from(`${text}\n`), Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from('3')]),
  });
  const lines = [];
  for await (const line of readJsonLines(await folder.file('a.jsonl'), signal))
    lines.push('value' in line ? line.value : line.problem);
  expect(lines).toEqual([
    { n: 1 },
    'a.jsonl:3: not JSON: it ends in the middle of a value (column 6)',
    { n: 2 },
    'a.jsonl:5: not JSON: it ends in the middle of a value (column 3)',
    'a.jsonl:6: not UTF-8: byte 1 belongs to no character; save it as UTF-8',
    3,
  ]);
});

it('gives lines as they are, wherever the chunks end', async () => {
  const values = Array.from({ length: 4000 }, (_, n) => ({ n, text: 'ä'.repeat(n % 300) }));
  await using folder = await sampleFolder({ 'a.jsonl': values.map((value) => JSON.stringify(value)).join('\n') });
  const read = [];
  for await (const line of readJsonLines(await folder.file('a.jsonl'), signal)) read.push('value' in line ? line.value : line);
  expect(read).toEqual(values);
});

it('streams items of named lists', async () => {
  await using folder = await sampleFolder({
    'a.json': JSON.stringify({ before: { Records: [9] }, Records: [{ n: 1 }, { n: 2 }], Other: ['x'], after: 'ü' }),
    'b.json': JSON.stringify([{ n: 1 }, [2]]),
  });
  const read = async (name: string, paths: string[]): Promise<unknown[]> => {
    const items = [];
    for await (const item of streamJson(await folder.file(name), paths, signal)) items.push(item);
    return items;
  };
  expect(await read('a.json', ['$.Records.*', '$.Other.*'])).toEqual([
    { path: '$.Records.*', value: { n: 1 } },
    { path: '$.Records.*', value: { n: 2 } },
    { path: '$.Other.*', value: 'x' },
  ]);
  expect(await read('b.json', ['$.*'])).toEqual([
    { path: '$.*', value: { n: 1 } },
    { path: '$.*', value: [2] },
  ]);
});

it.each([
  ['cut.json', '{"Records": [{"a": 1}, {"a"', 'cut.json: not JSON: it ends in the middle of a value'],
  ['false.json', '{"Records": [{"a": topsecret}]}', 'false.json: not JSON at byte'],
  ['comma.json', '{"Records": [{"a": 1} "topsecret"]}', 'comma.json: not JSON'],
  ['deep.json', `{"Records": ${'['.repeat(9999)}`, 'deep.json: nested deeper than 512'],
  ['bytes.json', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), 'bytes.json: not UTF-8'],
])('names a broken streamed file: %s', async (name, content, expected) => {
  await using folder = await sampleFolder({ [name]: content });
  const file = await folder.file(name);
  const all = async (): Promise<void> => {
    for await (const _ of streamJson(file, ['$.Records.*'], signal));
  };
  const error: unknown = await all().catch((thrown: unknown) => thrown);
  expect((error as Error).message).toContain(expected);
  expect((error as Error).message).not.toContain('topsecret');
});

it.each([
  ['', 'empty'],
  [' \n\n\ufeff'.slice(0, 3), 'empty'],
  ['\ufeff{"a": 1}', 'json-object'],
  ['{"a": 1}\n{"a": 2}\n', 'json-lines'],
  ['{"a": 1}\n', 'json-object'],
  [' [ {"a": "}"} ]', 'json-array'],
  ['[1]\n[2]', 'json-lines'],
  ['[default]\nkey = 1', 'text'],
  ['{% if x %}', 'text'],
  ['a: 1\n', 'text'],
  ['user,arn\n', 'text'],
  ['PK\u0003\u0004\0', 'binary'],
] as const)('recognises %j as %s', (text, form) => {
  expect(recognise(Buffer.from(text))).toBe(form);
});

it('tells the keys of the first object, nested ones left out', () => {
  expect(firstKeys(Buffer.from('{"a": {"x": "y"}, "b\\u0021": ["c", {"d": 1}], "e": "f", "g": '))).toEqual(['a', 'b!', 'e', 'g']);
  expect(firstKeys(Buffer.from('[{"RuleID": 1, "Secret": "x"}, {"other": 1}]'))).toEqual(['RuleID', 'Secret']);
});
