/**
 * Keys of an organisation's things, as they are on github.com; what another installation holds is renamed as a whole
 * (`../other-host.ts`). A place is an organisation's login or a repository's `owner/name`.
 */

import { githubAnyJob, githubOrg, githubRepository } from '../../../model/keys.ts';
import { contentsKey } from '../job-token-facts.ts';

const placed = (place: string): string => (place.includes('/') ? githubRepository(place) : githubOrg(place));
const part = (name: string): string => name.replaceAll(' ', '-');

export const githubKeys = {
  org: githubOrg,
  repository: githubRepository,
  user: (login: string): string => `github:users/${login}`,
  app: (slug: string): string => `github:apps/${slug}`,
  /** Everybody in the organisation: who has its base permission. */
  members: (org: string): string => `${githubOrg(org)}/members`,
  team: (org: string, slug: string): string => `${githubOrg(org)}/teams/${slug}`,
  ownerRole: (org: string): string => `${githubOrg(org)}/roles/owner`,
  organisationRole: (org: string, name: string): string => `${githubOrg(org)}/roles/${part(name)}`,
  basePermission: (org: string): string => `${githubOrg(org)}/roles/member`,
  role: (repository: string, name: string): string => `${githubRepository(repository)}/roles/${part(name)}`,
  /** The right to get a job of one's own past the rules of a ref or an environment. */
  entry: (repository: string, id: string): string => `${githubRepository(repository)}/entries/${part(id)}`,
  /** Everything in a repository but its workflow files. */
  contents: contentsKey,
  anyJob: githubAnyJob,
  /** The job that may be added on a protected ref, or in an environment. */
  guardedJob: (repository: string, id: string): string => `${githubRepository(repository)}/*#${id}`,
  secret: (place: string, service: string, name: string): string => `${placed(place)}/${service}/secrets/${name}`,
  environmentSecret: (repository: string, environment: string, name: string): string =>
    `${githubRepository(repository)}/environments/${environment}/secrets/${name}`,
  deployKey: (repository: string, id: string): string => `${githubRepository(repository)}/keys/${id}`,
  hook: (place: string, id: string): string => `${placed(place)}/hooks/${id}`,
  runner: (place: string, id: string): string => `${placed(place)}/actions/runners/${id}`,
  token: (id: string): string => `github:tokens/${id}`,
  credentialAuthorization: (org: string, id: string): string => `${githubOrg(org)}/credential-authorizations/${id}`,
  /** A token that only the audit log knows, by GitHub's own hash of it. */
  hashedToken: (hash: string): string =>
    `github:hashed-tokens/${hash.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`,
  installation: (org: string, id: string): string => `${githubOrg(org)}/installations/${id}`,
  grantOf: (key: string): string => `${key}/grant`,
} as const;

export type GithubKeys = typeof githubKeys;
