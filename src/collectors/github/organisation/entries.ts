/**
 * Who gets a job of their own past the rules of a ref or an environment.
 *
 *     repository ─DEFINES─► job            only if somebody else consents
 *     role ─CAN_CONTROL─► job              a role that the rules let past
 *     user, team, app ─HAS_GRANT─► entry ─CAN_CONTROL─► job
 */
import { conditionOf, type Entry, isOpen, namedBy, wayIn } from '../../../iam/github/environment-entry.ts';
import { rightsOfPermissions } from '../../../iam/github/token-rights.ts';
import * as shapes from '../answers/shapes.ts';
import { addTeamStub, deployKeyGrant, type RepositoryFactsTo, type RoleGrant } from './access.ts';
import { addUser } from './people.ts';
import { containedAtControl } from './secrets.ts';

interface Holder {
  /** A right that is shared, or an identity. */
  readonly key: string;
  readonly isRight: boolean;
  readonly reason: string;
}

export class Entries {
  readonly #to: RepositoryFactsTo;
  readonly #grants: readonly RoleGrant[];
  readonly #holders = new Map<string, readonly Holder[]>();

  constructor(to: RepositoryFactsTo, grants: readonly RoleGrant[]) {
    this.#to = to;
    this.#grants = grants;
  }

  /** Draws how one job is entered; nothing changes for a job that every writer may enter. */
  add(pipeline: string, entry: Entry): void {
    if (isOpen(entry)) return;
    const { facts, keys, repository } = this.#to;
    facts.relationship({
      source: keys.repository(repository.name),
      kind: 'DEFINES',
      target: pipeline,
      basis: 'entitled',
      certainty: 'conditional',
      conditionClass: 'approval',
      condition: conditionOf(entry, repository.refs),
      reason: `whoever may write the repository may propose it (${entry.id})`,
    });
    const { organisation } = repository;
    containedAtControl({ facts, keys, organisation }, pipeline, 'an owner of the organisation may change every rule');
    for (const holder of this.#holdersOf(entry)) this.#draw(holder, pipeline, entry);
  }

  #draw({ key, isRight, reason }: Holder, pipeline: string, { id }: Entry): void {
    const { facts, keys, repository } = this.#to;
    const control = { kind: 'CAN_CONTROL', target: pipeline, basis: 'entitled', certainty: 'definite' } as const;
    if (isRight) {
      facts.relationship({ source: key, ...control, reason });
      return;
    }
    const entry = facts.entity({
      key: keys.entry(repository.name, id),
      kind: 'Permission',
      name: `past the rules of ${id} in ${repository.name}`,
      provider: 'github',
    });
    facts.relationship({ source: key, kind: 'HAS_GRANT', target: entry, basis: 'entitled', certainty: 'definite', reason });
    facts.relationship({
      source: entry,
      ...control,
      reason: `who gets past the rules of ${id} may run a job of their own there`,
    });
  }

  #holdersOf(entry: Entry): readonly Holder[] {
    const known = this.#holders.get(entry.id);
    if (known) return known;
    const found = [...this.#roles(entry), ...this.#deployKeys(entry), ...this.#teamsAndUsers(entry), ...this.#apps(entry)];
    this.#holders.set(entry.id, found);
    return found;
  }

  #roles(entry: Entry): Holder[] {
    return this.#grants.flatMap(({ permission, role }) => {
      const way = wayIn(entry, { role, actors: [] }, this.#to.repository.refs);
      if (way === undefined) return [];
      this.#nameRight(permission, role.name);
      return [{ key: permission, isRight: true, reason: way }];
    });
  }

  /** Rights of the whole organisation are its own facts: here they are only named. */
  #nameRight(permission: string, role: string): void {
    const { facts, repository } = this.#to;
    facts.entity({ key: permission, kind: 'Permission', name: `${role} in ${repository.name}`, provider: 'github', stub: true });
  }

  #deployKeys(entry: Entry): Holder[] {
    const { keys, repository } = this.#to;
    const writes = (repository.all(shapes.deployKey, 'keys') ?? []).some((key) => !key.read_only);
    if (!writes || repository.about.archived) return [];
    const writer = { role: repository.organisation.role('write'), actors: [{ type: 'deploy-key', name: '' }] as const };
    const way = wayIn(entry, writer, repository.refs);
    return way === undefined ? [] : [{ key: deployKeyGrant(keys, repository.name, 'write'), isRight: true, reason: way }];
  }

  /** A user is asked with all their teams, since two rules may each let another of them past. */
  #teamsAndUsers(entry: Entry): Holder[] {
    const { facts, keys, repository } = this.#to;
    const { organisation, refs } = repository;
    const named = namedBy(entry, refs);
    const slugs = [...organisation.teams.keys()].filter((slug) =>
      organisation
        .ancestry(slug)
        .some((name) => named.some((actor) => actor.type === 'team' && actor.name.toLowerCase() === name.toLowerCase())),
    );
    const teams = new Map<string, string>();
    for (const slug of slugs) {
      const way = wayIn(entry, { role: repository.roleOfTeam(slug), actors: repository.actorsOfTeam(slug) }, refs);
      if (way !== undefined) teams.set(slug, way);
    }
    const logins = new Set([
      ...named.flatMap(({ type, name }) => (type === 'user' ? [name] : [])),
      ...slugs.filter((slug) => !teams.has(slug)).flatMap((slug) => organisation.teams.get(slug)?.members ?? []),
    ]);
    const users = [...logins].flatMap((login): Holder[] => {
      const writer = { role: repository.roleOfUser(login), actors: repository.actorsOfUser(login) };
      const way = organisation.teamsOf(login).some((slug) => teams.has(slug)) ? undefined : wayIn(entry, writer, refs);
      return way === undefined ? [] : [{ key: addUser({ facts, keys, organisation }, login), isRight: false, reason: way }];
    });
    return [...[...teams].map(([slug, reason]) => ({ key: addTeamStub(this.#to, slug), isRight: false, reason })), ...users];
  }

  #apps(entry: Entry): Holder[] {
    const { facts, keys, repository } = this.#to;
    const { answers, login } = repository.organisation;
    const named = namedBy(entry, repository.refs).filter(({ type }) => type === 'app');
    const installed = answers.all(shapes.installation, '/orgs/{org}/installations', login) ?? [];
    return installed.flatMap((app): Holder[] => {
      const rights = rightsOfPermissions(app.permissions ?? {});
      const isSure = app.repository_selection === 'all' && rights.repository === 'write' && rights.writesWorkflows;
      const isNamed = named.some(({ name }) => name.toLowerCase() === app.app_slug.toLowerCase());
      if (!isNamed || !isSure || app.suspended_at != null) return [];
      const writer = { role: repository.organisation.role('write'), actors: [{ type: 'app', name: app.app_slug }] as const };
      const way = wayIn(entry, writer, repository.refs);
      if (way === undefined) return [];
      const key = facts.entity({
        key: keys.app(app.app_slug),
        kind: 'ServiceAccount',
        name: app.app_slug,
        provider: 'github',
        stub: true,
      });
      return [{ key, isRight: false, reason: way }];
    });
  }
}
