/** One repository, as the answers show it: who has a role, what guards its refs, where its secrets are. */
import type { z } from 'zod';
import { type BranchProtection, protectionGuards } from '../../../iam/github/branch-protection.ts';
import type { DeploymentEnvironment, RefFacts } from '../../../iam/github/environment-entry.ts';
import { type LastChange, lastChange } from '../../../iam/github/last-change.ts';
import { type Actor, RefGuards } from '../../../iam/github/ref-guards.ts';
import { type RepositoryRole, strongest } from '../../../iam/github/repository-role.ts';
import type { RepositorySettings } from '../../../iam/github/repository-settings.ts';
import { subjectClaimsOf } from '../../../iam/github/repository-settings.ts';
import { type Ruleset, rulesetGuards } from '../../../iam/github/rulesets.ts';
import type { Answers } from '../answers/answers.ts';
import * as guarding from '../answers/protection-shapes.ts';
import * as shapes from '../answers/shapes.ts';
import { highestPermission, type OrganisationView } from './organisation-view.ts';
import { environmentsIn, protectionsIn, rulesetsIn } from './protection-answers.ts';

const REPO = '/repos/{owner}/{repo}';

export class RepositoryView {
  /** `owner/name`, as GitHub writes it. */
  readonly name: string;
  readonly about: shapes.RepositoryAnswer;
  readonly organisation: OrganisationView;
  /** By lower-case login. */
  readonly collaborators: ReadonlyMap<string, { readonly login: string; readonly role: RepositoryRole }>;
  /** By slug. */
  readonly teams: ReadonlyMap<string, RepositoryRole>;
  readonly environments: readonly DeploymentEnvironment[];
  readonly refs: RefFacts;
  /** What of the rules was not answered; empty when all of them were. */
  readonly unknownRules: readonly string[];
  readonly #answers: Answers;

