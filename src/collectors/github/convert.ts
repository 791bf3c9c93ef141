/**
 * A repository's workflows → facts.
 *
 *     org ─CONTAINS─► repository ─DEFINES─► job ─READS─► secret ─EXPOSES─► credential
 *                                            ├─RUNS_AS─► OIDC subject
 *     anyone ─STEERS────────────────────────►┘
 */
import { type OwnerRule, ruleFor, ruleForAll } from '../../iam/github/codeowners.ts';
import { literalKeys } from '../../iam/github/literal-keys.ts';
import { type OidcSubject, oidcSubjects } from '../../iam/github/oidc-subjects.ts';
import type { PlacedWorkflow, RepositoryWorkflows, WorkflowCalls } from '../../iam/github/reusable.ts';
import { untrustedInputs } from '../../iam/github/untrusted-input.ts';
import type { Job, Workflow } from '../../iam/github/workflow.ts';
import type { Properties } from '../../model/entity.ts';
import { awsKey, githubJob, githubRepository } from '../../model/keys.ts';
import { type Environment, EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { RepositoryFacts } from './repository-facts.ts';
import { addAnyJob, addWholesaleReads } from './wholesale.ts';

/** What was read of one repository. */
export interface RepositoryTree extends RepositoryWorkflows {
  readonly owners: readonly OwnerRule[];
}

/** All that one repository's files say. Pure; `calls` knows the workflows of all repositories together. */
export function repositoryFacts(repository: RepositoryTree, calls: WorkflowCalls): RepositoryFacts {
  const facts = new RepositoryFacts(repository);
  facts.ownedBy(githubRepository(repository.name), ruleForAll(repository.owners));
  for (const workflow of repository.workflows.values()) {
    const owners = ruleFor(repository.owners, workflow.path);
    for (const job of workflow.jobs) {
      const pipeline = addJob({ facts, calls, repository, workflow, job });
      facts.ownedBy(pipeline, owners);
    }
  }
  addWholesaleReads(facts, repository, calls);
  addAnyJob(facts, repository, calls);
  return facts;
}

interface PlacedJob extends PlacedWorkflow {
  readonly facts: RepositoryFacts;
  readonly calls: WorkflowCalls;
  readonly job: Job;
}

/** The job's key. */
function addJob(placed: PlacedJob): string {
  const { facts, repository, workflow, job } = placed;
  const pipeline = facts.entity({
    key: githubJob(repository.name, workflow.path, job.id),
    kind: 'Pipeline',
    name: `${repository.name} ${workflow.path.replace(/^\.github\/workflows\//, '')}#${job.id}`,
    provider: 'github',
    ...environmentOf(job.environment),
    properties: jobProperties(workflow, job),
  });
  facts.defines(pipeline, `${workflow.path} line ${job.line} defines the job`);
  for (const [name, line] of job.reads.named) {
    facts.reads({ pipeline, name, reason: `${workflow.path} line ${line} names the secret`, ...parameterOf(placed, name) });
  }
  if (job.idToken) for (const subject of subjectsOf(placed)) facts.runsAs(pipeline, subject);
  addLiteralKeys(placed, pipeline);
  addStrangers(placed, pipeline);
  return pipeline;
}

/** A parameter of a reusable workflow is a place of its own: its value comes from whoever calls. */
const parameterOf = ({ calls, repository, workflow }: PlacedJob, name: string): { readonly parameterOf?: string } =>
  calls.isParameter({ repository, workflow }, name) ? { parameterOf: workflow.path } : {};

function jobProperties(workflow: Workflow, job: Job): Properties {
  const cron = workflow.triggers.flatMap((trigger) => trigger.cron);
  return {
    workflow: workflow.name,
    line: job.line,
    triggers: workflow.triggers.map(({ event }) => event),
    ...(cron.length > 0 ? { cron } : {}),
    ...(job.runsOn.length > 0 ? { runsOn: job.runsOn } : {}),
    ...(job.environment === undefined ? {} : { environment: job.environment }),
    ...(job.call ? { calls: job.call.uses } : {}),
    idToken: job.idToken,
  };
}

const ENVIRONMENT_NAMES: readonly (readonly [RegExp, Environment])[] = [
  [/^prod(uction)?$/i, 'prod'],
  [/^(staging|stage)$/i, 'staging'],
  [/^dev(elopment)?$/i, 'dev'],
  [/^(test|testing|qa)$/i, 'test'],
];

function environmentOf(name: string | undefined): { readonly environment?: Environment } {
  const known = ENVIRONMENT_NAMES.find(([pattern]) => name !== undefined && pattern.test(name));
  return known ? { environment: known[1] } : {};
}

/** A called workflow's token is the caller's; who calls it from elsewhere is not known. */
function subjectsOf({ calls, repository, workflow, job }: PlacedJob): OidcSubject[] {
  const runs = calls.runs({ repository, workflow });
  const environment = job.environment === undefined ? {} : { environment: job.environment };
  if (runs.length > 0) return runs.flatMap((run) => oidcSubjects({ ...run, ...environment }));
  const found = oidcSubjects({ repository: repository.name, triggers: [], ...environment });
  if (found.length > 0) return found;
  return [{ sub: `repo:${repository.name}:*`, certainty: 'possible', because: 'whoever calls the workflow' }];
}

function addLiteralKeys(placed: PlacedJob, pipeline: string): void {
  const { facts, workflow, job } = placed;
  for (const { keyId, line, secret } of literalKeys(workflow, job)) {
    facts.relationship({
      source: pipeline,
      kind: 'USES',
      target: facts.entity({ key: awsKey(keyId), kind: 'Credential', name: keyId, provider: 'aws', stub: true }),
      basis: 'declared',
      certainty: secret ? 'definite' : 'possible',
      reason: `${workflow.path} line ${line} gives the job this access key id`,
    });
    if (!secret) continue;
    facts.relationship({
      source: facts.secret(secret, parameterOf(placed, secret).parameterOf),
      kind: 'EXPOSES',
      target: awsKey(keyId),
      basis: 'declared',
      certainty: 'definite',
      reason: `${workflow.path} line ${line} names the access key id beside this secret`,
    });
  }
}

function addStrangers({ facts, workflow, job }: PlacedJob, pipeline: string): void {
  for (const { event, line, because } of untrustedInputs(workflow, job)) {
    facts.relationship({
      source: facts.entity({ key: EXTERNAL_ANYONE, kind: 'External', name: 'anyone', provider: 'external' }),
      kind: 'STEERS',
      target: pipeline,
      basis: 'inferred',
      certainty: 'possible',
      reason: `${workflow.path} line ${line}: ${because} (trigger ${event})`,
    });
  }
}
