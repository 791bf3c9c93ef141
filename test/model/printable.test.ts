import { expect, it } from 'vitest';
import { printable, printableLines } from '../../src/model/printable.ts';

const codes = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) as number);

it.each([
  ['an escape sequence', 'evil\u001b[2Jname'],
  ['a line break', 'one\ntwo'],
  ['a right-to-left override', 'safe\u202egnp.exe'],
  ['an isolate', 'a\u2066b\u2069c'],
  ['a line separator', 'a\u2028b'],
  ['a C1 control', 'a\u009bb'],
])('shows %s as a mark', (_, text) => {
  const shown = printable(text);
  expect(shown).toHaveLength(text.length);
  expect(shown).toContain('�');
  expect(codes(shown).every((code) => code >= 0x20 && (code < 0x7f || code > 0x9f))).toBe(true);
});

it('leaves names of every language as they are', () => {
  expect(printable('Zoë Ωmega 数据 شبكة')).toBe('Zoë Ωmega 数据 شبكة');
});

it('lets no line of a page become two', () => {
  expect(printableLines(['one', 'tw\no']).split('\n')).toEqual(['one', 'tw�o']);
});
