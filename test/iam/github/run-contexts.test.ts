import { describe, expect, it } from 'vitest';
import { refPattern } from '../../../src/iam/github/run-contexts.ts';

describe('refPattern leaves what is literal and stars the rest', () => {
  it.each([
    ['main', 'main'],
    ['feature/*', 'feature/*'],
    ['**', '*'],
    ['releases/**-alpha', 'releases/*-alpha'],
    ['v[12].[0-9]+.x', 'v*.*.x'],
    ['colou?r', 'colo*r'],
    ['a+b', '*b'],
    ['literal\\*star', 'literal*star'],
  ])('%s becomes %s', (pattern, expected) => expect(refPattern(pattern)).toBe(expected));
});
