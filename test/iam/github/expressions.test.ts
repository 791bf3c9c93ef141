// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub look like templates.
import { describe, expect, it } from 'vitest';
import { contextPaths, withoutExpressions } from '../../../src/iam/github/expressions.ts';
import { onlySecret, secretReferences } from '../../../src/iam/github/secret-references.ts';

const nothing = { names: [], patterns: [], all: false, dynamic: false, unreadable: false };

describe('secretReferences', () => {
  it.each([
    ['plain secrets.A text', nothing],
    ['${{ secrets.a }}-${{ secrets.B }}', { ...nothing, names: ['A', 'B'] }],
    ["${{ secrets['not_so_secret'] }}", { ...nothing, names: ['NOT_SO_SECRET'] }],
    ['${{ fromJSON(secrets.x).field }}', { ...nothing, names: ['X'] }],
    ['${{ toJSON(secrets.x) }}', { ...nothing, names: ['X'] }],
    ["${{ format('{0}', toJSON(secrets)) }}", { ...nothing, all: true }],
    ['${{ secrets[matrix.name] }}', { ...nothing, dynamic: true }],
    ['${{ secrets.* }}', { ...nothing, all: true }],
    ['${{ secrets[secrets.which] }}', { ...nothing, names: ['WHICH'], dynamic: true }],
    ["${{ 'secrets.no' }}", nothing],
    ["${{ github.ref == 'refs/heads/main' && secrets.x || '' }}", { ...nothing, names: ['X'] }],
    ['${{ unknownFunction(secrets.x) }}', { ...nothing, unreadable: true }],
    ['${{ secrets.x', nothing],
    ['${{ SECRETS.x }}', { ...nothing, names: ['X'] }],
  ])('%s', (text, expected) => expect(secretReferences(text)).toEqual(expected));
});

describe('onlySecret', () => {
  it.each([
    [' ${{ secrets.key }} ', 'KEY'],
    ['prefix-${{ secrets.key }}', undefined],
    ['${{ secrets.a || secrets.b }}', undefined],
    ['${{ env.KEY }}', undefined],
  ])('%j is %j', (text, expected) => expect(onlySecret(text)).toBe(expected));
});

describe('contextPaths', () => {
  it('follows dots and indexes, and tells what only the run decides as null', () => {
    expect(contextPaths("github.event['commits'][0].message == matrix[env.x]")).toEqual([
      ['github', 'event', 'commits', '0', 'message'],
      ['env', 'x'],
      ['matrix', null],
    ]);
  });

  it('is undefined for what cannot be read', () => expect(contextPaths('a b')).toBeUndefined());
});

it('withoutExpressions replaces each expression, whatever it holds', () => {
  expect(withoutExpressions('${{ a }}-${{ b }}-$& ${{ a }}', '*')).toBe('*-*-$& *');
});
