/**
 * Who has which role in one repository.
 *
 *     user, team, deploy key ─HAS_GRANT─► role ─CAN_READ/CAN_WRITE/CAN_CONTROL─► repository
 */
import { createHash } from 'node:crypto';
import { isAtLeast, levelOfRole, type RepositoryRole } from '../../../iam/github/repository-role.ts';
import type { State } from '../../../model/kinds.ts';
import { EXTERNAL_ANYONE } from '../../../model/kinds.ts';
import { eventTime } from '../../files/event-time.ts';
import * as shapes from '../answers/shapes.ts';
import type { FactSet } from '../fact-set.ts';
import type { GithubKeys } from './keys.ts';
import { addUser, GRANT_OF_LEVEL } from './people.ts';
import type { RepositoryView } from './repository-view.ts';

export interface RepositoryFactsTo {
  readonly facts: FactSet;
  readonly keys: GithubKeys;
  readonly repository: RepositoryView;
}

/** A shared right in the repository, and the role that it is. */
export interface RoleGrant {
  readonly permission: string;
  readonly role: RepositoryRole;
}

const SURE = { basis: 'entitled', certainty: 'definite' } as const;

/** Adds the repository and the roles in it; returns the rights that somebody has, those of the whole organisation among them. */
export function addAccess(to: RepositoryFactsTo): RoleGrant[] {
  addRepository(to);
  const { keys, repository } = to;
  const { name } = repository;
  const granted = new Map<string, RoleGrant>();
  const grant = (holder: string, role: RepositoryRole, reason: string): void => {
    const permission = addRole(to, role);
    if (permission === undefined) return;
    to.facts.relationship({ source: holder, kind: 'HAS_GRANT', target: permission, ...SURE, reason });
    granted.set(permission, { permission, role });
  };
  for (const { login, role } of repository.collaborators.values()) {
    if (!isImplied(repository, login, role)) grant(user(to, login), role, `${login} has the role ${role.name} in ${name}`);
  }
  for (const [slug, role] of repository.teams)
    grant(addTeamStub(to, slug), role, `the team ${slug} has the role ${role.name} in ${name}`);
  addDeployKeys(to);
  addPublic(to);
  return [...granted.values(), ...everywhere(keys, repository)].map(({ permission, role }) => ({
    permission,
    role: forArchived(role, repository),
  }));
}

/** Of an archived repository nothing can be written. */
function forArchived(role: RepositoryRole, { about }: RepositoryView): RepositoryRole {
  return about.archived && isAtLeast(role, 'write') && !isAtLeast(role, 'admin') ? { ...role, base: 'read' } : role;
}

function everywhere(keys: GithubKeys, { organisation }: RepositoryView): RoleGrant[] {
  const { login, baseRole } = organisation;
  const base = baseRole && organisation.members.size > 0 ? [{ permission: keys.basePermission(login), role: baseRole }] : [];
  const roles = organisation.everywhere.flatMap(({ role, users, teams }) =>
    role.base_role && users.length + teams.length > 0
      ? [{ permission: keys.organisationRole(login, role.name), role: organisation.role(role.base_role) }]
      : [],
  );
  return [...base, ...roles];
}

/** The list of collaborators names members for what they have anyway. */
function isImplied({ organisation }: RepositoryView, login: string, role: RepositoryRole): boolean {
  if (organisation.isOwner(login)) return true;
  return (
    organisation.isMember(login) &&
    organisation.baseRole !== undefined &&
    isAtLeast(organisation.baseRole, role.base) &&
    role.adds.length === 0
  );
}

function addRepository({ facts, keys, repository }: RepositoryFactsTo): void {
  const { about, name, organisation } = repository;
  const key = facts.entity({
    key: keys.repository(name),
    kind: 'Repository',
    name,
    provider: 'github',
    properties: {
      ...(about.visibility == null ? {} : { visibility: about.visibility }),
      ...(about.default_branch == null ? {} : { defaultBranch: about.default_branch }),
      ...(about.archived == null ? {} : { archived: about.archived }),
      ...(about.fork == null ? {} : { fork: about.fork }),
      ...listed(
        'variables',
        repository.all(shapes.variable, 'actions/variables')?.map((variable) => variable.name),
      ),
      protectedRefs: [...repository.refs.protectedRefs],
    },
  });
  const org = facts.entity({
    key: keys.org(organisation.login),
    kind: 'Scope',
    name: organisation.login,
    provider: 'github',
    stub: true,
  });
  const reason = `${name} belongs to ${organisation.login}`;
  facts.relationship({ source: org, kind: 'CONTAINS', target: key, basis: 'declared', certainty: 'definite', reason });
}

