/** What a repository's jobs run that was not collected, or that is more than is looked at. */
import { NOTHING_GIVEN } from '../../iam/github/inputs.ts';
import { MOST_RUNS, type PlacedWorkflow, type WorkflowCalls } from '../../iam/github/reusable.ts';
import { MOST_STEPS, runSteps } from '../../iam/github/run-steps.ts';
import { usesOf } from '../../iam/github/workflow.ts';
import type { RepositoryTree } from './convert.ts';
import { MOST_CALLERS, runsByStrangers } from './strangers.ts';

export interface Gaps {
  /** Workflows of a collected repository that are not there, and what a limit leaves out, as sentences with their place. */
  readonly missing: readonly string[];
  /** Of repositories that were not collected, and actions that only the run brings. */
  readonly notCollected: ReadonlySet<string>;
}

export function gapsOf(repository: RepositoryTree, calls: WorkflowCalls): Gaps {
  const missing: string[] = [];
  const notCollected = new Set<string>();
  for (const workflow of repository.workflows.values()) {
    missing.push(...limitsMet({ repository, workflow }, calls));
    for (const job of workflow.jobs) {
      const called = calls.called(repository, job);
      if (called === 'remote') notCollected.add(`remote workflow ${job.call?.uses}`);
      if (called === 'absent') {
        const what = `jobs.${job.id} calls ${job.call?.uses}, which is not in the tree; add the file`;
        missing.push(`${repository.name}/${workflow.path}: line ${job.line}: ${what}`);
      }
      const steps = runSteps({ repository, workflow, job }, calls, NOTHING_GIVEN);
      if (steps.length >= MOST_STEPS) {
        const what = `jobs.${job.id} has ${MOST_STEPS} steps or more with those of its actions; what comes after them is not looked at`;
        missing.push(`${repository.name}/${workflow.path}: line ${job.line}: ${what}`);
      }
      for (const { step } of steps) {
        const uses = usesOf(step);
        const used = uses === undefined ? undefined : calls.action(repository, uses);
        if (used === 'remote') notCollected.add(`remote action ${uses?.split('@', 1)[0]}`);
        if (used === 'absent') notCollected.add(`action ${uses} of ${repository.name}, which its tree does not hold`);
      }
    }
  }
  return { missing, notCollected };
}

/** Ways to start a workflow that are left out. */
function limitsMet(placed: PlacedWorkflow, calls: WorkflowCalls): string[] {
  const place = `${placed.repository.name}/${placed.workflow.path}`;
  const callers = runsByStrangers(calls, placed).length;
  return [
    ...(calls.hasMoreRuns(placed) ? [`${place}: is started in more than ${MOST_RUNS} ways; the further ones are left out`] : []),
    ...(callers > MOST_CALLERS
      ? [`${place}: strangers start it in ${callers} different ways; its steps are looked at for the first ${MOST_CALLERS}`]
      : []),
  ];
}
