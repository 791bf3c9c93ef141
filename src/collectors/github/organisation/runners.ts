/**
 * Self-hosted runners, and the jobs that meet on one. A runner that outlives its jobs carries what one of them left to the next.
 *
 *     job ─ESCAPES_TO─► runner ─HOSTS─► every job that may run on it
 *
 * https://docs.github.com/actions/reference/security/secure-use#hardening-for-self-hosted-runners
 */
import type { Job } from '../../../iam/github/workflow.ts';
import type { Certainty } from '../../../model/kinds.ts';
import * as shapes from '../answers/shapes.ts';
import type { RepositoryFactsTo } from './access.ts';
import type { OrganisationFacts } from './people.ts';
import type { RepositoryView } from './repository-view.ts';
import { containedAtControl } from './secrets.ts';

const ORG = '/orgs/{org}';

export function addOrganisationRunners(to: OrganisationFacts): void {
  const { answers, login } = to.organisation;
  for (const runner of answers.all(shapes.runner, `${ORG}/actions/runners`, login) ?? []) addRunner(to, login, runner);
}

function addRunner(to: OrganisationFacts, place: string, runner: shapes.RunnerAnswer): string {
  const key = to.facts.entity({
    key: to.keys.runner(place, String(runner.id)),
    kind: 'Workload',
    name: `runner ${runner.name} of ${place}`,
    provider: 'github',
    properties: {
      type: 'self-hosted runner',
      labels: labelsOf(runner),
      ...(runner.os === undefined ? {} : { os: runner.os }),
      ...(runner.status == null ? {} : { status: runner.status }),
      ...(runner.ephemeral == null ? {} : { ephemeral: runner.ephemeral }),
    },
  });
  containedAtControl(to, key, 'who controls the organisation decides what runs on its runners');
  return key;
}

const labelsOf = ({ labels }: shapes.RunnerAnswer): string[] => (labels ?? []).map(({ name }) => name.toLowerCase()).sort();

interface Available {
  readonly key: string;
  readonly runner: shapes.RunnerAnswer;
  readonly group: string | undefined;
  /** Workflows that alone may use it, as `owner/repo/path@ref`. */
  readonly only: readonly string[] | undefined;
  readonly isSure: boolean;
}

export interface RunnableJob {
  readonly key: string;
  /** `owner/repo/.github/workflows/x.yml`; undefined for the job that a writer may add. */
  readonly workflow: string | undefined;
  /** Labels, and the name of a group, each as what it may be. */
  readonly runsOn: Job['runsOn'];
}

export function addRepositoryRunners(to: RepositoryFactsTo, jobs: readonly RunnableJob[]): void {
  const { facts, keys, repository } = to;
  const organisation = { facts, keys, organisation: repository.organisation };
  const own = (repository.all(shapes.runner, 'actions/runners') ?? []).map(
    (runner): Available => ({
      key: addRunner(organisation, repository.name, runner),
      runner,
      group: undefined,
      only: undefined,
      isSure: true,
    }),
  );
  const available = [...own, ...sharedRunners(to)];
  for (const job of jobs) for (const { available: one, certainty } of fitting(job, available)) draw(to, job, one, certainty);
}

/** Runners of the organisation whose group lets the repository use them. */
function sharedRunners({ keys, repository }: RepositoryFactsTo): Available[] {
  const { answers, login } = repository.organisation;
  const groups = answers.all(shapes.runnerGroup, `${ORG}/actions/runner-groups`, login);
  const selected = answers.pages(shapes.repository, `${ORG}/actions/runner-groups/{group}/repositories`, login);
  return (answers.all(shapes.runner, `${ORG}/actions/runners`, login) ?? []).flatMap((runner): Available[] => {
    const key = keys.runner(login, String(runner.id));
    const group = groups?.find(({ id }) => String(id) === String(runner.runner_group_id));
    if (!group) return [{ key, runner, group: undefined, only: undefined, isSure: false }];
    const chosen = selected.filter(({ parameters }) => parameters['group'] === String(group.id)).flatMap(({ items }) => items);
    if (!isOpenTo(group, chosen, repository)) return [];
    const only = group.restricted_to_workflows ? (group.selected_workflows ?? []) : undefined;
    return [{ key, runner, group: group.name, only, isSure: true }];
  });
}

function isOpenTo(
  group: shapes.RunnerGroupAnswer,
  chosen: readonly shapes.RepositoryAnswer[],
  repository: RepositoryView,
): boolean {
  if (repository.isPublic && group.allows_public_repositories === false) return false;
  if (group.visibility === 'selected')
    return chosen.some(({ full_name: name }) => name.toLowerCase() === repository.name.toLowerCase());
  return group.visibility !== 'private' || !repository.isPublic;
}

/** Only what outlives its jobs; where several runners fit, or it is not known whether one is kept, the meeting is a guess. */
function fitting(job: RunnableJob, available: readonly Available[]): { available: Available; certainty: Certainty }[] {
  const found = available.filter((one) => one.runner.ephemeral !== true && fits(job, one));
  const isChosen = job.workflow === undefined || (found.length === 1 && job.runsOn.every(isFixed));
  return found.map((one) => {
    const { runner, isSure } = one;
    const isCertain = isChosen && isSure && runner.ephemeral === false && runner.status === 'online';
    return { available: one, certainty: isCertain ? 'definite' : 'possible' };
  });
}

function fits({ runsOn, workflow }: RunnableJob, { runner, group, only }: Available): boolean {
  const isAllowed = only === undefined || (workflow !== undefined && only.some((one) => one.split('@', 1)[0] === workflow));
  if (!isAllowed) return false;
  if (workflow === undefined) return true;
  const labels = new Set([...labelsOf(runner), ...(group === undefined ? [] : [group.toLowerCase()])]);
  const has = (label: string): boolean => labels.has(label.toLowerCase());
  // What only the run decides fits beside a label that does.
  return (
    runsOn.some((choice) => choice.some(has)) &&
    runsOn.every((choice) => choice.some((label) => label.includes('*') || has(label)))
  );
}

const isFixed = (choice: readonly string[]): boolean => choice.length === 1 && !choice.some((label) => label.includes('*'));

function draw(
  { facts }: RepositoryFactsTo,
  { key, workflow }: RunnableJob,
  { key: runner, runner: answer }: Available,
  certainty: Certainty,
): void {
  facts.entity({ key: runner, kind: 'Workload', name: `runner ${answer.name}`, provider: 'github', stub: true });
  const how = workflow === undefined ? 'may ask for' : 'asks for';
  const said = { basis: 'inferred', certainty } as const;
  facts.relationship({
    source: key,
    kind: 'ESCAPES_TO',
    target: runner,
    ...said,
    reason: `the job ${how} the runner ${answer.name}, which is kept from job to job`,
  });
  // Nobody has written the other job yet: the runner holds nothing of it.
  if (workflow === undefined) return;
  facts.relationship({ source: runner, kind: 'HOSTS', target: key, ...said, reason: `the job ${how} the runner ${answer.name}` });
}
