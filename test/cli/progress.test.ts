import { expect, it } from 'vitest';
import { timeLeft } from '../../src/cli/progress.ts';

it.each([
  [{ done: 0, total: 10, ms: 60_000 }, undefined],
  [{ done: 5, total: 10, ms: 4_000 }, undefined],
  [{ done: 5, total: 10, ms: 10_000 }, '10 s'],
  [{ done: 10, total: 10, ms: 10_000 }, '0 s'],
  [{ done: 100, total: 1_000, ms: 60_000 }, '9 min'],
  [{ done: 10, total: 1_000, ms: 120_000 }, '3.3 h'],
])('of %j is left %s', (progress, left) => {
  expect(timeLeft(progress)).toBe(left);
});