  constructor(name: string, organisation: OrganisationView) {
    this.name = name;
    this.organisation = organisation;
    this.#answers = organisation.answers;
    this.about = organisation.repositories.get(name.toLowerCase()) ?? { full_name: name };
    this.collaborators = this.#collaborators();
    this.teams = this.#teams();
    const environments = environmentsIn(this.#answers, name);
    this.environments = environments?.known ?? [];
    const protections = protectionsIn(this.#answers, name);
    const rulesets = rulesetsIn(organisation, this.about);
    this.refs = this.#refs(protections.known, rulesets.known);
    this.unknownRules = [
      ...protections.unknown,
      ...rulesets.unknown,
      ...(environments ? environments.unknown : ['environments']),
      ...(this.about.default_branch == null ? ['the default branch'] : []),
    ];
  }

  get defaultBranch(): string {
    return this.about.default_branch ?? 'main';
  }

  get isPublic(): boolean {
    return this.about.visibility === 'public' || (this.about.visibility == null && this.about.private === false);
  }

  /** What is answered below the repository's own path. */
  all<T>(shape: z.ZodType<T>, rest: string): readonly T[] | undefined {
    return this.#answers.all(shape, `${REPO}/${rest}`, this.name);
  }

  get settings(): RepositorySettings {
    const { visibility, id, default_branch: branch, owner } = this.about;
    const [own] = this.all(shapes.oidcSub, 'actions/oidc/customization/sub') ?? [];
    const [organisation] =
      this.organisation.answers.all(shapes.oidcSub, '/orgs/{org}/actions/oidc/customization/sub', this.organisation.login) ?? [];
    const claims = subjectClaimsOf(customization(own), customization(organisation));
    const token = this.workflowPermissions?.default_workflow_permissions;
    return {
      ...(id === undefined ? {} : { id: String(id) }),
      ...(owner?.id === undefined ? {} : { ownerId: String(owner.id) }),
      ...(own?.use_immutable_subject == null ? {} : { immutableSubject: own.use_immutable_subject }),
      ...(isVisibility(visibility) ? { visibility } : {}),
      ...(branch == null ? {} : { defaultBranch: branch }),
      ...(claims ? { subjectClaims: claims } : {}),
      ...(token === 'read' || token === 'write' ? { tokenDefault: token } : {}),
    };
  }

  /** By the newest commits of the default branch, as far as they were answered. */
  get lastChange(): LastChange | undefined {
    const commits = this.all(shapes.commit, 'commits') ?? [];
    const isMerge = ({ parents }: (typeof commits)[number]): boolean => (parents?.length ?? 0) > 1;
    return lastChange(
      commits
        .filter((one) => !isMerge(one))
        .map(({ commit: { author }, author: account }) => ({
          name: author?.name ?? '',
          email: author?.email ?? '',
          at: author?.date ?? '',
          ...(account?.login == null ? {} : { login: account.login }),
        })),
    );
  }

  get workflowPermissions() {
    const [own] = this.all(shapes.workflowPermissions, 'actions/permissions/workflow') ?? [];
    const { answers, login } = this.organisation;
    const [all] = answers.all(shapes.workflowPermissions, '/orgs/{org}/actions/permissions/workflow', login) ?? [];
    return own ?? all;
  }

  /** Whoever the rules name: a user with all the teams they are in, or a team with those that it is nested in. */
  actorsOfUser = (login: string): Actor[] => [
    { type: 'user', name: login },
    ...this.organisation.teamsOf(login).flatMap(this.actorsOfTeam),
  ];
  actorsOfTeam = (slug: string): Actor[] => this.organisation.ancestry(slug).map((name): Actor => ({ type: 'team', name }));

  /** The role of a user by all ways together. */
  roleOfUser(login: string): RepositoryRole {
    const { organisation } = this;
    if (organisation.isOwner(login)) return organisation.role('admin');
    const own = this.collaborators.get(login.toLowerCase())?.role;
    const roles = [own, organisation.isMember(login) ? organisation.baseRole : undefined];
    const teams = organisation.teamsOf(login).map((slug) => this.teams.get(slug));
    return strongest([...roles, ...teams, ...this.#everywhere(login)].filter((role) => role !== undefined));
  }

  #everywhere(login: string): RepositoryRole[] {
    const { organisation } = this;
    return organisation.everywhere.flatMap(({ role, users, teams }) => {
      const isAssigned = users.includes(login) || teams.some((slug) => organisation.teamsOf(login).includes(slug));
      return isAssigned && role.base_role ? [organisation.role(role.base_role)] : [];
    });
  }

  roleOfTeam(slug: string): RepositoryRole {
    const roles = this.organisation.ancestry(slug).map((name) => this.teams.get(name));
    return strongest(roles.filter((role) => role !== undefined));
  }

  #collaborators() {
    const found = new Map<string, { login: string; role: RepositoryRole }>();
    for (const { login, role_name: name, permissions } of this.all(shapes.collaborator, 'collaborators') ?? []) {
      const granted = name ?? highestPermission(permissions);
      if (granted)
        found.set(login.toLowerCase(), { login, role: this.organisation.role(granted, highestPermission(permissions)) });
    }
    return found;
  }

  #teams() {
    const found = new Map<string, RepositoryRole>();
    const { organisation } = this;
    for (const { slug, role_name: role, permission } of this.all(shapes.team, 'teams') ?? []) {
      const granted = role ?? permission;
      if (granted) found.set(slug, organisation.role(granted));
    }
    for (const [slug, role] of organisation.teamRolesIn(this.name)) found.set(slug, organisation.role(role));
    return found;
  }

  #refs(protections: readonly BranchProtection[], rulesets: readonly Ruleset[]): RefFacts {
    const setting = { actionsMayApprove: this.workflowPermissions?.can_approve_pull_request_reviews === true };
    const guards = new RefGuards([
      ...protections.flatMap((protection) => protectionGuards(protection, setting)),
      ...rulesets.flatMap((ruleset) => rulesetGuards(ruleset, this.defaultBranch, setting)),
    ]);
    const branches = this.all(guarding.branch, 'branches') ?? [];
    const names = new Set([
      this.defaultBranch,
      ...branches.map(({ name }) => name),
      ...protections.map(({ pattern }) => pattern),
    ]);
    const isProtected = (name: string): boolean =>
      branches.some((branch) => branch.name === name && branch.protected === true) ||
      protections.some(({ pattern }) => pattern === name) ||
      guards.isGuarded(`refs/heads/${name}`);
    return { guards, protectedRefs: [...names].filter(isProtected).map((name) => `refs/heads/${name}`) };
  }
}

function customization(
  answer: { use_default?: boolean | null | undefined; include_claim_keys?: string[] | null | undefined } | undefined,
) {
  if (!answer) return undefined;
  const { use_default: isDefault, include_claim_keys: keys } = answer;
  return { ...(isDefault == null ? {} : { use_default: isDefault }), ...(keys ? { include_claim_keys: keys } : {}) };
}

const isVisibility = (text: string | null | undefined): text is 'public' | 'private' | 'internal' =>
  text === 'public' || text === 'private' || text === 'internal';
