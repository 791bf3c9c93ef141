import { describe, expect, it } from 'vitest';
import { isPattern, nameFitting, refMatches } from '../../../src/iam/github/ref-pattern.ts';

describe('patterns of branches and tags', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'mainline', false],
    ['release/*', 'release/1', true],
    ['release/*', 'release/1/2', false],
    ['**/fix', 'a/b/fix', true],
    ['**/fix', 'fix', true],
    ['*', 'feature/x', false],
    ['v[0-9].?', 'v1.2', true],
    ['v[!0-9]', 'v1', false],
    ['a+b(c)', 'a+b(c)', true],
    ['refs/heads/**/*', 'refs/heads/a/b', true],
  ])('%s and %s: %s', (pattern, name, fits) => expect(refMatches(pattern, name)).toBe(fits));

  it.each(['main', 'release/*', '**/*', 'v?.?', 'v[0-9]*'])('%s has a name that a writer may choose', (pattern) => {
    const name = nameFitting(pattern);
    expect(name !== undefined && refMatches(pattern, name) && !isPattern(name)).toBe(true);
  });
});
