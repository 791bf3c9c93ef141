/**
 * What the jobs of a repository read, and who may change them, once its rules and its secrets are known: what its tree alone says is
 * corrected, and the jobs that may be added on protected refs and in environments are added.
 */
import { type Entry, entryOfEnvironment, entryOfRefs, isOpen, openBranch } from '../../../iam/github/environment-entry.ts';
import { GITHUB_ISSUER, type OidcSubject, oidcSubjects } from '../../../iam/github/oidc-subjects.ts';
import type { WorkflowCalls } from '../../../iam/github/reusable.ts';
import { runContexts } from '../../../iam/github/run-contexts.ts';
import type { Job, Workflow } from '../../../iam/github/workflow.ts';
import type { RelationshipFact } from '../../../model/entity.ts';
import { oidcSubject } from '../../../model/keys.ts';
import type { RepositoryTree } from '../convert.ts';
import type { RepositoryFactsTo, RoleGrant } from './access.ts';
import { Entries } from './entries.ts';
import { VisibleSecrets } from './secrets.ts';

export interface GuardedRepository extends RepositoryFactsTo {
  readonly tree: RepositoryTree;
  readonly calls: WorkflowCalls;
  readonly grants: readonly RoleGrant[];
  /** The job's key. */
  readonly keyOfJob: (workflow: Workflow, job: Job) => string;
}

interface TreeFacts {
  readonly entities: readonly { readonly key: string }[];
  readonly relationships: readonly RelationshipFact[];
}

/** Adds what the tree says to the repository's facts, corrected by its settings. */
export function addGuardedJobs<T extends TreeFacts>(to: GuardedRepository, said: T): void {
  const { facts, keys, repository } = to;
  const secrets = new VisibleSecrets(repository, keys);
  const entries = new Entries(to, to.grants);
  const jobs = new Map(jobsOf(to).map((one) => [one.key, one]));
  const anyJob = keys.anyJob(repository.name);
  const anyEntry = entryOfAnyJob(to);
  const guarded = new Map<string, Entry>();
  for (const [key, one] of jobs) {
    const entry = entryOfJob(to, one);
    if (entry && !isOpen(entry)) guarded.set(key, entry);
  }
  if (anyEntry && !isOpen(anyEntry)) guarded.set(anyJob, anyEntry);
  const home = keys.repository(repository.name);
  const secretPrefix = keys.secret(repository.name, 'actions', '');
  const correction: Correction = { to, home, secretPrefix, secrets, jobs, guarded, anyJob };
  const corrected = said.relationships.flatMap((fact) => correct(fact, correction));
  const ends = new Set(corrected.flatMap(({ source, kind, target }) => (kind === 'CONTAINS' ? [] : [source, target])));
  const isGone = (key: string): boolean => key.includes('/secrets/') && !ends.has(key);
  for (const entity of said.entities as Parameters<typeof facts.entity>[0][]) if (!isGone(entity.key)) facts.entity(entity);
  for (const fact of corrected) if (!(fact.kind === 'CONTAINS' && isGone(fact.target))) facts.relationship(fact);
  for (const [key, entry] of guarded) entries.add(key, entry);
  addReads(to, secrets, jobs.values());
  if (secrets.isKnown)
    for (const target of secrets.all())
      facts.relationship(readOf(anyJob, target, 'a job may name every secret that its repository sees'));
  if (repository.unknownRules.length === 0) addGuardedPipelines(to, secrets, entries);
  nameSharedSecrets(facts);
}

/** Secrets of the organisation are its own facts: here they are only named. */
function nameSharedSecrets(facts: RepositoryFactsTo['facts']): void {
  for (const { kind, target } of facts.relationships) {
    if (kind !== 'READS' || !target.startsWith('github:org/')) continue;
    facts.entity({ key: target, kind: 'Secret', name: target.split('/').at(-1) ?? target, provider: 'github', stub: true });
  }
}

interface PlacedJob {
  readonly key: string;
  readonly workflow: Workflow;
  readonly job: Job;
}

function jobsOf({ tree, keyOfJob }: GuardedRepository): PlacedJob[] {
  return [...tree.workflows.values()].flatMap((workflow) =>
    workflow.jobs.map((job) => ({ key: keyOfJob(workflow, job), workflow, job })),
  );
}

