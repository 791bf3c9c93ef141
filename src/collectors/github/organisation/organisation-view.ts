/** An organisation, as its answers show it: who is in it, and who has which role in which repository. */
import { type BaseRole, type CustomRoles, type RepositoryRole, roleNamed } from '../../../iam/github/repository-role.ts';
import type { Answers } from '../answers/answers.ts';
import * as shapes from '../answers/shapes.ts';

export type Membership = 'owner' | 'member' | 'unknown';

export interface Team {
  readonly slug: string;
  readonly id: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly members: readonly string[];
}

const ORG = '/orgs/{org}';

export class OrganisationView {
  readonly login: string;
  readonly answers: Answers;
  readonly about: { readonly twoFactor: boolean | undefined; readonly plan: string | undefined };
  /** What every member has in every repository; undefined: not told. */
  readonly baseRole: RepositoryRole | undefined;
  readonly customRoles: CustomRoles;
  /** By lower-case login. */
  readonly members: ReadonlyMap<string, { readonly login: string; readonly membership: Membership }>;
  readonly outsiders: readonly string[];
  /** By slug. */
  readonly teams: ReadonlyMap<string, Team>;
  /** By lower-case `owner/name`. */
  readonly repositories: ReadonlyMap<string, shapes.RepositoryAnswer>;
  /** Roles of the whole organisation. */
  readonly everywhere: readonly OrganisationRole[];
  readonly #teamRoles: ReadonlyMap<string, readonly (readonly [string, string])[]>;
  readonly #chosen: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #teamsOfUser = new Map<string, Set<string>>();
  readonly #teamsById = new Map<string, string>();
  readonly #usersById: ReadonlyMap<string, string>;

  constructor(login: string, answers: Answers) {
    this.login = login;
    this.answers = answers;
    const [about] = answers.all(shapes.organisation, ORG, login) ?? [];
    this.about = { twoFactor: about?.two_factor_requirement_enabled ?? undefined, plan: about?.plan?.name };
    this.customRoles = customRolesIn(answers, login);
    const base = about?.default_repository_permission;
    this.baseRole = base == null ? undefined : roleNamed(base, this.customRoles);
    this.members = membersIn(answers, login);
    this.#usersById = new Map(
      [`${ORG}/members`, `${ORG}/outside_collaborators`].flatMap((path) =>
        (answers.all(shapes.user, path, login) ?? []).map((user) => [String(user.id ?? ''), user.login] as const),
      ),
    );
    const outsiders = answers.all(shapes.user, `${ORG}/outside_collaborators`, login) ?? [];
    this.outsiders = [...new Set(outsiders.map((user) => user.login))];
    this.teams = teamsIn(answers, login);
    this.repositories = repositoriesIn(answers, login);
    this.everywhere = organisationRolesIn(answers, login);
    this.#teamRoles = teamRolesIn(answers, login);
    this.#chosen = chosenIn(answers, login);
    for (const team of this.teams.values()) {
      this.#teamsById.set(team.id, team.slug);
      for (const slug of this.ancestry(team.slug)) for (const member of team.members) this.#noteTeam(member, slug);
    }
  }

  #noteTeam(login: string, slug: string): void {
    const known = this.#teamsOfUser.get(login.toLowerCase());
    if (known) known.add(slug);
    else this.#teamsOfUser.set(login.toLowerCase(), new Set([slug]));
  }

  /** The team and those that it is nested in, nearest first. */
  ancestry(slug: string): string[] {
    const found: string[] = [];
    for (let at: string | undefined = slug; at !== undefined && !found.includes(at); at = this.teams.get(at)?.parent)
      found.push(at);
    return found;
  }

  /** Slugs, nested teams' parents included. */
  teamsOf = (login: string): readonly string[] => [...(this.#teamsOfUser.get(login.toLowerCase()) ?? [])];
  userById = (id: string): string | undefined => this.#usersById.get(id);
  roleById(id: string): string | undefined {
    const roles = this.answers.all(shapes.customRole, `${ORG}/custom-repository-roles`, this.login) ?? [];
    return roles.find((role) => String(role.id) === id)?.name;
  }
  teamById = (id: string): string | undefined => this.#teamsById.get(id);
  isMember = (login: string): boolean => this.members.has(login.toLowerCase());
  isOwner = (login: string): boolean => this.members.get(login.toLowerCase())?.membership === 'owner';
  role = (name: string, fallback?: BaseRole): RepositoryRole => roleNamed(name, this.customRoles, fallback);

  /** The roles that teams have in a repository, as far as lists of the teams' repositories say them. */
  teamRolesIn = (repository: string): readonly (readonly [slug: string, role: string])[] =>
    this.#teamRoles.get(repository.toLowerCase()) ?? [];

  /** Whether an organisation's secret that is for chosen repositories is for this one. */
  isChosen = (secret: string, repository: string): boolean =>
    this.#chosen.get(secret.toUpperCase())?.has(repository.toLowerCase()) ?? false;
}

export interface OrganisationRole {
  readonly role: shapes.OrganisationRoleAnswer;
  readonly users: readonly string[];
  readonly teams: readonly string[];
}

function organisationRolesIn(answers: Answers, login: string): OrganisationRole[] {
  const users = answers.pages(shapes.user, `${ORG}/organization-roles/{role}/users`, login);
  const teams = answers.pages(shapes.team, `${ORG}/organization-roles/{role}/teams`, login);
  return (answers.all(shapes.organisationRole, `${ORG}/organization-roles`, login) ?? []).map((role) => {
    const isOwn = ({ parameters }: { parameters: Readonly<Record<string, string>> }): boolean =>
      parameters['role'] === String(role.id);
    return {
      role,
      users: users.filter(isOwn).flatMap(({ items }) => items.map((user) => user.login)),
      teams: teams.filter(isOwn).flatMap(({ items }) => items.map((team) => team.slug)),
    };
  });
}

function teamRolesIn(answers: Answers, login: string): Map<string, [string, string][]> {
  const found = new Map<string, [string, string][]>();
  for (const { parameters, items } of answers.pages(shapes.repository, `${ORG}/teams/{team}/repos`, login)) {
    for (const { full_name: name, role_name: role, permissions } of items) {
      const granted = role ?? highestPermission(permissions);
      if (!granted) continue;
      const roles = found.get(name.toLowerCase()) ?? [];
      roles.push([parameters['team'] ?? '', granted]);
      found.set(name.toLowerCase(), roles);
    }
  }
  return found;
}

function chosenIn(answers: Answers, login: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { parameters, items } of answers.pages(shapes.repository, `${ORG}/actions/secrets/{secret}/repositories`, login)) {
    const secret = parameters['secret']?.toUpperCase() ?? '';
    const names = found.get(secret) ?? new Set();
    for (const { full_name: name } of items) names.add(name.toLowerCase());
    found.set(secret, names);
  }
  return found;
}

