/** The relationships that a repository's facts are made of, each said in one place. */
import type { CodeOwner, OwnerRule } from '../../iam/github/codeowners.ts';
import type { LastChange } from '../../iam/github/last-change.ts';
import { GITHUB_ISSUER, type OidcSubject } from '../../iam/github/oidc-subjects.ts';
import type { RepositoryWorkflows } from '../../iam/github/reusable.ts';
import { githubOrg, githubRepository, githubSecret, oidcSubject, owner } from '../../model/keys.ts';
import type { Basis, Certainty } from '../../model/kinds.ts';
import { FactSet } from './fact-set.ts';
import type { OtherSource } from './other-sources.ts';

export interface SecretRead {
  readonly pipeline: string;
  readonly name: string;
  readonly reason: string;
  /** A parameter of this reusable workflow, instead of a secret of the repository. */
  readonly parameterOf?: string;
  readonly certainty?: Certainty;
  readonly basis?: Basis;
}

export class RepositoryFacts extends FactSet {
  readonly #name: string;
  readonly #org: string;

  constructor({ name }: RepositoryWorkflows) {
    super();
    this.#name = name;
    const login = name.split('/', 1)[0] ?? name;
    this.#org = this.entity({ key: githubOrg(login), kind: 'Scope', name: login, provider: 'github' });
    this.relationship({
      source: this.#org,
      kind: 'CONTAINS',
      target: this.entity({ key: githubRepository(name), kind: 'Repository', name, provider: 'github' }),
      basis: 'declared',
      certainty: 'definite',
      reason: `${name} belongs to ${login}`,
    });
  }

  defines(pipeline: string, reason: string): void {
    const source = githubRepository(this.#name);
    this.relationship({ source, kind: 'DEFINES', target: pipeline, basis: 'declared', certainty: 'definite', reason });
  }

  /** Whoever can move the ref that is named changes what the job runs; a commit id cannot be moved. */
  definedElsewhere(pipeline: string, { repository, uses, place, isPinned }: OtherSource): void {
    if (isPinned) return;
    const name = repository.slice(repository.indexOf(':') + 1);
    this.relationship({
      source: this.entity({ key: repository, kind: 'Repository', name, provider: 'github', stub: true }),
      kind: 'DEFINES',
      target: pipeline,
      basis: 'declared',
      certainty: 'conditional',
      reason: `${place} runs ${uses}`,
      condition: `no protection keeps writers of ${name} from moving that ref`,
      conditionClass: 'unknown',
    });
  }

  /** The secret's key. Files do not say at which level it lives, so it has the repository's. */
  secret(name: string, parameterOf?: string): string {
    if (parameterOf !== undefined) {
      const key = `${githubRepository(this.#name)}/${parameterOf}/secrets/${name}`;
      return this.entity({ key, kind: 'Secret', name, provider: 'github', properties: { level: 'workflow parameter' } });
    }
    const key = githubSecret(this.#name, name);
    this.relationship({
      source: this.#org,
      kind: 'CONTAINS',
      target: this.entity({ key, kind: 'Secret', name, provider: 'github', properties: { level: 'unknown' } }),
      levels: ['control'],
      basis: 'declared',
      certainty: 'definite',
      reason: 'whoever controls the organisation may run a job that reads it',
    });
    return key;
  }

  reads({ pipeline, name, reason, parameterOf, certainty = 'definite', basis = 'declared' }: SecretRead): void {
    this.relationship({ source: pipeline, kind: 'READS', target: this.secret(name, parameterOf), basis, certainty, reason });
  }

  runsAs(pipeline: string, { sub, certainty, because }: OidcSubject, basis: Basis = 'declared'): void {
    const target = this.entity({
      key: oidcSubject(GITHUB_ISSUER, sub),
      kind: 'External',
      name: sub,
      provider: 'external',
      properties: { issuer: GITHUB_ISSUER, subject: sub },
    });
    const reason = `may ask for an OIDC token (id-token: write); ${because}`;
    this.relationship({ source: pipeline, kind: 'RUNS_AS', target, basis, certainty, reason });
  }

  /** Code owners answer for what the code defines. Where nobody is named, whoever changed it last may. */
  ownedBy(thing: string, rule: OwnerRule | undefined, change?: LastChange): void {
    const named = { basis: 'declared', certainty: 'definite', reason: `CODEOWNERS line ${rule?.line}` } as const;
    for (const owner of rule?.owners ?? [])
      this.relationship({ source: thing, kind: 'OWNED_BY', target: this.#owner(owner), ...named });
    if (rule !== undefined || change === undefined) return;
    const reason = `changed it last, on ${change.at.slice(0, 10)}; CODEOWNERS names nobody`;
    const target = this.#owner(change.by);
    this.relationship({ source: thing, kind: 'OWNED_BY', target, basis: 'inferred', certainty: 'possible', reason });
  }

  #owner({ kind, name }: CodeOwner): string {
    return this.entity({ key: owner(kind, name), kind: 'Owner', name, provider: 'owner', properties: { type: kind } });
  }
}
