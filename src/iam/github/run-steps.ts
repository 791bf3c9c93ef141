/** The steps that a job really runs: those of the composite actions that it uses stand in their place. */
import { type Given, givenEnv, givenInputs, NOTHING_GIVEN } from './inputs.ts';
import { textOf, valueAt, type YamlMap } from './node.ts';
import type { RepositoryWorkflows, WorkflowCalls } from './reusable.ts';
import { type Job, usesOf, type Workflow } from './workflow.ts';

export interface RunStep {
  readonly step: YamlMap;
  /** The file that it is written in, within its repository. */
  readonly file: string;
  /** What `inputs.x` and `env.x` stand for there. */
  readonly given: Given;
  /** Its conditions as written, those of the steps that use the action included. */
  readonly conditions: readonly string[];
}

export interface JobInRepository {
  readonly repository: RepositoryWorkflows;
  readonly workflow: Workflow;
  readonly job: Job;
}

/** As deep as GitHub lets actions use actions. */
const MOST_DEPTH = 10;
/** More only come together where actions use each other over and over; the rest of such a job is not looked at. */
export const MOST_STEPS = 1000;

/** `given`: of the workflow, by whoever called it. At most `MOST_STEPS`: where there are as many, more may follow. */
export function runSteps(placed: JobInRepository, calls: WorkflowCalls, given: Given): readonly RunStep[] {
  if (given !== NOTHING_GIVEN) return stepsOf(placed, calls, given);
  const known = ownSteps.get(calls) ?? new WeakMap<Job, readonly RunStep[]>();
  ownSteps.set(calls, known);
  const found = known.get(placed.job) ?? stepsOf(placed, calls, given);
  known.set(placed.job, found);
  return found;
}

/** Where nothing is given: asked for again and again. */
const ownSteps = new WeakMap<WorkflowCalls, WeakMap<Job, readonly RunStep[]>>();

function stepsOf({ repository, workflow, job }: JobInRepository, calls: WorkflowCalls, given: Given): RunStep[] {
  const here = { ...given, matrix: job.matrix };
  const ofJob = { ...here, env: givenEnv([workflow.env, job.env], here) };
  const place: Place = { calls, repository, file: workflow.path, given: ofJob, conditions: [], depth: 0 };
  const found: RunStep[] = [];
  for (const step of job.steps) expand(step, place, found);
  return found;
}

interface Place extends Omit<RunStep, 'step'> {
  readonly calls: WorkflowCalls;
  readonly repository: RepositoryWorkflows;
  readonly depth: number;
}

function expand(step: YamlMap, place: Place, found: RunStep[]): void {
  const { calls, repository, file, given, depth } = place;
  if (found.length >= MOST_STEPS) return;
  const own = givenEnv([valueAt(step, 'env')], given);
  const within: Given = { ...given, env: own.size === 0 ? given.env : new Map([...given.env, ...own]) };
  const condition = textOf(valueAt(step, 'if'));
  const conditions = condition === undefined ? place.conditions : [...place.conditions, condition];
  found.push({ step, file, given: within, conditions });
  const uses = usesOf(step);
  const used = uses === undefined ? undefined : calls.action(repository, uses);
  if (typeof used !== 'object' || depth >= MOST_DEPTH) return;
  const { action } = used;
  const inputs = givenInputs(action.inputs, valueAt(step, 'with'), within);
  const inside = {
    calls,
    repository: used.repository,
    file: action.path,
    given: { ...within, inputs },
    conditions,
    depth: depth + 1,
  };
  for (const inner of action.steps) expand(inner, inside, found);
}
