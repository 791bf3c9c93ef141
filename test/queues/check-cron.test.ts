import { expect, it } from 'vitest';
import { cronProblem } from '../../src/queues/check-cron.ts';

it.each([
  ['*/15 * * * *', 'UTC'],
  ['0 3 * * 1-5', 'Europe/Berlin'],
])('finds nothing wrong with %s in %s', (cron, tz) => {
  expect(cronProblem(cron, tz)).toBeUndefined();
});

it.each([
  ['nope', 'UTC'],
  ['99 * * * *', 'UTC'],
  ['* * * * *', 'Mars/Olympus'],
])('says what is wrong with %s in %s', (cron, tz) => {
  expect(cronProblem(cron, tz)).toMatch(/\w/);
});
