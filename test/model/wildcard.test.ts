import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalPattern } from '../../src/model/subject-pattern.ts';
import { type Matched, matchedBy } from '../../src/model/wildcard.ts';

/** By the book: a regular expression, over every text of a small alphabet up to a length that shows any difference at these sizes. */
const LETTERS = ['a', 'b', 'c'];
const LONGEST = 7;
const TEXTS = [''];
for (let from = 0, length = 0; length < LONGEST; length++) {
  const to = TEXTS.length;
  for (; from < to; from++) for (const letter of LETTERS) TEXTS.push(TEXTS[from] + letter);
}
const expression = (pattern: string): RegExp => new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);

function byEnumeration(text: string, pattern: string): Matched {
  const may = TEXTS.filter((candidate) => expression(text).test(candidate));
  const matched = may.filter((candidate) => expression(pattern).test(candidate)).length;
  return matched === 0 ? 'none' : matched === may.length ? 'all' : 'some';
}

// One letter of the alphabet stands for all that neither text names.
const texts = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 4 }).map((parts) => parts.join(''));
const patterns = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 4 }).map((parts) => parts.join(''));

describe('matchedBy', () => {
  it('agrees with trying every text', () => {
    fc.assert(
      fc.property(texts, patterns, (text, pattern) => {
        expect(matchedBy(text, pattern)).toBe(byEnumeration(text, pattern));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['', '', 'all'],
    ['', '*', 'all'],
    ['', '?', 'none'],
    ['*', '*', 'all'],
    ['*', '?*', 'some'],
    ['a*', '?*', 'all'],
    ['a*b', 'a*', 'all'],
    ['a.b', 'a?b', 'all'],
    ['a(b', 'a(b', 'all'],
    ['x*y', '*x*y*', 'all'],
    ['a\u{1F600}', 'a?', 'all'],
    ['\u{1F600}*', '??*', 'some'],
  ] as const)('%j by %j: %s', (text, pattern, matched) => expect(matchedBy(text, pattern)).toBe(matched));

  it('takes a literal pattern for the text alone, whatever characters it holds', () => {
    const any = fc.array(fc.constantFrom('a', 'b', '*', '?', '$', '{', '}'), { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(any, any, (asked, presented) => {
        const escaped = /\$\{[*?$]\}/.test(asked) || /\$\{[*?$]\}/.test(presented);
        fc.pre(!escaped);
        expect(matchedBy(literalPattern(presented), literalPattern(asked))).toBe(asked === presented ? 'all' : 'none');
      }),
      { numRuns: 400 },
    );
  });

  it('finds in a pattern every subject that fills its wildcards', () => {
    const fillers = fc.array(fc.constantFrom('a', ':', '/', 'ref'), { maxLength: 3 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(patterns, fc.array(fillers, { minLength: 4, maxLength: 4 }), (pattern, filled) => {
        const subject = Array.from(pattern, (c, at) => (c === '*' ? filled[at] : c === '?' ? 'x' : c)).join('');
        expect(matchedBy(subject, pattern)).toBe('all');
      }),
      { numRuns: 400 },
    );
  });

  it('answers with caution, and soon, where the exact answer would take too long', () => {
    const began = performance.now();
    expect(matchedBy('*a*', `*a${'?'.repeat(60)}`)).toBe('some');
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
