/** Jobs that get at secrets without naming them, the one that a writer may add among them. */
import { unprotectedSubjects } from '../../iam/github/oidc-subjects.ts';
import type { RepositoryWorkflows, WorkflowCalls } from '../../iam/github/reusable.ts';
import type { Job, Workflow } from '../../iam/github/workflow.ts';
import { matchesGlob } from '../../model/glob.ts';
import { githubAnyJob, githubJob } from '../../model/keys.ts';
import type { Certainty } from '../../model/kinds.ts';
import type { RepositoryFacts } from './repository-facts.ts';

/** All secrets at once, an index that only the run decides, or `secrets: inherit` to a workflow that names them. */
export function addWholesaleReads(facts: RepositoryFacts, repository: RepositoryWorkflows, calls: WorkflowCalls): void {
  const known = knownSecrets(repository, calls);
  for (const [workflow, job] of jobsOf(repository)) {
    const pipeline = githubJob(repository.name, workflow.path, job.id);
    // Of a workflow that others start, they are the secrets of those.
    const ways = calls.isParameter({ repository, workflow }, undefined, job) ? [] : waysToAll(repository, job, calls);
    for (const { line, how, most, fits } of ways) {
      for (const [name, visible] of known) {
        if (!fits(name)) continue;
        const certainty = most === 'definite' ? visible : most;
        facts.reads({ pipeline, name, reason: `${workflow.path} line ${line} ${how}`, certainty });
      }
    }
    for (const name of inheritedNames(repository, job, calls)) {
      const reason = `${workflow.path} line ${job.line} hands all secrets to ${job.call?.uses}, which names it`;
      const place = calls.isParameter({ repository, workflow }, name, job) ? { parameterOf: workflow.path } : {};
      facts.reads({ pipeline, name, reason, ...place });
    }
  }
}

/** The job that anybody who may write the repository may add on a branch of their own. No consumer: it stands for a right. */
export function addAnyJob(facts: RepositoryFacts, repository: RepositoryWorkflows, calls: WorkflowCalls): void {
  const pipeline = facts.entity({
    key: githubAnyJob(repository.name),
    kind: 'Pipeline',
    name: `${repository.name} any job that a writer adds`,
    provider: 'github',
    properties: { hypothetical: true },
  });
  facts.defines(pipeline, 'whoever may write the repository may add a job');
  for (const [name, certainty] of knownSecrets(repository, calls)) {
    const reason = 'a job may name every secret of its repository that no environment guards';
    facts.reads({ pipeline, name, reason, certainty, basis: 'entitled' });
  }
  for (const subject of unprotectedSubjects(repository.name, repository.settings)) facts.runsAs(pipeline, subject, 'entitled');
}

/** Names that a job without an environment reads live where every job sees them; the others may be an environment's own. */
function knownSecrets(repository: RepositoryWorkflows, calls: WorkflowCalls): Map<string, Certainty> {
  const known = new Map<string, Certainty>();
  for (const [workflow, job] of jobsOf(repository)) {
    for (const name of job.reads.named.keys()) {
      if (calls.isParameter({ repository, workflow }, name, job)) continue;
      if (known.get(name) !== 'definite') known.set(name, job.environments.length === 0 ? 'definite' : 'possible');
    }
    for (const name of inheritedNames(repository, job, calls))
      if (!known.has(name) && !calls.isParameter({ repository, workflow }, name, job)) known.set(name, 'possible');
  }
  return known;
}

interface WayToAll {
  readonly line: number;
  readonly how: string;
  /** The surest that it may be. */
  readonly most: Certainty;
  readonly fits: (name: string) => boolean;
}

const anyName = (): boolean => true;

function waysToAll(repository: RepositoryWorkflows, job: Job, calls: WorkflowCalls): WayToAll[] {
  const { all, dynamic, unreadable } = job.reads;
  const called = job.call?.inherits ? calls.called(repository, job) : undefined;
  const ways: WayToAll[] = [];
  if (all !== undefined) ways.push({ line: all, how: 'takes all secrets at once', most: 'definite', fits: anyName });
  for (const [pattern, at] of job.reads.patterns) {
    const how = `takes a secret whose name only the run completes (${pattern})`;
    ways.push({ line: at, how, most: 'possible', fits: (name) => matchesGlob(pattern, name) });
  }
  if (dynamic !== undefined)
    ways.push({ line: dynamic, how: 'takes a secret whose name only the run decides', most: 'possible', fits: anyName });
  if (unreadable !== undefined)
    ways.push({ line: unreadable, how: 'mentions secrets in a way that cannot be read', most: 'possible', fits: anyName });
  if (called && calls.inherited(called).anyOther) {
    ways.push({ line: job.line, how: `hands all secrets to ${job.call?.uses}`, most: 'possible', fits: anyName });
  }
  return ways;
}

function inheritedNames(repository: RepositoryWorkflows, job: Job, calls: WorkflowCalls): ReadonlySet<string> {
  const called = job.call?.inherits ? calls.called(repository, job) : undefined;
  return called ? calls.inherited(called).names : new Set();
}

function* jobsOf({ workflows }: RepositoryWorkflows): Generator<readonly [Workflow, Job]> {
  for (const workflow of workflows.values()) for (const job of workflow.jobs) yield [workflow, job];
}