export const listed = (name: string, values: readonly string[] | undefined) =>
  values && values.length > 0 ? { [name]: [...values].sort() } : {};

function addRole({ facts, keys, repository }: RepositoryFactsTo, role: RepositoryRole): string | undefined {
  const usable = forArchived(role, repository);
  const level = levelOfRole(usable);
  if (!level) return undefined;
  const permission = facts.entity({
    key: keys.role(repository.name, role.name),
    kind: 'Permission',
    name: `${role.name} in ${repository.name}`,
    provider: 'github',
    properties: role.adds.length > 0 ? { permissions: role.adds } : {},
  });
  const unknown = role.isUnknown ? '; the role itself was not collected, so it may give more' : '';
  facts.relationship({
    source: permission,
    kind: GRANT_OF_LEVEL[level],
    target: keys.repository(repository.name),
    ...SURE,
    reason: `the role ${role.name} gives ${level} on the repository${unknown}`,
  });
  return permission;
}

const user = ({ facts, keys, repository }: RepositoryFactsTo, login: string): string =>
  addUser({ facts, keys, organisation: repository.organisation }, login);

export function addTeamStub({ facts, keys, repository }: RepositoryFactsTo, slug: string): string {
  const org = repository.organisation.login;
  return facts.entity({ key: keys.team(org, slug), kind: 'Group', name: `${org}/${slug}`, provider: 'github', stub: true });
}

function addPublic(to: RepositoryFactsTo): void {
  const { facts, keys, repository } = to;
  if (!repository.isPublic) return;
  const anyone = facts.entity({ key: EXTERNAL_ANYONE, kind: 'External', name: 'anyone', provider: 'external' });
  const permission = facts.entity({
    key: keys.role(repository.name, 'public'),
    kind: 'Permission',
    name: `public: ${repository.name}`,
    provider: 'github',
  });
  facts.relationship({ source: anyone, kind: 'HAS_GRANT', target: permission, ...SURE, reason: `${repository.name} is public` });
  facts.relationship({
    source: permission,
    kind: 'CAN_READ',
    target: keys.repository(repository.name),
    ...SURE,
    reason: 'a public repository is read by anyone',
  });
}

/** The right of every deploy key that may write; they share it. */
export const deployKeyGrant = (keys: GithubKeys, repository: string, level: 'read' | 'write'): string =>
  keys.role(repository, `deploy-key-${level}`);

function addDeployKeys(to: RepositoryFactsTo): void {
  for (const key of to.repository.all(shapes.deployKey, 'keys') ?? []) addDeployKey(to, key);
}

function addDeployKey({ facts, keys, repository }: RepositoryFactsTo, answer: shapes.DeployKeyAnswer): void {
  const level = answer.read_only || repository.about.archived ? 'read' : 'write';
  const lastUsed = eventTime(answer.last_used);
  const fingerprint = answer.key ? sshFingerprint(answer.key) : undefined;
  const credential = facts.entity({
    key: keys.deployKey(repository.name, String(answer.id)),
    kind: 'Credential',
    name: answer.title || `deploy key ${answer.id} of ${repository.name}`,
    provider: 'github',
    state: stateOf(answer),
    properties: {
      type: 'deploy key',
      readOnly: answer.read_only,
      ...(fingerprint ? { sshFingerprint: fingerprint } : {}),
      ...(answer.created_at ? { createdAt: eventTime(answer.created_at) ?? null } : {}),
      ...(answer.added_by ? { addedBy: answer.added_by } : {}),
      ...(lastUsed === undefined ? {} : { lastUsed }),
    },
  });
  const permission = facts.entity({
    key: deployKeyGrant(keys, repository.name, level),
    kind: 'Permission',
    name: `deploy key that may ${level}: ${repository.name}`,
    provider: 'github',
  });
  const reason = `the deploy key ${answer.id} may ${level} ${repository.name}`;
  facts.relationship({ source: credential, kind: 'HAS_GRANT', target: permission, ...SURE, reason });
  facts.relationship({
    source: permission,
    kind: GRANT_OF_LEVEL[level],
    target: keys.repository(repository.name),
    ...SURE,
    reason: 'a deploy key reads its repository, and writes it unless it is read-only',
  });
}

const stateOf = ({ enabled, verified }: shapes.DeployKeyAnswer): State =>
  enabled === false || verified === false ? 'inactive' : 'active';

/** As `ssh-keygen -l` and GitHub's audit log write it, without the name of the hash (RFC 4716 keys, SHA-256, base64 without padding). */
export function sshFingerprint(publicKey: string): string | undefined {
  const blob = publicKey.trim().split(/\s+/)[1];
  if (!blob) return undefined;
  return createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '');
}
