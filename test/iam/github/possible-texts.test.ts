// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub look like templates.
import { describe, expect, it } from 'vitest';
import { guardsIn } from '../../../src/iam/github/guards.ts';
import { matrixOf, matrixTexts } from '../../../src/iam/github/matrix.ts';
import type { YamlNode } from '../../../src/iam/github/node.ts';
import { possibleTexts } from '../../../src/iam/github/possible-texts.ts';

const node = (value: unknown): YamlNode =>
  Array.isArray(value)
    ? { type: 'list', line: 1, items: value.map(node) }
    : typeof value === 'object' && value !== null
      ? { type: 'map', line: 1, entries: Object.entries(value).map(([key, inner]) => [key, node(inner)] as const) }
      : { type: 'scalar', line: 1, value: value as string };

describe('possibleTexts', () => {
  const known = (path: readonly string[]) => ({ 'matrix.a': ['x', 'y'], 'inputs.none': [''] })[path.join('.')];
  it.each([
    ['plain', ['plain']],
    ['${{ matrix.a }}-${{ matrix.a }}', ['x-x', 'x-y', 'y-x', 'y-y']],
    ["${{ github.ref == 'a' && 'prod' || 'dev' }}", ['prod', 'dev']],
    ["${{ github.ref == 'a' && 'prod' }}", ['false', 'prod']],
    ["${{ inputs.none || 'fallback' }}", ['fallback']],
    ["${{ inputs.other || 'fallback' }}", ['*', 'fallback']],
    ["${{ 'always' || 'never' }}", ['always']],
    ["${{ format('{0}/{1}/{{0}}', matrix.a, github.ref) }}", ['x/*/{0}', 'y/*/{0}']],
    ['pre-${{ github.ref }}-post', ['pre-*-post']],
    ['${{ fromJSON(vars.x) }}', ['*']],
    ['${{ a b }}', ['*']],
    ["${{ contains(github.ref, 'x') }}", ['true', 'false']],
  ])('%s', (text, expected) => expect(possibleTexts(text, known)).toEqual(expected));

  it('gives up telling apart what multiplies', () => {
    const found = possibleTexts('${{ matrix.a }}'.repeat(40), known);
    expect(found.length).toBeLessThanOrEqual(64);
    expect(found.filter((text) => !text.startsWith('*'))).toEqual([]);
  });
});

describe('a matrix', () => {
  const texts = (matrix: unknown, ...path: string[]) => matrixTexts(matrixOf(node({ matrix })), path);
  it.each<[string, unknown, readonly string[], readonly string[] | undefined]>([
    ['gives the values of an axis', { os: ['a', 'b'] }, ['os'], ['a', 'b']],
    ['leaves out what is excluded whatever the rest', { os: ['a', 'b'], exclude: [{ os: 'a' }] }, ['os'], ['b']],
    ['keeps what is excluded in part', { os: ['a', 'b'], v: [1], exclude: [{ os: 'a', v: 1 }] }, ['os'], ['a', 'b']],
    ['has nothing where only some variation has it', { os: ['a'], include: [{ extra: 'x' }] }, ['extra'], ['x', '']],
    ['that is all included has what each has', { include: [{ e: 'x' }, { e: 'y' }] }, ['e'], ['x', 'y']],
    ['gives the fields of its objects', { to: [{ env: 'dev' }, { env: 'prod' }] }, ['to', 'env'], ['dev', 'prod']],
    ['that is computed is not known', '${{ fromJSON(needs.a.outputs.m) }}', ['os'], undefined],
    ['with a computed axis is not known below it', { to: '${{ fromJSON(vars.x) }}' }, ['to', 'env'], undefined],
    ['lacks what it does not name', { os: ['a'] }, ['else'], ['']],
  ])('%s', (_, matrix, path, expected) => expect(texts(matrix, ...path)).toEqual(expected));
});

describe('guardsIn', () => {
  it.each([
    ['github.event.pull_request.head.repo.full_name == github.repository', ['github.event.pull_request.head.repo.full_name']],
    ["${{ github.actor == 'dependabot[bot]' }}", ['github.actor']],
    ["contains(github.event.pull_request.labels.*.name, 'safe')", ['github.event.pull_request.labels.*.name']],
    ["github.event.workflow_run.event == 'push'", ['github.event.workflow_run.event']],
    ["github.event.workflow_run.actor.login == 'me'", ['github.event.workflow_run.actor.login']],
    ["always() && needs.may.result == 'success'", ['needs.may.result']],
    ["github.event.workflow_run.conclusion == 'success'", []],
    ["github.repository == 'acme/shop'", []],
    ['always()', []],
    ['not an expression', ['an expression that cannot be read']],
  ])('%s', (condition, expected) => expect(guardsIn(condition)).toEqual(expected));
});
