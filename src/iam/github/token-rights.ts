/**
 * What a token or an app may do at most in a repository and in its organisation.
 * https://docs.github.com/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
 * https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
 */
import { isAtLeast, type RepositoryRole } from './repository-role.ts';

/** In a repository. `content`: everything but its workflow files. */
export type RepositoryRight = 'none' | 'read' | 'content' | 'write' | 'control';

export interface TokenRights {
  readonly repository: 'none' | 'read' | 'write' | 'control';
  /** May change files below `.github/workflows` by a push; asked for besides the right to write. */
  readonly writesWorkflows: boolean;
  /** The permission or scope that gives it. */
  readonly because: string;
  /** All that the organisation's owners may do, if the token acts for one. */
  readonly administersOrganisation: boolean;
  /** Membership can be changed: any account may be made an owner. */
  readonly managesMembers: boolean;
}

const PERMISSIONS = [
  ['control', 'administration', 'write'],
  ['write', 'contents', 'write'],
  ['read', 'contents', 'read'],
] as const;

/** Of a GitHub App's installation, or of a fine-grained token. */
export function rightsOfPermissions(permissions: Readonly<Record<string, string>>): TokenRights {
  const has = (name: string, access: string): boolean => {
    const own = permissions[name];
    return own === access || own === 'admin' || (access === 'read' && own !== undefined);
  };
  const found = PERMISSIONS.find(([, name, access]) => has(name, access));
  const writesWorkflows = has('workflows', 'write');
  const workflows = writesWorkflows && found?.[0] === 'write' ? ', workflows: write' : '';
  return {
    repository: found?.[0] ?? 'none',
    writesWorkflows,
    because: found ? `${found[1]}: ${permissions[found[1]]}${workflows}` : 'no permission on contents',
    administersOrganisation: false,
    managesMembers: has('members', 'write'),
  };
}

/** Of a classic token or an OAuth authorisation: never more than what its owner may do. `isPublic`: the repository is. */
export function rightsOfScopes(scopes: readonly string[], isPublic: boolean): TokenRights {
  const covers = scopes.includes('repo') || (isPublic && scopes.includes('public_repo'));
  return {
    repository: covers ? 'control' : isPublic ? 'read' : 'none',
    writesWorkflows: scopes.includes('workflow'),
    because: scopes.length === 0 ? 'no scope' : `scopes ${scopes.join(', ')}`,
    administersOrganisation: scopes.includes('admin:org'),
    managesMembers: scopes.includes('admin:org') || scopes.includes('write:org'),
  };
}

/** The weaker of what the owner's role gives and of what the token may do. */
export function capped(role: RepositoryRole, { repository, writesWorkflows }: TokenRights): RepositoryRight {
  if (repository === 'none' || !isAtLeast(role, 'read')) return 'none';
  // Who administers can add a deploy key, whose pushes ask for no such permission.
  if (repository === 'control' && isAtLeast(role, 'admin')) return 'control';
  if (repository === 'read' || !isAtLeast(role, 'write')) return 'read';
  return writesWorkflows ? 'write' : 'content';
}
