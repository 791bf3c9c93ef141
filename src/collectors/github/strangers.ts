/** Who else than the repository's writers can make a job do what they want. */
import { originsOf } from '../../iam/github/inputs.ts';
import { conditionsBefore, neededJobs } from '../../iam/github/needed-jobs.ts';
import type { PlacedWorkflow, RepositoryWorkflows, Runs, WorkflowCalls } from '../../iam/github/reusable.ts';
import { runSteps } from '../../iam/github/run-steps.ts';
import { isStartedByStrangers, type UntrustedInput, untrustedInputs } from '../../iam/github/untrusted-input.ts';
import type { RelationshipFact } from '../../model/entity.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import { ownSteps, type PlacedJob } from './placed-job.ts';

export function addStrangers(placed: PlacedJob, pipeline: string): void {
  const { facts, repository } = placed;
  const anyone = { key: EXTERNAL_ANYONE, kind: 'External', name: 'anyone', provider: 'external' } as const;
  for (const input of [...inputsOf(placed), ...onOwnRunner(placed)]) {
    facts.relationship({ ...steering(input, repository.settings?.visibility), source: facts.entity(anyone), target: pipeline });
  }
}

/** A shared workflow has many callers; its steps are looked at for so many that hand over different things. */
export const MOST_CALLERS = 20;

/** The runs that strangers may start, one of those that hand over the same. None where strangers cannot come near. */
export function runsByStrangers(calls: WorkflowCalls, { repository, workflow }: PlacedWorkflow): readonly Runs[] {
  if (isClosed(repository)) return [];
  const runs = calls.runs({ repository, workflow });
  const found = different.get(runs) ?? differentRuns(runs.filter(({ triggers }) => isStartedByStrangers(triggers)));
  different.set(runs, found);
  return found;
}

/** By all runs of a workflow: each of its jobs asks. */
const different = new WeakMap<readonly Runs[], readonly Runs[]>();

const differentRuns = (runs: readonly Runs[]): readonly Runs[] =>
  runs.length < 2 ? runs : [...new Map(runs.map((run) => [handedText(run), run])).values()];

const isClosed = ({ settings }: RepositoryWorkflows): boolean =>
  settings?.visibility === 'private' || settings?.visibility === 'internal';

/** What of a run decides which strangers reach which step. */
const handedText = ({ triggers, given, conditions }: Runs): string =>
  JSON.stringify([triggers, conditions, [...given.inputs].map(([name, text]) => [name, originsOf(text)])]);

/** By whatever starts the workflow, through its callers too. */
function inputsOf(placed: PlacedJob): UntrustedInput[] {
  const { calls, workflow, job } = placed;
  const own = conditionsBefore(workflow, job);
  const environments = [...neededJobs(workflow, job), job].flatMap((one) => one.environments);
  const runs = runsByStrangers(calls, placed).slice(0, MOST_CALLERS);
  return runs.flatMap(({ triggers, given, conditions }) =>
    untrustedInputs({
      triggers,
      steps: runSteps(placed, calls, given),
      conditions: [...conditions, ...own],
      environments,
    }),
  );
}

/**
 * A fork's pull request gets no secrets, but its code runs on the repository's own machine: what stays there meets the next run.
 * https://docs.github.com/actions/reference/security/secure-use#hardening-for-self-hosted-runners
 */
function onOwnRunner(placed: PlacedJob): UntrustedInput[] {
  const { job, repository, workflow } = placed;
  if (!job.runsOn.flat().includes('self-hosted')) return [];
  const labels = job.runsOn.join();
  const jobs = [...repository.workflows.values()].flatMap((other) => other.jobs.map((one) => ({ workflow: other, job: one })));
  const forked = jobs.find(
    (other) =>
      other.job.runsOn.join() === labels &&
      other.workflow.triggers.some(({ event }) => event === 'pull_request') &&
      ownSteps({ ...placed, ...other }).length > 0,
  );
  if (!forked || isClosed(repository)) return [];
  const same = forked.workflow === workflow && forked.job === job;
  const where = same ? 'it' : `${forked.workflow.path}#${forked.job.id}`;
  return [
    {
      event: 'pull_request',
      file: forked.workflow.path,
      line: forked.job.line,
      because: `${where} runs code of forks on the self-hosted runner ${labels}${same ? '' : ', which this job shares'}`,
      isCode: true,
      conditions: [
        'the run of a fork is approved where the approval setting asks for it',
        'the runner keeps anything after a run',
      ],
    },
  ];
}

type Steering = Omit<RelationshipFact, 'source' | 'target'>;

/** Words in a script may be harmless there, so they are only possible. Whether the world may come near is a setting. */
function steering(input: UntrustedInput, visibility: 'public' | 'private' | 'internal' | undefined): Steering {
  const { event, file, line, because, isCode } = input;
  const reason = `${file} line ${line}: ${because} (trigger ${event})`;
  const conditions = [...input.conditions, ...(visibility === 'public' ? [] : ['the repository is public'])];
  const certainty = isCode && conditions.length > 0 ? 'conditional' : 'possible';
  const fact = { kind: 'STEERS', basis: 'inferred', certainty, reason } as const;
  if (conditions.length === 0) return fact;
  const isApproval = /approv|lets them through|labels/.test(conditions.join());
  return { ...fact, condition: conditions.join(', and '), conditionClass: isApproval ? 'approval' : 'unknown' };
}
