import { expect, it } from 'vitest';
import { fitsPartByPart } from '../../src/joins/subject-parts.ts';

it.each([
  ['a tag of a name that is not known is no branch', 'repo:acme/shop:ref:refs/tags/*', 'repo:acme/*:ref:refs/heads/main', false],
  ['nor an environment', 'repo:acme/shop:ref:refs/heads/*', 'repo:acme/*:environment:prod', false],
  ['a branch of such a name may be the one', 'repo:acme/shop:ref:refs/heads/*', 'repo:acme/*:ref:refs/heads/main', true],
  ['a star of the pattern takes in several parts', 'repo:acme/shop:ref:refs/heads/*', 'repo:acme/*', true],
  ['and so it does in the middle', 'repo:acme/shop:environment:*:job_workflow_ref:a@*', 'repo:*:job_workflow_ref:a@v1', true],
  ['a question mark takes in a colon', 'repo:acme/shop:ref:x*', 'repo:acme/shop?ref:xy', true],
  ['what follows the repository may be anything where nothing is known of it', 'repo:acme/shop:*', 'repo:acme/shop:ref:x', true],
  ['a pattern that ends too early is not met', 'repo:acme/shop:ref:refs/heads/*', 'repo:acme/shop', false],
])('%s', (_, sub, pattern, expected) => expect(fitsPartByPart(sub, pattern)).toBe(expected));
