/**
 * The `sub` that a job's OIDC token carries, under GitHub's default template or a customised one; unknown parts are `*`.
 * https://docs.github.com/actions/reference/security/oidc
 *
 * Whether subjects of a repository name it with its ids (`repo:<owner>@<id>/<name>@<id>:…`) is a setting: where it is not known,
 * they are without, and the join with trust policies looks for both.
 */
import type { Certainty } from '../../model/kinds.ts';
import type { RepositorySettings } from './repository-settings.ts';
import { type RunContext, runContexts } from './run-contexts.ts';
import type { Trigger } from './triggers.ts';

export const GITHUB_ISSUER = 'token.actions.githubusercontent.com';

export interface OidcSubject {
  readonly sub: string;
  readonly certainty: Certainty;
  readonly because: string;
}

export interface JobRuns {
  readonly repository: string;
  readonly triggers: readonly Trigger[];
  /** What it may be, unknown parts `*`; an empty text is none. */
  readonly environments: readonly string[];
  readonly settings?: RepositorySettings;
  /** Claims of the job that do not depend on what started it: `workflow`, `job_workflow_ref`, … */
  readonly claims?: Readonly<Record<string, string>>;
}

/** An environment takes the place of the ref; one that only the run decides may also be none. */
export function oidcSubjects(job: JobRuns): OidcSubject[] {
  const { triggers, environments, settings } = job;
  const contexts = triggers.flatMap((trigger) => runContexts(trigger, settings?.defaultBranch));
  const named = environments.filter((name) => name !== '');
  const mayLack = named.length < environments.length || named.some((name) => name === '*' || name.startsWith('*'));
  const found = named.flatMap((environment) => inEnvironment(job, environment, contexts));
  if (named.length > 0 && !mayLack) return distinct(found);
  const weakened = (context: RunContext): RunContext =>
    environments.length === 0 || environments.includes('') ? context : { ...context, certainty: 'possible' };
  return distinct([...found, ...contexts.flatMap((context) => subjectsIn(job, weakened(context)))]);
}

function inEnvironment(job: JobRuns, environment: string, contexts: readonly RunContext[]): OidcSubject[] {
  const because = 'its environment';
  const context = `environment:${escaped(environment)}`;
  // The default template says nothing more of a job in an environment than its name, whatever started it.
  if (!job.settings?.subjectClaims || contexts.length === 0) {
    return subjectsIn(job, { context, certainty: 'definite', because, claims: { environment } });
  }
  return contexts.flatMap(({ certainty, claims }) =>
    subjectsIn(job, { context, certainty, because, claims: { ...claims, environment } }),
  );
}

/** Those of a job that a writer adds on a branch of their own: which refs are protected is not known, so the name is not either. */
export function unprotectedSubjects(repository: string, settings?: RepositorySettings): OidcSubject[] {
  const because = 'a job that a writer may add, on a ref that is not protected';
  const context = (name: string, claims: RunContext['claims']): RunContext => ({
    context: name,
    certainty: 'definite',
    because,
    claims,
  });
  return [
    context('ref:refs/heads/*', { ref: 'refs/heads/*', ref_type: 'branch' }),
    context('ref:refs/tags/*', { ref: 'refs/tags/*', ref_type: 'tag' }),
    context('pull_request', { event_name: 'pull_request' }),
  ].flatMap((one) => subjectsIn({ repository, triggers: [], environments: [], ...(settings && { settings }) }, one));
}

/** Empty where the template asks for an environment and the job has none: GitHub then gives no token. */
function subjectsIn(job: JobRuns, { context, certainty, because, claims }: RunContext): OidcSubject[] {
  const { settings, repository } = job;
  const repo = `repo:${idName(repository, settings)}`;
  const keys = settings?.subjectClaims ?? ['repo', 'context'];
  if (keys.includes('environment') && claims['environment'] === undefined) return [];
  const values = { ...ownClaims(repository, settings), ...job.claims, ...claims };
  const withRef = Object.entries(values).map(([key, value]) => [key, value.replaceAll('{ref}', claims['ref'] ?? '*')] as const);
  const known = new Map(withRef);
  const parts = keys.map((key) =>
    key === 'repo' ? repo : key === 'context' ? context : `${key}:${escaped(known.get(key) ?? '*')}`,
  );
  return [{ sub: parts.join(':'), certainty, because }];
}

const ownClaims = (repository: string, settings: RepositorySettings | undefined): Record<string, string> => ({
  repository,
  repository_owner: repository.split('/', 1)[0] ?? repository,
  ...(settings?.id !== undefined && { repository_id: settings.id }),
  ...(settings?.ownerId !== undefined && { repository_owner_id: settings.ownerId }),
  ...(settings?.visibility !== undefined && { repository_visibility: settings.visibility }),
});

function idName(repository: string, settings: RepositorySettings | undefined): string {
  if (!settings?.immutableSubject) return repository;
  const [owner, name] = repository.split('/', 2);
  return `${owner}@${settings.ownerId ?? '*'}/${name}@${settings.id ?? '*'}`;
}

const escaped = (value: string): string => value.replaceAll(':', '%3A');

function distinct(subjects: readonly OidcSubject[]): OidcSubject[] {
  const bySub = new Map<string, OidcSubject>();
  for (const subject of subjects) {
    const known = bySub.get(subject.sub);
    if (!known || (known.certainty === 'possible' && subject.certainty === 'definite')) bySub.set(subject.sub, subject);
  }
  return [...bySub.values()];
}
