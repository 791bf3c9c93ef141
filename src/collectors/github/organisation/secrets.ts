/** Where values are kept: secrets of Actions, Dependabot and Codespaces, and which of them the jobs of a repository see. */
import type { EntityFact } from '../../../model/entity.ts';
import { eventTime } from '../../files/event-time.ts';
import * as shapes from '../answers/shapes.ts';
import type { FactSet } from '../fact-set.ts';
import type { RepositoryFactsTo } from './access.ts';
import type { GithubKeys } from './keys.ts';
import type { OrganisationView } from './organisation-view.ts';
import type { OrganisationFacts } from './people.ts';
import type { RepositoryView } from './repository-view.ts';

const SERVICES = ['actions', 'dependabot', 'codespaces'] as const;
type Service = (typeof SERVICES)[number];
const ORG = '/orgs/{org}';

export function addOrganisationSecrets({ facts, keys, organisation }: OrganisationFacts): void {
  for (const service of SERVICES) {
    for (const secret of organisation.answers.all(shapes.secret, `${ORG}/${service}/secrets`, organisation.login) ?? []) {
      const key = keys.secret(organisation.login, service, secret.name);
      const properties = { level: 'organisation', visibility: secret.visibility ?? 'unknown' };
      addPlace({ facts, keys, organisation }, { key, secret, service, properties });
    }
  }
}

export function addRepositorySecrets({ facts, keys, repository }: RepositoryFactsTo): void {
  const to = { facts, keys, organisation: repository.organisation };
  for (const service of SERVICES) {
    for (const secret of repository.all(shapes.secret, `${service}/secrets`) ?? []) {
      const key = keys.secret(repository.name, service, secret.name);
      addPlace(to, { key, secret, service, properties: { level: 'repository' } });
    }
  }
  for (const { environment, secret } of environmentSecrets(repository)) {
    const key = keys.environmentSecret(repository.name, environment, secret.name);
    addPlace(to, { key, secret, service: 'actions', properties: { level: 'environment', environment } });
  }
}

interface NewPlace {
  readonly key: string;
  readonly secret: shapes.SecretAnswer;
  readonly service: Service;
  readonly properties: NonNullable<EntityFact['properties']>;
}

/** A value that nobody can read through GitHub: it hangs from the organisation at control alone. */
function addPlace({ facts, keys, organisation }: OrganisationFacts, { key, secret, service, properties }: NewPlace): void {
  const updatedAt = eventTime(secret.updated_at);
  facts.entity({
    key,
    kind: 'Secret',
    name: secret.name,
    provider: 'github',
    properties: { ...properties, service, ...(updatedAt === undefined ? {} : { updatedAt }) },
  });
  containedAtControl({ facts, keys, organisation }, key, 'whoever controls the organisation may run a job that reads it');
}

/** Hangs a thing from its organisation for those alone who control it. */
export function containedAtControl(
  to: { facts: FactSet; keys: GithubKeys; organisation: OrganisationView },
  target: string,
  reason: string,
): void {
  const { facts, keys, organisation } = to;
  const source = facts.entity({
    key: keys.org(organisation.login),
    kind: 'Scope',
    name: organisation.login,
    provider: 'github',
    stub: true,
  });
  facts.relationship({ source, kind: 'CONTAINS', target, levels: ['control'], basis: 'declared', certainty: 'definite', reason });
}

function environmentSecrets({ name, organisation }: RepositoryView) {
  const pages = organisation.answers.pages(shapes.secret, '/repos/{owner}/{repo}/environments/{environment}/secrets', name);
  return pages.flatMap(({ parameters, items }) =>
    items.map((secret) => ({ environment: parameters['environment'] ?? '', secret })),
  );
}

/** The secrets of Actions by their upper-case name, as the jobs of one repository see them. */
export class VisibleSecrets {
  /** Undefined where it was not answered. */
  readonly #repository: ReadonlyMap<string, string> | undefined;
  readonly #organisation: ReadonlyMap<string, string> | undefined;
  /** By lower-case environment. */
  readonly #environments = new Map<string, Map<string, string>>();
  readonly #withSecrets: ReadonlySet<string>;

  constructor(repository: RepositoryView, keys: GithubKeys) {
    const { name, organisation } = repository;
    const own = repository.all(shapes.secret, 'actions/secrets');
    this.#repository =
      own && new Map(own.map((secret) => [secret.name.toUpperCase(), keys.secret(name, 'actions', secret.name)]));
    const shared = sharedSecrets(repository);
    this.#organisation =
      shared && new Map(shared.map((secret) => [secret.toUpperCase(), keys.secret(organisation.login, 'actions', secret)]));
    for (const { environment, secret } of environmentSecrets(repository)) {
      const known = this.#environments.get(environment.toLowerCase()) ?? new Map<string, string>();
      known.set(secret.name.toUpperCase(), keys.environmentSecret(name, environment, secret.name));
      this.#environments.set(environment.toLowerCase(), known);
    }
    const answered = organisation.answers.pages(shapes.secret, '/repos/{owner}/{repo}/environments/{environment}/secrets', name);
    this.#withSecrets = new Set(answered.map(({ parameters }) => parameters['environment']?.toLowerCase() ?? ''));
  }

  /** Whether what jobs outside of environments see is known. */
  get isKnown(): boolean {
    return this.#repository !== undefined && this.#organisation !== undefined;
  }

  isEnvironmentKnown(environment: string): boolean {
    return this.#withSecrets.has(environment.toLowerCase());
  }

  /** The key of the secret that a job in this environment gets by this name: the nearest level wins. */
  find(name: string, environment?: string): string | undefined {
    const upper = name.toUpperCase();
    const own = environment === undefined ? undefined : this.#environments.get(environment.toLowerCase())?.get(upper);
    return own ?? this.#repository?.get(upper) ?? this.#organisation?.get(upper);
  }

  /** All that a job in this environment sees. */
  all(environment?: string): string[] {
    const own = environment === undefined ? undefined : this.#environments.get(environment.toLowerCase());
    return [...new Map([...(this.#organisation ?? []), ...(this.#repository ?? []), ...(own ?? [])]).values()];
  }
}

/** Names of the organisation's secrets that it shows to the repository; undefined when that was not answered. */
function sharedSecrets(repository: RepositoryView): string[] | undefined {
  const told = repository.all(shapes.secret, 'actions/organization-secrets');
  if (told) return told.map(({ name }) => name);
  const { answers, login } = repository.organisation;
  const all = answers.all(shapes.secret, `${ORG}/actions/secrets`, login);
  if (!all) return undefined;
  const isShown = ({ name, visibility }: shapes.SecretAnswer): boolean =>
    visibility === 'selected'
      ? repository.organisation.isChosen(name, repository.name)
      : visibility === 'all' || !repository.isPublic;
  return all.filter(isShown).map(({ name }) => name);
}
