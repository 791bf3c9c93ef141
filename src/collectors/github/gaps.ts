/** What a repository's jobs run that was not collected. */

import { NOTHING_GIVEN } from '../../iam/github/inputs.ts';
import type { WorkflowCalls } from '../../iam/github/reusable.ts';
import { runSteps } from '../../iam/github/run-steps.ts';
import { usesOf } from '../../iam/github/workflow.ts';
import type { RepositoryTree } from './convert.ts';

export interface Gaps {
  /** Workflows of a collected repository that are not there, as sentences with their place. */
  readonly missing: readonly string[];
  /** Of repositories that were not collected, and actions that only the run brings. */
  readonly notCollected: ReadonlySet<string>;
}

export function gapsOf(repository: RepositoryTree, calls: WorkflowCalls): Gaps {
  const missing: string[] = [];
  const notCollected = new Set<string>();
  for (const workflow of repository.workflows.values()) {
    for (const job of workflow.jobs) {
      const called = calls.called(repository, job);
      if (called === 'remote') notCollected.add(`remote workflow ${job.call?.uses}`);
      if (called === 'absent') {
        const what = `jobs.${job.id} calls ${job.call?.uses}, which is not in the tree; add the file`;
        missing.push(`${repository.name}/${workflow.path}: line ${job.line}: ${what}`);
      }
      for (const { step } of runSteps({ repository, workflow, job }, calls, NOTHING_GIVEN)) {
        const uses = usesOf(step);
        const used = uses === undefined ? undefined : calls.action(repository, uses);
        if (used === 'remote') notCollected.add(`remote action ${uses?.split('@', 1)[0]}`);
        if (used === 'absent') notCollected.add(`action ${uses} of ${repository.name}, which its tree does not hold`);
      }
    }
  }
  return { missing, notCollected };
}
