/**
 * What jobs may change with the token of their run.
 *
 *     job ─HAS_GRANT─► its token's right ─CAN_WRITE─► contents ─DEFINES─► jobs that run what is there
 *                                        └─CAN_WRITE─► packages
 */
import { type JobToken, jobTokens } from '../../iam/github/job-token.ts';
import { githubJob, githubOrg, githubRepository } from '../../model/keys.ts';
import type { RepositoryTree } from './convert.ts';
import type { FactSet } from './fact-set.ts';
import type { PlacedJob } from './placed-job.ts';

/** Everything in a repository but its workflow files. */
export const contentsKey = (repository: string): string => `${githubRepository(repository)}/contents`;
export const packagesKey = (repository: string): string => `${githubRepository(repository)}/packages`;

export function addJobTokens(placed: PlacedJob, pipeline: string): void {
  const { facts, calls, repository, workflow } = placed;
  for (const token of jobTokens(placed, calls.runs({ repository, workflow }))) {
    const permission = addRight(facts, token, repository.name);
    const { condition } = token;
    facts.relationship({
      source: pipeline,
      kind: 'HAS_GRANT',
      target: permission,
      basis: 'declared',
      certainty: condition === undefined ? 'definite' : 'conditional',
      reason: `${workflow.path} ${token.because} ${words(token)}`,
      ...(condition === undefined ? {} : { condition, conditionClass: 'position' }),
    });
  }
}

const words = ({ writes }: JobToken): string => writes.map((scope) => `${scope}: write`).join(', ');

function addRight(facts: FactSet, token: JobToken, home: string): string {
  const { repository, writes } = token;
  const permission = facts.entity({
    key: `${githubRepository(repository)}/actions/token/${writes.join('+')}`,
    kind: 'Permission',
    name: `a job's token with ${words(token)} in ${repository}`,
    provider: 'github',
    properties: { permissions: writes.map((scope) => `${scope}: write`) },
  });
  const said = { source: permission, kind: 'CAN_WRITE', basis: 'entitled', certainty: 'definite' } as const;
  if (writes.includes('contents')) {
    const reason = 'contents: write pushes to every branch that no rule keeps it from; never to workflow files';
    facts.relationship({ ...said, target: addContents(facts, repository), reason });
  }
  if (writes.includes('packages')) {
    const packages = {
      key: packagesKey(repository),
      kind: 'Resource',
      name: `packages of ${repository}`,
      provider: 'github',
    } as const;
    const target = facts.entity(repository === home ? packages : { ...packages, stub: true });
    facts.relationship({ ...said, target, reason: 'packages: write publishes and replaces the packages of the repository' });
  }
  return permission;
}

function addContents(facts: FactSet, repository: string): string {
  const name = `${repository} without its workflow files`;
  return facts.entity({ key: contentsKey(repository), kind: 'Resource', name, provider: 'github', stub: true });
}

/** Where some job's token writes what is in the repository, its jobs may run that: their files do not tell for sure. */
export function addWrittenContents(facts: FactSet, { name, workflows }: RepositoryTree): void {
  const contents = contentsKey(name);
  const isWritten = facts.relationships.some(({ kind, target }) => kind === 'CAN_WRITE' && target === contents);
  if (!isWritten) return;
  const login = name.split('/', 1)[0] ?? name;
  facts.entity({ key: contents, kind: 'Resource', name: `${name} without its workflow files`, provider: 'github' });
  facts.relationship({
    source: githubOrg(login),
    kind: 'CONTAINS',
    target: contents,
    levels: ['read', 'control'],
    basis: 'declared',
    certainty: 'definite',
    reason: `part of ${name}`,
  });
  for (const workflow of workflows.values()) {
    for (const job of workflow.jobs) {
      facts.relationship({
        source: contents,
        kind: 'DEFINES',
        target: githubJob(name, workflow.path, job.id),
        basis: 'inferred',
        certainty: 'possible',
        reason: 'the job may run what the repository holds',
      });
    }
  }
}
