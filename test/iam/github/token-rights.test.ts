import { describe, expect, it } from 'vitest';
import { roleNamed } from '../../../src/iam/github/repository-role.ts';
import { capped, rightsOfPermissions, rightsOfScopes } from '../../../src/iam/github/token-rights.ts';

const role = (name: string) => roleNamed(name, new Map());

describe('what a token may do is the weaker of its own rights and its owner’s', () => {
  it.each([
    ['admin', { administration: 'write' }, 'control'],
    ['write', { administration: 'write', workflows: 'write' }, 'write'],
    ['admin', { contents: 'write' }, 'content'],
    ['admin', { contents: 'write', workflows: 'write' }, 'write'],
    ['read', { contents: 'write', workflows: 'write' }, 'read'],
    ['admin', { contents: 'read', workflows: 'write' }, 'read'],
    ['admin', { metadata: 'read' }, 'none'],
    ['none', { contents: 'write' }, 'none'],
  ])('%s with %j: %s', (own, permissions, right) => {
    expect(capped(role(own), rightsOfPermissions(permissions as unknown as Record<string, string>))).toBe(right);
  });

  it.each([
    ['admin', ['repo'], false, 'control'],
    ['write', ['repo'], false, 'content'],
    ['write', ['repo', 'workflow'], false, 'write'],
    ['write', ['public_repo', 'workflow'], true, 'write'],
    ['write', ['public_repo', 'workflow'], false, 'none'],
    ['write', ['read:org'], true, 'read'],
  ])('%s with scopes %j on a repository that is public (%s): %s', (own, scopes, isPublic, right) => {
    expect(capped(role(own), rightsOfScopes(scopes, isPublic))).toBe(right);
  });
});
