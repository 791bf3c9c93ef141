import { expect, it } from 'vitest';
import { postgresTime } from '../../src/model/postgres-time.ts';

it.each([
  ['2026-11-21 12:00:00+00', Date.UTC(2026, 10, 21, 12)],
  ['2026-11-21 12:00:00.5+00', Date.UTC(2026, 10, 21, 12, 0, 0, 500)],
  ['infinity', Infinity],
  ['-infinity', -Infinity],
  ['294276-12-31 23:59:59+00', Infinity],
])('reads %s', (text, at) => {
  expect(postgresTime(text)).toBe(at);
});
