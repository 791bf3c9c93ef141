/** Other repositories that define what a job runs: their actions and workflows, at refs that they can move. */
import { actionReference, isPinned } from '../../iam/github/actions.ts';
import { usesOf } from '../../iam/github/workflow.ts';
import { githubRepository } from '../../model/keys.ts';
import { ownSteps, type PlacedJob } from './placed-job.ts';

/** Only collected ones: who may write the others is not known, so they are told as gaps. */
export function addOtherSources(placed: PlacedJob, pipeline: string): void {
  const { calls, repository, workflow, job, facts } = placed;
  const called = calls.called(repository, job);
  const calledName = typeof called === 'object' ? called.repository.name : undefined;
  if (job.call && calledName !== undefined && calledName !== repository.name) {
    facts.definedElsewhere(pipeline, sourceOf(calledName, job.call.uses, `${workflow.path} line ${job.line}`));
  }
  for (const { step, file } of ownSteps(placed)) {
    const uses = usesOf(step);
    const used = uses === undefined ? undefined : calls.action(repository, uses);
    if (uses === undefined || actionReference(uses)?.repository === undefined) continue;
    if (typeof used !== 'object' || used.repository.name === repository.name) continue;
    facts.definedElsewhere(pipeline, sourceOf(used.repository.name, uses, `${file} line ${step.line}`));
  }
}

export interface OtherSource {
  readonly repository: string;
  readonly uses: string;
  readonly place: string;
  readonly isPinned: boolean;
}

function sourceOf(name: string, uses: string, place: string): OtherSource {
  const ref = uses.slice(uses.lastIndexOf('@') + 1);
  return { repository: githubRepository(name), uses, place, isPinned: isPinned(ref) };
}
