import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesArn, matchesGlob, resourceMatcher, toGlob } from '../../../src/iam/aws/glob.ts';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The obvious way: wildcards become those of a regular expression. */
const expression = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[^*?]+|[*?]/g, (part) => (part === '*' ? '.*' : part === '?' ? '.' : escaped(part)))}$`, 's');

const over = (letters: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((list) => list.join(''));
const segment = over(['a', 'b', '*', '?'], 3);
const pattern = fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => ['arn', ...parts].join(':'));
const arn = fc.array(over(['a', 'b', '/', ':'], 4), { minLength: 5, maxLength: 5 }).map((parts) => ['arn', ...parts].join(':'));

describe('wildcards', () => {
  it('match as the same regular expression does', () => {
    fc.assert(
      fc.property(over(['a', 'b', '*', '?', '.'], 8), over(['a', 'b', '.', '/'], 10), (glob, text) => {
        expect(matchesGlob(toGlob(glob), text)).toBe(expression(glob).test(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('of a resource match whatever those of an ARN operator match', () => {
    fc.assert(
      fc.property(pattern, arn, (text, value) => {
        if (matchesArn(toGlob(text), value)) expect(resourceMatcher(toGlob(text))(value)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('of a resource match no more than the plain text with all of its missing segments', () => {
    fc.assert(
      fc.property(pattern, arn, (text, value) => {
        const missing = 5 - (text.match(/:/g)?.length ?? 0);
        const completed = text + ':*'.repeat(Math.max(0, missing));
        if (resourceMatcher(toGlob(text))(value))
          expect(expression(completed).test(value) || expression(text).test(value)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('take no more than a moment on hostile patterns', () => {
    const began = process.cpuUsage();
    expect(matchesGlob(toGlob(`${'*a'.repeat(500)}b`), 'a'.repeat(5000))).toBe(false);
    const { user } = process.cpuUsage(began);
    expect(user / 1000).toBeLessThan(1000);
  });
});
