/** A job with all that its facts are made from. */
import { boundTexts, NOTHING_GIVEN } from '../../iam/github/inputs.ts';
import { type OidcSubject, oidcSubjects } from '../../iam/github/oidc-subjects.ts';
import {
  calledWorkflow,
  type PlacedWorkflow,
  type Runs,
  refOf,
  throughCall,
  type WorkflowCalls,
} from '../../iam/github/reusable.ts';
import { type RunStep, runSteps } from '../../iam/github/run-steps.ts';
import type { Trigger } from '../../iam/github/triggers.ts';
import { environmentsOn, type Job } from '../../iam/github/workflow.ts';
import type { RepositoryFacts } from './repository-facts.ts';

export interface PlacedJob extends PlacedWorkflow {
  readonly facts: RepositoryFacts;
  readonly calls: WorkflowCalls;
  readonly job: Job;
}

/** Its steps as the files alone show them, whoever calls. */
export const ownSteps = (placed: PlacedJob): readonly RunStep[] => runSteps(placed, placed.calls, NOTHING_GIVEN);

/** A called workflow's token is the caller's; who calls it from elsewhere is not known. */
export function subjectsOf(placed: PlacedJob): OidcSubject[] {
  const { calls, repository, workflow, job } = placed;
  const runs = calls.runs({ repository, workflow });
  const budget = { left: MOST_CALLED_JOBS };
  if (runs.length > 0) return runs.flatMap((run) => subjectsThroughCall(placed, run, budget) ?? subjectsOfRun(placed, run));
  const { environments } = job;
  const settings = repository.settings ? { settings: repository.settings } : {};
  const found = oidcSubjects({ repository: repository.name, triggers: [], environments, ...settings });
  if (found.length > 0) return found.map((subject) => ({ ...subject, certainty: 'possible' }));
  return [{ sub: `repo:${repository.name}:*`, certainty: 'possible', because: 'whoever calls the workflow' }];
}

/** More only come together where calls fan out on purpose; what lies behind them is told as the calling job's own. */
const MOST_CALLED_JOBS = 1000;

/**
 * A job that calls presents nothing itself: the jobs that it calls do, with the permissions that it gives them. Undefined where it
 * calls nothing, or what it calls was not collected, or asks for no token.
 */
function subjectsThroughCall(placed: PlacedJob, run: Runs, budget: { left: number }): OidcSubject[] | undefined {
  const { calls, repository, workflow, job } = placed;
  const called = calls.called(repository, job);
  if (typeof called !== 'object' || budget.left <= 0) return undefined;
  const within = throughCall(run, { repository, workflow, job }, called);
  const asking = called.workflow.jobs.filter((one) => one.permissions === undefined || one.idToken);
  if (asking.length === 0) return undefined;
  budget.left -= asking.length;
  return asking.flatMap((one) => {
    const inner = { ...placed, ...called, job: one };
    return subjectsThroughCall(inner, within, budget) ?? subjectsOfRun(inner, within);
  });
}

function subjectsOfRun(placed: PlacedJob, run: Runs): OidcSubject[] {
  const { repository, started, withholdsIdToken } = run;
  const found = byEnvironments(placed, run).flatMap(([triggers, environments]) =>
    oidcSubjects({
      repository: repository.name,
      triggers,
      environments,
      claims: { workflow: started.name, ...claimsOf(placed, run) },
      ...(repository.settings ? { settings: repository.settings } : {}),
    }),
  );
  if (!withholdsIdToken) return found;
  const because = 'if the calling job, whose own permissions leave id-token out, gets it';
  return found.map((subject) => ({ ...subject, certainty: 'possible', because: `${subject.because}; ${because}` }));
}

/** What the caller hands over decides what an environment's expression becomes, or what a person chose who started the run. */
function byEnvironments(
  { workflow, job }: PlacedJob,
  { started, given, triggers }: Runs,
): (readonly [Trigger[], readonly string[]])[] {
  if (started === workflow) return triggers.map((trigger) => [[trigger], environmentsOn(workflow, job, trigger.event)]);
  if (job.environmentText === undefined) return [[[...triggers], []]];
  return [[[...triggers], [...new Set(boundTexts({ text: job.environmentText, given: { ...given, matrix: job.matrix } }))]]];
}

/** `{ref}` is the ref of the run. https://docs.github.com/actions/reference/security/oidc */
function claimsOf({ repository, workflow, job }: PlacedJob, run: Runs): Record<string, string> {
  const selfHosted = job.runsOn.some((labels) => labels.every((label) => label === 'self-hosted'));
  const hosted = job.runsOn.length > 0 && job.runsOn.flat().every((label) => /^(ubuntu|windows|macos)-/.test(label));
  const called = job.call && calledWorkflow(job.call.uses);
  const ran = called
    ? `${called.repository ?? repository.name}/${called.path}@${refOf(job.call?.uses ?? '')}`
    : `${repository.name}/${workflow.path}@${run.calledAt ?? '{ref}'}`;
  return {
    workflow_ref: `${run.repository.name}/${run.started.path}@{ref}`,
    job_workflow_ref: ran,
    ...(selfHosted ? { runner_environment: 'self-hosted' } : hosted ? { runner_environment: 'github-hosted' } : {}),
  };
}
