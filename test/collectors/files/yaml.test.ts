import { expect, it } from 'vitest';
import { parseYaml, yamlDocuments } from '../../../src/collectors/files/yaml.ts';

it('reads several documents and leaves empty ones out', () => {
  expect(parseYaml('a: 1\n---\n# nothing\n---\n- &x {b: 2}\n- *x\n', 'f.yaml')).toEqual([{ a: 1 }, [{ b: 2 }, { b: 2 }]]);
  expect(parseYaml('', 'f.yaml')).toEqual([]);
});

it.each([
  ['deep brackets', () => `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nested deeper than 512'],
  ['deep brackets on lines of their own', () => '[\n'.repeat(100_000), 'nested deeper than 512'],
  ['deep indentation', () => Array.from({ length: 600 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'), 'nested deeper than 512'],
  ['deep sequences', () => `${'- '.repeat(5000)}x`, 'nested deeper than 512'],
])('refuses %s', (_, text, expected) => {
  expect(() => parseYaml(text(), 'f.yaml')).toThrow(`f.yaml: ${expected}`);
});

it('refuses an alias bomb', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let n = 1; n < 12; n++)
    lines.push(
      `a${n}: &a${n} [${Array(9)
        .fill(`*a${n - 1}`)
        .join(', ')}]`,
    );
  expect(() => parseYaml(lines.join('\n'), 'f.yaml')).toThrow('f.yaml: aliases that expand');
});

it('names line and column, and quotes nothing', () => {
  expect(() => parseYaml('a: 1\nb: "topsecret\n', 'f.yaml')).toThrow(/^f\.yaml: not YAML: [a-z ,]+ \(line 3, column 1\)$/);
  expect(() => parseYaml('a: 1\na: 2\n', 'f.yaml')).toThrow('f.yaml: not YAML: a key stands twice in one map (line 2, column 1)');
});

it('reads the documents beside a broken one', () => {
  const text = 'a: 1\n---\nb: {{ .Values.x }}\nc: "\n---\nd: 4\n---\ne: 5\ne: 6\n---\nf: *gone\n---\ng: 7\n';
  expect([...yamlDocuments('a: 1\n---\nb: 2\nb: 3\n---\n\nc: *gone\n---\nd: 4\n', 'f.yaml')]).toEqual([
    { line: 1, value: { a: 1 } },
    { line: 3, problem: 'f.yaml: not YAML: a key stands twice in one map (line 4, column 1)' },
    { line: 7, problem: 'f.yaml: aliases that expand more than 100-fold, or name nothing' },
    { line: 9, value: { d: 4 } },
  ]);
  expect([...yamlDocuments(text, 'f.yaml')][0]).toEqual({ line: 1, value: { a: 1 } });
});

it('takes over maps with `<<`, and what is no map is a problem of its document', () => {
  const text = 'base: &b { namespace: x }\nmetadata:\n  <<: *b\n  name: n\n---\n<<: *gone\n---\n<<: text\n---\nd: 4\n';
  expect([...yamlDocuments(text, 'f.yaml')]).toEqual([
    { line: 1, value: { base: { namespace: 'x' }, metadata: { namespace: 'x', name: 'n' } } },
    { line: 6, problem: expect.stringContaining('f.yaml: ') },
    { line: 8, problem: 'f.yaml: `<<` takes over what is no map' },
    { line: 10, value: { d: 4 } },
  ]);
});