const PERMISSIONS = [
  ['admin', 'admin'],
  ['maintain', 'maintain'],
  ['push', 'write'],
  ['triage', 'triage'],
  ['pull', 'read'],
] as const;

/** The base role that an answer's `permissions` amount to. */
export const highestPermission = (permissions: Readonly<Record<string, unknown>> | undefined): BaseRole | undefined =>
  PERMISSIONS.find(([name]) => permissions?.[name] === true)?.[1];

function customRolesIn(answers: Answers, login: string): CustomRoles {
  const roles = answers.all(shapes.customRole, `${ORG}/custom-repository-roles`, login) ?? [];
  return new Map(
    roles.map(({ name, base_role: base, permissions }) => [
      name.toLowerCase(),
      { name, base: roleNamed(base ?? 'read', new Map()).base, adds: permissions ?? [] },
    ]),
  );
}

/** Who owns the organisation is told by which members were asked for: `role=admin`. */
function membersIn(answers: Answers, org: string) {
  const found = new Map<string, { login: string; membership: Membership }>();
  for (const { query, items } of answers.pages(shapes.user, `${ORG}/members`, org)) {
    const asked = query.get('role');
    const membership: Membership = asked === 'admin' ? 'owner' : asked === 'member' ? 'member' : 'unknown';
    for (const { login } of items) {
      const known = found.get(login.toLowerCase());
      if (!known || known.membership === 'unknown') found.set(login.toLowerCase(), { login, membership });
    }
  }
  return found;
}

function teamsIn(answers: Answers, org: string): Map<string, Team> {
  const members = new Map<string, string[]>();
  for (const { parameters, items } of answers.pages(shapes.user, `${ORG}/teams/{team}/members`, org)) {
    const slug = parameters['team'] ?? '';
    members.set(slug, [...(members.get(slug) ?? []), ...items.map(({ login }) => login)]);
  }
  const found = new Map<string, Team>();
  for (const { slug, id, name, parent } of answers.all(shapes.team, `${ORG}/teams`, org) ?? []) {
    const team = { slug, id: String(id ?? ''), name: name ?? slug, parent: parent?.slug, members: members.get(slug) ?? [] };
    found.set(slug, team);
  }
  for (const [slug, logins] of members)
    if (!found.has(slug)) found.set(slug, { slug, id: '', name: slug, parent: undefined, members: logins });
  return found;
}

function repositoriesIn(answers: Answers, org: string): Map<string, shapes.RepositoryAnswer> {
  const found = new Map<string, shapes.RepositoryAnswer>();
  const isOwn = ({ full_name: name }: shapes.RepositoryAnswer): boolean => name.toLowerCase().startsWith(`${org.toLowerCase()}/`);
  const note = (answer: shapes.RepositoryAnswer): void => {
    const key = answer.full_name.toLowerCase();
    if (isOwn(answer)) found.set(key, { ...found.get(key), ...answer });
  };
  for (const answer of answers.all(shapes.repository, `${ORG}/repos`, org) ?? []) note(answer);
  for (const name of answers.repositories) {
    if (!name.toLowerCase().startsWith(`${org.toLowerCase()}/`)) continue;
    const [answer] = answers.all(shapes.repository, '/repos/{owner}/{repo}', name) ?? [];
    note(answer ?? { full_name: found.get(name.toLowerCase())?.full_name ?? name });
  }
  return found;
}
