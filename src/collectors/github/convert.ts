/**
 * A repository's workflows → facts.
 *
 *     org ─CONTAINS─► repository ─DEFINES─► job ─READS─► secret ─EXPOSES─► credential
 *                                            ├─RUNS_AS─► OIDC subject
 *     anyone ─STEERS────────────────────────►┘
 */
import { type OwnerRule, ruleFor, ruleForAll } from '../../iam/github/codeowners.ts';
import { deployments } from '../../iam/github/deployments.ts';
import { literalKeys } from '../../iam/github/literal-keys.ts';
import type { TokenPermissions } from '../../iam/github/permissions.ts';
import type { RepositoryWorkflows, WorkflowCalls } from '../../iam/github/reusable.ts';
import type { Job, Workflow } from '../../iam/github/workflow.ts';
import type { Properties } from '../../model/entity.ts';
import { awsKey, githubJob, githubRepository } from '../../model/keys.ts';
import type { Environment } from '../../model/kinds.ts';
import { addJobTokens, addWrittenContents } from './job-token-facts.ts';
import { addOtherSources } from './other-sources.ts';
import { ownSteps, type PlacedJob, subjectsOf } from './placed-job.ts';
import { RepositoryFacts } from './repository-facts.ts';
import { addStrangers } from './strangers.ts';
import type { TreeHistory } from './tree-history.ts';
import { addAnyJob, addWholesaleReads } from './wholesale.ts';

/** What was read of one repository. */
export interface RepositoryTree extends RepositoryWorkflows {
  readonly owners: readonly OwnerRule[];
  readonly history?: TreeHistory | undefined;
  /** Lets go of what will not be looked at again. */
  readonly release?: () => void;
}

/** All that one repository's files say. Pure; `calls` knows the workflows of all repositories together. */
export function repositoryFacts(repository: RepositoryTree, calls: WorkflowCalls): RepositoryFacts {
  const facts = new RepositoryFacts(repository);
  const { history } = repository;
  facts.ownedBy(githubRepository(repository.name), ruleForAll(repository.owners), history?.whole);
  for (const workflow of repository.workflows.values()) {
    const owners = ruleFor(repository.owners, workflow.path);
    for (const job of workflow.jobs) {
      const pipeline = addJob({ facts, calls, repository, workflow, job });
      facts.ownedBy(pipeline, owners, history?.files.get(workflow.path));
    }
  }
  addWholesaleReads(facts, repository, calls);
  addAnyJob(facts, repository, calls);
  addWrittenContents(facts, repository);
  return facts;
}

/** The job's key. */
function addJob(placed: PlacedJob): string {
  const { facts, repository, workflow, job } = placed;
  const pipeline = facts.entity({
    key: githubJob(repository.name, workflow.path, job.id),
    kind: 'Pipeline',
    name: `${repository.name} ${workflow.path.replace(/^\.github\/workflows\//, '')}#${job.id}`,
    provider: 'github',
    ...environmentOf(job.environments),
    properties: { ...jobProperties(workflow, job), ...deployedBy(placed) },
  });
  facts.defines(pipeline, `${workflow.path} line ${job.line} defines the job`);
  for (const [name, line] of job.reads.named) {
    facts.reads({ pipeline, name, reason: `${workflow.path} line ${line} names the secret`, ...parameterOf(placed, name) });
  }
  if (job.idToken) for (const subject of subjectsOf(placed)) facts.runsAs(pipeline, subject);
  addLiteralKeys(placed, pipeline);
  addJobTokens(placed, pipeline);
  addStrangers(placed, pipeline);
  addOtherSources(placed, pipeline);
  return pipeline;
}

/** A parameter of a reusable workflow is a place of its own: its value comes from whoever calls. */
const parameterOf = ({ calls, repository, workflow, job }: PlacedJob, name: string): { readonly parameterOf?: string } =>
  calls.isParameter({ repository, workflow }, name, job) ? { parameterOf: workflow.path } : {};

function jobProperties(workflow: Workflow, job: Job): Properties {
  const cron = workflow.triggers.flatMap((trigger) => trigger.cron);
  const environments = job.environments.filter((name) => name !== '');
  return {
    workflow: workflow.name,
    line: job.line,
    triggers: workflow.triggers.map(({ event }) => event),
    ...(cron.length > 0 ? { cron } : {}),
    ...(job.runsOn.length > 0 ? { runsOn: job.runsOn.flat() } : {}),
    ...(environments.length > 0 ? { environment: environments.length === 1 ? (environments[0] as string) : environments } : {}),
    ...(job.call ? { calls: job.call.uses } : {}),
    ...(job.permissions ? { permissions: permissionWords(job.permissions) } : {}),
    idToken: job.idToken,
  };
}

/** What it names literally; whether such a thing is there, a join knows. */
function deployedBy(placed: PlacedJob): Properties {
  const found = deployments(ownSteps(placed)).map(({ target, by, file, line }) => ({
    target,
    reason: `${file} line ${line}: ${by} names it`,
  }));
  return found.length > 0 ? { deploys: found } : {};
}

/** `contents: write`, …; what is not listed is none. */
const permissionWords = ({ everything, single }: TokenPermissions): string[] => [
  ...(everything === 'none' ? [] : [`all: ${everything}`]),
  ...[...single].map(([scope, access]) => `${scope}: ${access}`),
];

const ENVIRONMENT_NAMES: readonly (readonly [RegExp, Environment])[] = [
  [/^prod(uction)?$/i, 'prod'],
  [/^(staging|stage)$/i, 'staging'],
  [/^dev(elopment)?$/i, 'dev'],
  [/^(test|testing|qa)$/i, 'test'],
];

/** Only where all that it may be is of one kind. */
function environmentOf(names: readonly string[]): { readonly environment?: Environment } {
  const known = new Set(names.map((name) => ENVIRONMENT_NAMES.find(([pattern]) => pattern.test(name))?.[1]));
  const [only] = known;
  return known.size === 1 && only !== undefined ? { environment: only } : {};
}

function addLiteralKeys(placed: PlacedJob, pipeline: string): void {
  const { facts } = placed;
  for (const { keyId, file, line, secret } of literalKeys(ownSteps(placed))) {
    facts.relationship({
      source: pipeline,
      kind: 'USES',
      target: facts.entity({ key: awsKey(keyId), kind: 'Credential', name: keyId, provider: 'aws', stub: true }),
      basis: 'declared',
      certainty: secret ? 'definite' : 'possible',
      reason: `${file} line ${line} gives the job this access key id`,
    });
    if (!secret) continue;
    facts.relationship({
      source: facts.secret(secret, parameterOf(placed, secret).parameterOf),
      kind: 'EXPOSES',
      target: awsKey(keyId),
      basis: 'declared',
      certainty: 'definite',
      reason: `${file} line ${line} names the access key id beside this secret`,
    });
  }
}
