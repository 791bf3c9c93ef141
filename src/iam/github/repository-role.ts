/**
 * What a role lets somebody do in one repository.
 * https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
 */
import type { Level } from '../../model/kinds.ts';

/** From the weakest to the strongest; each can do what the weaker can. */
export const BASE_ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type BaseRole = (typeof BASE_ROLES)[number];

export interface RepositoryRole {
  /** Its own name, which is that of a base role unless the organisation made it. */
  readonly name: string;
  readonly base: BaseRole;
  /** Fine-grained permissions that a custom role adds, such as `bypass_branch_protection`. */
  readonly adds: readonly string[];
  /** A custom role whose definition was not collected: what its name does not say is not known. */
  readonly isUnknown?: boolean;
}

export const NO_ROLE: RepositoryRole = { name: 'none', base: 'none', adds: [] };

/** REST answers name three of the roles after git's verbs. */
const OLD_NAMES: ReadonlyMap<string, BaseRole> = new Map([
  ['pull', 'read'],
  ['push', 'write'],
]);

/** Custom roles by name, ignoring case. */
export type CustomRoles = ReadonlyMap<string, RepositoryRole>;

/** Any other name is a custom role: as defined, else no more than what `fallback` says. */
export function roleNamed(name: string, custom: CustomRoles, fallback: BaseRole = 'read'): RepositoryRole {
  const base = OLD_NAMES.get(name) ?? BASE_ROLES.find((role) => role === name);
  if (base) return { name: base, base, adds: [] };
  return custom.get(name.toLowerCase()) ?? { name, base: fallback, adds: [], isUnknown: true };
}

const rank = ({ base }: RepositoryRole): number => BASE_ROLES.indexOf(base);

export const isAtLeast = (role: RepositoryRole, base: BaseRole): boolean => rank(role) >= BASE_ROLES.indexOf(base);

/** The strongest by its base, with what all of them add. */
export function strongest(roles: readonly RepositoryRole[]): RepositoryRole {
  const top = roles.reduce((best, role) => (rank(role) > rank(best) ? role : best), NO_ROLE);
  const adds = [...new Set(roles.flatMap((role) => role.adds))];
  return adds.length === top.adds.length ? top : { ...top, adds };
}

/** The level of the repository itself; undefined for none. */
export function levelOfRole(role: RepositoryRole): Level | undefined {
  if (isAtLeast(role, 'admin')) return 'control';
  if (isAtLeast(role, 'write')) return 'write';
  return isAtLeast(role, 'read') ? 'read' : undefined;
}
