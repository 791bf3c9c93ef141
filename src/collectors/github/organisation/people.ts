/**
 * Who is in an organisation, and what that alone gives.
 *
 *     member ─MEMBER_OF─► everybody ─HAS_GRANT─► base permission ─CAN_READ/CAN_WRITE─► organisation or its repositories
 *        └────MEMBER_OF─► team ─MEMBER_OF─► the team that it is nested in
 *     owner ──HAS_GRANT─► owner ─CAN_CONTROL─► organisation
 */
import { levelOfRole } from '../../../iam/github/repository-role.ts';
import type { Level } from '../../../model/kinds.ts';
import type { FactSet } from '../fact-set.ts';
import type { GithubKeys } from './keys.ts';
import type { OrganisationView } from './organisation-view.ts';

export interface OrganisationFacts {
  readonly facts: FactSet;
  readonly keys: GithubKeys;
  readonly organisation: OrganisationView;
}

export const GRANT_OF_LEVEL = {
  read: 'CAN_READ',
  put: 'CAN_PUT',
  write: 'CAN_WRITE',
  control: 'CAN_CONTROL',
} as const satisfies Record<Level, string>;

const SURE = { certainty: 'definite' } as const;

export function addPeople(to: OrganisationFacts): void {
  const { facts, keys, organisation } = to;
  facts.entity({
    key: keys.org(organisation.login),
    kind: 'Scope',
    name: organisation.login,
    provider: 'github',
    properties: {
      ...(organisation.baseRole ? { basePermission: organisation.baseRole.name } : {}),
      ...(organisation.about.twoFactor === undefined ? {} : { twoFactorRequired: organisation.about.twoFactor }),
    },
  });
  for (const { login, membership } of organisation.members.values()) addMember(to, login, membership);
  for (const login of organisation.outsiders) addUser(to, login, 'outside collaborator');
  for (const slug of organisation.teams.keys()) addTeam(to, slug);
  addBasePermission(to);
  addOrganisationRoles(to);
}

export function addUser({ facts, keys }: OrganisationFacts, login: string, membership?: string): string {
  const isApp = login.endsWith('[bot]');
  return facts.entity({
    key: isApp ? keys.app(login.slice(0, -'[bot]'.length)) : keys.user(login),
    kind: isApp ? 'ServiceAccount' : 'User',
    name: login,
    provider: 'github',
    ...(membership === undefined ? { stub: true } : { properties: { membership } }),
  });
}

function addMember(to: OrganisationFacts, login: string, membership: string): void {
  const { facts, keys, organisation } = to;
  const user = addUser(to, login, membership === 'owner' ? 'owner' : 'member');
  const everybody = facts.entity({
    key: keys.members(organisation.login),
    kind: 'Group',
    name: `members of ${organisation.login}`,
    provider: 'github',
  });
  facts.relationship({
    source: user,
    kind: 'MEMBER_OF',
    target: everybody,
    basis: 'declared',
    ...SURE,
    reason: `${login} is a member of ${organisation.login}`,
  });
  if (membership === 'owner') grantControl(to, user, `${login} owns ${organisation.login}`);
}

/** An owner administers every repository and may change every rule. */
export function grantControl({ facts, keys, organisation }: OrganisationFacts, holder: string, reason: string): void {
  const owner = facts.entity({
    key: keys.ownerRole(organisation.login),
    kind: 'Permission',
    name: `owner of ${organisation.login}`,
    provider: 'github',
  });
  facts.relationship({ source: holder, kind: 'HAS_GRANT', target: owner, basis: 'entitled', ...SURE, reason });
  facts.relationship({
    source: owner,
    kind: 'CAN_CONTROL',
    target: keys.org(organisation.login),
    basis: 'entitled',
    ...SURE,
    reason: 'an owner of the organisation administers every repository, its rules and its secrets',
  });
}

