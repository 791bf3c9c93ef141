/** All that is known of one repository: its tree, corrected by its settings, and who may do what in it. */

import { isAtLeast } from '../../../iam/github/repository-role.ts';
import type { WorkflowCalls } from '../../../iam/github/reusable.ts';
import { githubJob } from '../../../model/keys.ts';
import type { CollectContext } from '../../../ports/collector.ts';
import * as shapes from '../answers/shapes.ts';
import type { RepositoryTree } from '../convert.ts';
import { FactSet } from '../fact-set.ts';
import type { TokenRightsIn } from '../source-facts.ts';
import { addAccess, type RepositoryFactsTo, type RoleGrant } from './access.ts';
import { addAlert } from './alerts.ts';
import { addGuardedJobs } from './guarded-jobs.ts';
import { githubKeys as keys } from './keys.ts';
import type { RepositoryView } from './repository-view.ts';
import { addRepositoryRunners, type RunnableJob } from './runners.ts';
import { addRepositorySecrets } from './secrets.ts';
import { addRepositoryHooks } from './webhooks.ts';

export interface SettledRepository {
  readonly view: RepositoryView;
  readonly tree: RepositoryTree;
  readonly calls: WorkflowCalls;
  readonly rights: TokenRightsIn;
  readonly context: CollectContext;
}

export function settledFacts({ view, tree, calls, rights, context }: SettledRepository, said: FactSet): FactSet {
  const facts = new FactSet();
  const to: RepositoryFactsTo = { facts, keys, repository: view };
  const admin = view.organisation.role('admin');
  const controllers = rights.controllers.get(keys.repository(view.name)) ?? [];
  const grants = [...addAccess(to), ...controllers.map((permission) => ({ permission, role: admin }))];
  addRepositorySecrets(to);
  addRepositoryHooks(to);
  const jobs = [...tree.workflows.values()].flatMap((workflow) =>
    workflow.jobs.map(
      (job): RunnableJob => ({
        key: githubJob(tree.name, workflow.path, job.id),
        workflow: `${tree.name}/${workflow.path}`,
        runsOn: job.runsOn,
      }),
    ),
  );
  addGuardedJobs({ ...to, tree, calls, grants, keyOfJob: (workflow, job) => githubJob(tree.name, workflow.path, job.id) }, said);
  addRepositoryRunners(to, [...jobs, { key: keys.anyJob(tree.name), workflow: undefined, runsOn: [] }]);
  const contents = keys.contents(tree.name);
  if (rights.contents.has(contents) || said.entities.some(({ key }) => key === contents)) addContents(to, grants, jobs);
  for (const alert of view.all(shapes.alert, 'secret-scanning/alerts') ?? [])
    addAlert({ facts, keys, source: context.source }, tree.name, alert);
  return facts;
}

/** What a token writes that may not touch workflow files: jobs run it where they build or test it, which their files do not tell for sure. */
function addContents(
  { facts, keys: k, repository }: RepositoryFactsTo,
  grants: readonly RoleGrant[],
  jobs: readonly RunnableJob[],
): void {
  const { name, organisation } = repository;
  const contents = facts.entity({
    key: k.contents(name),
    kind: 'Resource',
    name: `${name} without its workflow files`,
    provider: 'github',
  });
  const reason = `part of ${name}`;
  facts.relationship({
    source: k.org(organisation.login),
    kind: 'CONTAINS',
    target: contents,
    levels: ['read', 'control'],
    basis: 'declared',
    certainty: 'definite',
    reason,
  });
  for (const { permission, role } of grants) {
    if (!isAtLeast(role, 'write')) continue;
    facts.entity({ key: permission, kind: 'Permission', name: `${role.name} in ${name}`, provider: 'github', stub: true });
    facts.relationship({
      source: permission,
      kind: 'CAN_WRITE',
      target: contents,
      basis: 'entitled',
      certainty: 'definite',
      reason: `the role ${role.name} writes the repository`,
    });
  }
  for (const { key } of jobs) {
    facts.relationship({
      source: contents,
      kind: 'DEFINES',
      target: key,
      basis: 'inferred',
      certainty: 'possible',
      reason: 'the job may run what the repository holds',
    });
  }
}
