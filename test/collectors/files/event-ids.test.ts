import { expect, it } from 'vitest';
import { EventIds } from '../../../src/collectors/files/event-ids.ts';

it('knows each id again, and takes no new one for an old one', () => {
  const ids = new EventIds();
  const names = Array.from({ length: 300_000 }, (_, n) => `${(n * 7919).toString(16).padStart(8, '0')}-4a5b-4c6d-8e7f-${n}`);
  expect(names.every((name) => ids.add(name))).toBe(true);
  expect(names.some((name) => ids.add(name))).toBe(false);
});

it('tells short ids apart', () => {
  const ids = new EventIds();
  const names = ['', 'a', 'b', 'ab', 'ba', 'e1', 'e10', 'e01', ...Array.from({ length: 5000 }, (_, n) => `e${n + 100}`)];
  expect(names.filter((name) => !ids.add(name))).toEqual([]);
});
