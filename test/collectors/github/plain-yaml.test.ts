import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainYaml } from '../../../src/collectors/github/plain-yaml.ts';
import { composedTree } from '../../../src/collectors/github/yaml-tree.ts';
import { scalarsOf, type YamlNode } from '../../../src/iam/github/node.ts';

/** What workflows are made of, and what breaks them. */
const WORDS = ['build', 'on', '12', '-0x1F', '0o17', '1e3', '.5', '.inf', '~', 'null', 'True', 'yes', '${{ secrets.A }}', ''];
const TEXTS = ['"q # \\n\\u00e9"', "'it''s'", '""', 'a # comment', 'a#b', 'a\n    b', '"a\n  b"', '|', '>-', '|2', '>+'];
const NESTED = ['{{ x }}', '[a, b, ]', '[a: 1, {b: 2}]', '{ a: 1, b: [] }', '{a}', '[a,\n  b]', '{a:\n 1}', '- a', 'a: b'];
const scalars = fc.constantFrom(...WORDS, ...TEXTS, ...NESTED, '*a', '&a 1', '!!str 1', '@x', '"open');
const keys = fc.constantFrom('a', 'b', 'run', '"q"', "'q'", '1', '<<', '?', 'on', 'true', 'x y', '[k]', 'null');
const lines = fc
  .tuple(fc.constantFrom(0, 0, 2, 2, 4, 6), fc.constantFrom('', '- ', '- - '), fc.option(keys), scalars)
  .map(([indent, dash, key, value]) => `${' '.repeat(indent)}${dash}${key === null ? '' : `${key}: `}${value}`);
const otherLines = fc.constantFrom('', '# comment', '---', '...', '\t', ' # c', '? a', ': b');
const texts = fc
  .tuple(
    fc.array(fc.oneof({ weight: 9, arbitrary: lines }, otherLines), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([all, end]) => all.join('\n').replaceAll('\n', end));

it('says what the reader of whole documents says, line by line, or nothing', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const plain = plainYaml(text);
      if (plain) expect(plain).toEqual(composedTree(text, 'x')?.root);
    }),
    { numRuns: 3000 },
  );
});

const workflow = `# Builds
on: { push: { branches: [main] } }
jobs:
  build:
    timeout-minutes: 10
    env:
    if: true
    steps:
      - uses: actions/checkout@v4
      - run: |

          make   # all
        name: "make \\"all\\""
`;

it.each(['\n', '\r\n'])('a workflow is plain, whose lines end with %j', (end) => {
  const text = workflow.replaceAll('\n', end);
  const plain = plainYaml(text);
  expect(plain).toMatchObject({ type: 'map', line: 2 });
  expect(plain).toEqual(composedTree(text, 'x')?.root);
});

it('a number beyond all numbers is its text', () => {
  const text = 'a: .inf\nb: 1e999\nc: .NaN\nd: 1e3\n';
  const values = (root: YamlNode | undefined): unknown[] => [...scalarsOf(root)].map(({ value }) => value);
  expect(values(plainYaml(text))).toEqual(['.inf', '1e999', '.NaN', 1000]);
  expect(values(composedTree(text, 'x')?.root)).toEqual(['.inf', '1e999', '.NaN', 1000]);
});

it.each([
  ['an anchor', 'a: &x 1\nb: 2'],
  ['an alias', 'a: &x 1\nb: *x'],
  ['a tag', 'a: !!str 1'],
  ['a merge', 'a: 1\n<<: { b: 2 }'],
  ['a key that stands twice', 'a: 1\na: 2'],
  ['keys that read the same', '1: a\n"1": b'],
  ['a key that is a list', '[a]: 1'],
  ['an item that is nowhere', 'a:\n  -\n  - b'],
  ['two documents', 'a: 1\n---\nb: 2'],
  ['a directive', '%YAML 1.2\n---\na: 1'],
  ['nothing but a scalar', 'a'],
  ['nothing but comments', '# a\n'],
  ['nothing', ''],
  ['a bracket that is open', 'a: [b'],
  ['a tab as indentation', 'a:\n\tb: 1'],
  ['a return on its own', 'a: 1\rb: 2'],
  ['a zero byte', 'a: \0'],
  ['deep nesting', `a: ${'['.repeat(300)}${']'.repeat(300)}`],
  ['a very long text', `a: ${'x'.repeat(1024 * 1024)}`],
])('%s is left to the reader of whole documents', (_, text) => {
  expect(plainYaml(text)).toBeUndefined();
});
