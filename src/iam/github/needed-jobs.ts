/** What must have gone before a job. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds */
import type { Job, Workflow } from './workflow.ts';

/** Conditions that let a job start whatever became of those that it needs. */
const STARTS_ANYWAY = /\b(always|failure|cancelled)\s*\(/i;

/** The jobs that must have succeeded before this one starts, those that they need in turn included. */
export function neededJobs({ jobs }: Workflow, job: Job): readonly Job[] {
  const found = new Set<Job>();
  const wanted = [job];
  for (let next = wanted.pop(); next; next = wanted.pop()) {
    const { needs, condition } = next;
    if (condition !== undefined && STARTS_ANYWAY.test(condition)) continue;
    for (const one of jobs) {
      if (!needs.includes(one.id) || found.has(one)) continue;
      found.add(one);
      wanted.push(one);
    }
  }
  return [...found];
}

/** As written: the job's own, and those of the jobs that must have succeeded before it. */
export const conditionsBefore = (workflow: Workflow, job: Job): string[] =>
  [...neededJobs(workflow, job), job].flatMap(({ condition }) => condition ?? []);