/** Undefined where nothing is known of what starts the job, or of its environment. */
function entryOfJob({ tree, calls, repository }: GuardedRepository, { workflow, job }: PlacedJob): Entry | undefined {
  if (repository.unknownRules.length > 0) return undefined;
  const own = calls.runs({ repository: tree, workflow }).filter((run) => run.repository === tree);
  const contexts = own.flatMap((run) => run.triggers.flatMap((trigger) => runContexts(trigger, repository.defaultBranch)));
  if (contexts.length === 0) return undefined;
  const refs = contexts.map(({ claims }) => claims['ref']);
  const bound = refs.every((ref) => ref?.startsWith('refs/pull/') === false) ? [...new Set(refs as string[])] : undefined;
  const named = job.environments.filter((name) => name !== '');
  if (named.length < job.environments.length || named.length === 0) return bound && entryOfRefs(bound, repository.refs);
  const entries = named.map((name) => entryInEnvironment(name, bound, repository));
  return entries.some((entry) => !entry || isOpen(entry)) ? undefined : entries[0];
}

function entryInEnvironment(
  name: string,
  bound: readonly string[] | undefined,
  { environments, refs }: GuardedRepository['repository'],
): Entry | undefined {
  if (name.includes('*')) return undefined;
  const known = environments.find((environment) => environment.name.toLowerCase() === name.toLowerCase());
  // An environment that was never set up is made by the first job that names it, without a rule.
  return entryOfEnvironment(known ?? { name, refs: 'any', gates: [] }, refs, bound);
}

/** Undefined where some ref that no rule guards takes a job of any writer. */
function entryOfAnyJob({ repository }: GuardedRepository): Entry | undefined {
  const { refs, unknownRules } = repository;
  if (unknownRules.length > 0 || openBranch(refs) !== undefined) return undefined;
  return entryOfRefs([...refs.protectedRefs], refs);
}

interface Correction {
  readonly to: GuardedRepository;
  /** The repository's own key. */
  readonly home: string;
  /** What keys of secrets begin with whose level the tree does not tell. */
  readonly secretPrefix: string;
  readonly secrets: VisibleSecrets;
  readonly jobs: ReadonlyMap<string, PlacedJob>;
  readonly guarded: ReadonlyMap<string, Entry>;
  readonly anyJob: string;
}

function correct(fact: RelationshipFact, correction: Correction): RelationshipFact[] {
  const { to, home, guarded, anyJob } = correction;
  if (fact.kind === 'DEFINES' && fact.source === home && guarded.has(fact.target)) return [];
  if (fact.kind === 'READS') return readAtItsLevel(fact, correction);
  if (fact.kind === 'EXPOSES' || fact.kind === 'CONTAINS') return movedPlace(fact, correction);
  if (fact.kind === 'RUNS_AS' && fact.source === anyJob) return unprotectedSubject(fact, to);
  return [fact];
}

const nameIn = (key: string, { secretPrefix }: Correction): string | undefined =>
  key.startsWith(secretPrefix) ? key.slice(secretPrefix.length) : undefined;

/** The tree knows the name alone; which place a job gets it from, its environment and the lists decide. */
function readAtItsLevel(fact: RelationshipFact, correction: Correction): RelationshipFact[] {
  const { secrets, jobs, anyJob } = correction;
  const name = nameIn(fact.target, correction);
  if (name === undefined || !secrets.isKnown) return [fact];
  if (fact.source === anyJob) return [];
  const job = jobs.get(fact.source)?.job;
  const named = job ? placesOf(job) : [undefined];
  if (named.some((one) => one !== undefined && !secrets.isEnvironmentKnown(one))) return [fact];
  const certainty = named.length > 1 && fact.certainty === 'definite' ? 'possible' : fact.certainty;
  const targets = new Set(named.map((environment) => secrets.find(name, environment)).filter((key) => key !== undefined));
  return [...targets].map((target) => ({ ...fact, target, certainty: targets.size > 1 ? certainty : fact.certainty }));
}

/** The environments that a job may be in; undefined for none. */
const placesOf = ({ environments }: Job): readonly (string | undefined)[] =>
  environments.length === 0 ? [undefined] : environments.map((one) => (one === '' ? undefined : one));

/** A key that a workflow names beside a secret lives where that secret does. */
function movedPlace(fact: RelationshipFact, correction: Correction): RelationshipFact[] {
  const { secrets } = correction;
  const end = fact.kind === 'EXPOSES' ? 'source' : 'target';
  const name = nameIn(fact[end], correction);
  if (name === undefined || !secrets.isKnown || fact.kind === 'CONTAINS') return [fact];
  const found = secrets.find(name);
  return found === undefined ? [fact] : [{ ...fact, [end]: found }];
}

const readOf = (source: string, target: string, reason: string): RelationshipFact => ({
  source,
  kind: 'READS',
  target,
  basis: 'entitled',
  certainty: 'definite',
  reason,
});

