import { expect, it } from 'vitest';
import { SeenTexts } from '../../src/model/seen-texts.ts';

it('knows each text again, and takes no new one for an old one', () => {
  const seen = new SeenTexts();
  const names = Array.from({ length: 300_000 }, (_, n) => `${(n * 7919).toString(16).padStart(8, '0')}-4a5b-4c6d-8e7f-${n}`);
  expect(names.every((name) => seen.add(name))).toBe(true);
  expect(names.some((name) => seen.add(name))).toBe(false);
});

it('tells short texts apart', () => {
  const seen = new SeenTexts();
  const names = ['', 'a', 'b', 'ab', 'ba', 'e1', 'e10', 'e01', ...Array.from({ length: 5000 }, (_, n) => `e${n + 100}`)];
  expect(names.filter((name) => !seen.add(name))).toEqual([]);
});