function addTeam(to: OrganisationFacts, slug: string): void {
  const { facts, keys, organisation } = to;
  const team = organisation.teams.get(slug);
  if (!team) return;
  const key = facts.entity({
    key: keys.team(organisation.login, slug),
    kind: 'Group',
    name: `${organisation.login}/${team.name}`,
    provider: 'github',
  });
  if (team.parent !== undefined) {
    const parent = keys.team(organisation.login, team.parent);
    facts.entity({ key: parent, kind: 'Group', name: `${organisation.login}/${team.parent}`, provider: 'github', stub: true });
    const reason = `the team ${slug} is nested in ${team.parent}`;
    facts.relationship({ source: key, kind: 'MEMBER_OF', target: parent, basis: 'declared', ...SURE, reason });
  }
  for (const login of team.members) {
    const reason = `${login} is in the team ${slug}`;
    facts.relationship({ source: addUser(to, login), kind: 'MEMBER_OF', target: key, basis: 'declared', ...SURE, reason });
  }
}

/**
 * The base permission holds for every repository, so it is a right on the organisation, whose repositories hang from it at every
 * level and nothing else below control. Write holds for none that is archived, and administration for no secret of the organisation.
 */
function addBasePermission(to: OrganisationFacts): void {
  const { facts, keys, organisation } = to;
  const { baseRole } = organisation;
  const level = baseRole && levelOfRole(baseRole);
  if (!level || organisation.members.size === 0) return;
  const permission = facts.entity({
    key: keys.basePermission(organisation.login),
    kind: 'Permission',
    name: `${baseRole.name} on every repository of ${organisation.login}`,
    provider: 'github',
  });
  const reason = `the base permission of ${organisation.login} is ${baseRole.name}`;
  const holder = keys.members(organisation.login);
  facts.relationship({ source: holder, kind: 'HAS_GRANT', target: permission, basis: 'entitled', ...SURE, reason });
  addEverywhere(to, permission, level, reason);
}

/** A role in every repository of the organisation. */
export function addEverywhere(to: OrganisationFacts, permission: string, level: Level, reason: string): void {
  const { facts, keys, organisation } = to;
  const grant = (kind: 'CAN_READ' | 'CAN_WRITE' | 'CAN_CONTROL', target: string): void =>
    facts.relationship({ source: permission, kind, target, basis: 'entitled', ...SURE, reason });
  grant('CAN_READ', keys.org(organisation.login));
  if (level === 'read') return;
  for (const { full_name: name, archived } of organisation.repositories.values()) {
    const target = keys.repository(name);
    facts.entity({ key: target, kind: 'Repository', name, provider: 'github', stub: true });
    if (level === 'control') grant('CAN_CONTROL', target);
    else if (!archived) grant('CAN_WRITE', target);
  }
}

/** Roles of the organisation that come with a role in all repositories; what else they allow is listed. */
function addOrganisationRoles(to: OrganisationFacts): void {
  const { facts, keys, organisation } = to;
  for (const { role, users, teams } of organisation.everywhere) {
    const permission = facts.entity({
      key: keys.organisationRole(organisation.login, role.name),
      kind: 'Permission',
      name: `${role.name} of ${organisation.login}`,
      provider: 'github',
      properties: { permissions: role.permissions ?? [] },
    });
    const reason = `the role ${role.name} of ${organisation.login}`;
    const holders = [
      ...users.map((login) => addUser(to, login)),
      ...teams.map((slug) =>
        facts.entity({
          key: keys.team(organisation.login, slug),
          kind: 'Group',
          name: `${organisation.login}/${slug}`,
          provider: 'github',
          stub: true,
        }),
      ),
    ];
    for (const source of holders)
      facts.relationship({ source, kind: 'HAS_GRANT', target: permission, basis: 'entitled', ...SURE, reason });
    const base = role.base_role ? organisation.role(role.base_role) : undefined;
    const level = base && levelOfRole(base);
    if (level && holders.length > 0)
      addEverywhere(to, permission, level, `${reason} comes with ${base.name} on every repository`);
  }
}