/** Jobs that take all secrets at once. */
function addReads({ facts, calls, tree }: GuardedRepository, secrets: VisibleSecrets, jobs: Iterable<PlacedJob>): void {
  if (!secrets.isKnown) return;
  for (const { key, workflow, job } of jobs) {
    if (job.reads.all === undefined || calls.isParameter({ repository: tree, workflow }, undefined, job)) continue;
    const reason = `${workflow.path} line ${job.reads.all} takes all secrets at once`;
    const seen = placesOf(job).map((environment) => secrets.all(environment));
    for (const target of new Set(seen.flat())) {
      const certainty = seen.every((all) => all.includes(target)) ? 'definite' : 'possible';
      facts.relationship({ ...readOf(key, target, reason), basis: 'declared', certainty });
    }
  }
}

/** A job that any writer adds presents every branch but the protected ones. */
function unprotectedSubject(fact: RelationshipFact, to: GuardedRepository): RelationshipFact[] {
  const except = exceptions(to);
  if (except.length === 0 || !fact.target.includes('refs/heads/*')) return [fact];
  const target = `${fact.target};unprotected`;
  const subject = fact.target.slice(oidcSubject(GITHUB_ISSUER, '').length);
  to.facts.entity({
    key: target,
    kind: 'External',
    name: `${subject}, if not protected`,
    provider: 'external',
    properties: { issuer: GITHUB_ISSUER, subject, except },
  });
  return [{ ...fact, target }];
}

const exceptions = (to: GuardedRepository): string[] =>
  to.repository.refs.protectedRefs
    .filter((ref) => to.repository.refs.guards.isGuarded(ref))
    .flatMap((ref) => subjectsOn(to, ref).map(({ sub }) => sub));

/** What a job on this ref presents, in an environment or none. */
function subjectsOn({ repository }: GuardedRepository, ref: string, environment?: string): OidcSubject[] {
  const isTag = ref.startsWith('refs/tags/');
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  const trigger = {
    event: 'push',
    branchesIgnore: false,
    tagsIgnore: false,
    cron: [],
    ...(isTag ? { tags: [name] } : { branches: [name] }),
  };
  return oidcSubjects({
    repository: repository.name,
    triggers: [trigger],
    environments: environment === undefined ? [] : [environment],
    settings: repository.settings,
  });
}

/** The jobs that somebody past the rules may add: on each guarded ref, in each environment. */
function addGuardedPipelines(to: GuardedRepository, secrets: VisibleSecrets, entries: Entries): void {
  const { repository } = to;
  const { refs } = repository;
  for (const ref of refs.protectedRefs) {
    if (!refs.guards.isGuarded(ref)) continue;
    addPipeline({ to, secrets, entries, entry: entryOfRefs([ref], refs), subjects: subjectsOn(to, ref) });
  }
  for (const environment of repository.environments) {
    const entry = entryOfEnvironment(environment, refs);
    const subjects = subjectsOn(to, entry.refs[0]?.ref ?? 'refs/heads/*', environment.name);
    addPipeline({ to, secrets, entries, entry, subjects, environment: environment.name });
  }
}

interface NewPipeline {
  readonly to: GuardedRepository;
  readonly secrets: VisibleSecrets;
  readonly entries: Entries;
  readonly entry: Entry;
  readonly subjects: readonly OidcSubject[];
  readonly environment?: string;
}

function addPipeline({ to, secrets, entries, entry, subjects, environment }: NewPipeline): void {
  const { facts, keys, repository } = to;
  const pipeline = facts.entity({
    key: keys.guardedJob(repository.name, entry.id),
    kind: 'Pipeline',
    name: `${repository.name} any job on ${entry.id}`,
    provider: 'github',
    properties: { hypothetical: true, ...(environment === undefined ? {} : { environment }) },
  });
  const where = environment === undefined ? `on ${entry.id}` : `in the environment ${environment}`;
  for (const target of secrets.all(environment)) facts.relationship(readOf(pipeline, target, `a job ${where} sees it`));
  for (const { sub, because } of subjects) {
    const target = facts.entity({
      key: oidcSubject(GITHUB_ISSUER, sub),
      kind: 'External',
      name: sub,
      provider: 'external',
      properties: { issuer: GITHUB_ISSUER, subject: sub },
    });
    facts.relationship({
      source: pipeline,
      kind: 'RUNS_AS',
      target,
      basis: 'entitled',
      certainty: 'definite',
      reason: `a job ${where} may ask for an OIDC token; ${because}`,
    });
  }
  if (!isOpen(entry)) entries.add(pipeline, entry);
  else
    facts.relationship({
      source: keys.repository(repository.name),
      kind: 'DEFINES',
      target: pipeline,
      basis: 'entitled',
      certainty: 'definite',
      reason: `no rule keeps a writer's job out (${entry.id})`,
    });
}
