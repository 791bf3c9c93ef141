/** Which workflow a job calls, and what goes over to it. https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows */
import { type Action, actionReference, isPinned, SELF } from './actions.ts';
import { type Given, givenEnv, givenInputs, NOTHING_GIVEN } from './inputs.ts';
import { conditionsBefore } from './needed-jobs.ts';
import { valueAt } from './node.ts';
import { mayWriteIdToken, type TokenPermissions } from './permissions.ts';
import type { RepositorySettings } from './repository-settings.ts';
import type { Trigger } from './triggers.ts';
import { isReusableOnly, type Job, type Workflow } from './workflow.ts';

export interface RepositoryWorkflows {
  /** `owner/name`, as its path writes it. */
  readonly name: string;
  /** By path within the repository. One that calls or is called is always the same object. */
  readonly workflows: Pick<ReadonlyMap<string, Workflow>, 'get' | 'values'>;
  /** The workflows that call others; without it all are asked. */
  readonly calling?: () => Iterable<Workflow>;
  /** Those that steps name, by folder within the repository. */
  readonly actions?: ReadonlyMap<string, Action>;
  readonly settings?: RepositorySettings;
}

export interface PlacedWorkflow {
  readonly repository: RepositoryWorkflows;
  readonly workflow: Workflow;
}

/** Where runs of a workflow come from. */
export interface Runs {
  /** The repository whose token they carry. */
  readonly repository: RepositoryWorkflows;
  /** The workflow that was started: the same, or the first that called. */
  readonly started: Workflow;
  readonly triggers: readonly Trigger[];
  /** What the workflow's `inputs` stand for. */
  readonly given: Given;
  /** A job along the way that calls and whose own permissions keep OIDC tokens back: GitHub refuses such a run. */
  readonly withholdsIdToken: boolean;
  /** What the calling jobs say of permissions, the first that called first. */
  readonly passed: readonly (TokenPermissions | undefined)[];
  /** The conditions of the calling jobs and of those that these need, as written. */
  readonly conditions: readonly string[];
  /** Of a called workflow: at which ref its caller names it, `{ref}` for the caller's own. */
  readonly calledAt?: string;
}

/** `absent`: of a collected repository, but not there. `remote`: of a repository that was not collected. */
export type Called = PlacedWorkflow | 'absent' | 'remote';

export interface SecretsThroughCall {
  readonly names: ReadonlySet<string>;
  /** A workflow along the way takes all at once, or by an index that only the run decides, or was not collected. */
  readonly anyOther: boolean;
}

/** What `uses` of a job names: a workflow of its own repository, or of another. */
export function calledWorkflow(uses: string): { readonly repository?: string; readonly path: string } | undefined {
  const [, local] = SELF.exec(uses) ?? [];
  if (local !== undefined) return { path: local };
  const [, repository, path] = /^([^/]+\/[^/]+)\/(.+?)@[^@]+$/.exec(uses) ?? [];
  return repository !== undefined && path !== undefined ? { repository, path } : undefined;
}

const takesAny = ({ reads }: Job): boolean =>
  reads.patterns.size > 0 || (reads.all ?? reads.dynamic ?? reads.unreadable) !== undefined;

/** Repositories are found whatever the case of their names, as GitHub does. */
export class WorkflowCalls {
  readonly #repositories: ReadonlyMap<string, RepositoryWorkflows>;
  readonly #callers = new Map<Workflow, (PlacedWorkflow & { readonly job: Job })[]>();
  readonly #runs = new WeakMap<Workflow, readonly Runs[]>();
  readonly #cutShort = new WeakSet<Workflow>();

  constructor(repositories: readonly RepositoryWorkflows[]) {
    this.#repositories = new Map(repositories.map((repository) => [repository.name.toLowerCase(), repository]));
    for (const repository of repositories) {
      for (const workflow of repository.calling?.() ?? repository.workflows.values()) this.#note({ repository, workflow });
    }
  }

  #note(caller: PlacedWorkflow): void {
    for (const job of caller.workflow.jobs) {
      const called = this.called(caller.repository, job);
      if (!called || typeof called === 'string') continue;
      const callers = this.#callers.get(called.workflow) ?? [];
      callers.push({ ...caller, job });
      this.#callers.set(called.workflow, callers);
    }
  }

  /** Undefined when the job calls nothing. The collected tree stands for whatever ref is named. */
  called(repository: RepositoryWorkflows, job: Job): Called | undefined {
    if (!job.call) return undefined;
    const named = calledWorkflow(job.call.uses);
    const home =
      named && named.repository === undefined ? repository : this.#repositories.get(named?.repository?.toLowerCase() ?? '');
    if (!home) return 'remote';
    const workflow = home.workflows.get(named?.path ?? '');
    return workflow ? { repository: home, workflow } : 'absent';
  }

  /** What the jobs of a called workflow read of the caller's secrets, when all are handed over with `secrets: inherit`. */
  inherited(called: Called, visited: Set<Workflow> = new Set()): SecretsThroughCall {
    if (typeof called === 'string') return { names: new Set(), anyOther: true };
    const names = new Set<string>();
    let anyOther = false;
    visited.add(called.workflow);
    for (const job of called.workflow.jobs) {
      for (const name of job.reads.named.keys()) names.add(name);
      anyOther ||= takesAny(job);
      const next = job.call?.inherits ? this.called(called.repository, job) : undefined;
      if (!next || (typeof next !== 'string' && visited.has(next.workflow))) continue;
      const further = this.inherited(next, visited);
      for (const name of further.names) names.add(name);
      anyOther ||= further.anyOther;
    }
    return { names, anyOther };
  }

  /**
   * Whether a name that a job reads is only the name of a parameter: its workflow runs for callers alone, and none that its own
   * repository starts hands over a secret of that very name. Without a name: all secrets at once.
   */
  isParameter(placed: PlacedWorkflow, name?: string, job?: Job): boolean {
    if (!isReusableOnly(placed.workflow)) return false;
    return !(this.#isHandedIn(placed, name, new Set()) || this.#isOfEnvironment(placed, name, job));
  }

  /** What nobody hands over and nothing declares is the environment's own: that of the repository whose workflow was started. */
  #isOfEnvironment(placed: PlacedWorkflow, name?: string, job?: Job): boolean {
    const isDeclared = name !== undefined && placed.workflow.parameters?.includes(name);
    if (isDeclared || !job?.environments.some((one) => one !== '')) return false;
    return this.runs(placed).some(({ repository }) => repository.name === placed.repository.name);
  }

  /** Secrets are those of the repository whose workflow was started, however many calls lie between. */
  #isHandedIn(placed: PlacedWorkflow, name: string | undefined, seen: Set<Workflow>, home = placed.repository): boolean {
    seen.add(placed.workflow);
    return (this.#callers.get(placed.workflow) ?? []).some((caller) => {
      const { call } = caller.job;
      const isHanded = call?.inherits || (name !== undefined && call?.mapping.get(name) === name);
      if (!isHanded) return false;
      if (!isReusableOnly(caller.workflow) && caller.repository.name === home.name) return true;
      return !seen.has(caller.workflow) && this.#isHandedIn(caller, name, seen, home);
    });
  }

  /** The action that a step names; `absent` and `remote` as for workflows. Undefined for an image. */
  action(repository: RepositoryWorkflows, uses: string): PlacedAction | 'absent' | 'remote' | undefined {
    const reference = actionReference(uses);
    if (!reference) return undefined;
    const named = reference.repository;
    const home = named === undefined ? repository : this.#repositories.get(named.toLowerCase());
    if (!home) return 'remote';
    const action = home.actions?.get(reference.folder);
    return action ? { repository: home, action } : 'absent';
  }

  /** Every collected way in which a workflow is started, through its callers too; none when only unknown callers start it. */
  runs(placed: PlacedWorkflow): readonly Runs[] {
    const known = this.#runs.get(placed.workflow);
    if (known) return known;
    const search: RunSearch = { seen: new Set(), left: MOST_RUNS, isCutShort: false };
    const found = this.#runsOf(placed, search);
    this.#runs.set(placed.workflow, found);
    if (search.isCutShort) this.#cutShort.add(placed.workflow);
    return found;
  }

  /** Whether a workflow is started in more ways than `MOST_RUNS`, the further of which are left out. */
  hasMoreRuns(placed: PlacedWorkflow): boolean {
    this.runs(placed);
    return this.#cutShort.has(placed.workflow);
  }

  #runsOf({ repository, workflow }: PlacedWorkflow, search: RunSearch): Runs[] {
    const triggers = workflow.triggers.filter(({ event }) => event !== 'workflow_call');
    const own = {
      repository,
      started: workflow,
      triggers,
      given: NOTHING_GIVEN,
      withholdsIdToken: false,
      passed: [],
      conditions: [],
    };
    const found: Runs[] = triggers.length > 0 ? [own] : [];
    search.left -= found.length;
    search.seen.add(workflow);
    for (const caller of this.#callers.get(workflow) ?? []) {
      if (search.seen.has(caller.workflow) || search.seen.size > MOST_CALLS) continue;
      if (search.left <= 0) {
        search.isCutShort = true;
        break;
      }
      for (const run of this.#runsOf(caller, search)) found.push(throughCall(run, caller, { repository, workflow }));
    }
    search.seen.delete(workflow);
    return found;
  }
}

/** More calls than this in a row GitHub refuses. */
const MOST_CALLS = 10;
/** More ways than this to start one workflow only grow where calls fan out on purpose. */
export const MOST_RUNS = 5_000;

interface RunSearch {
  /** The workflows on the way. */
  readonly seen: Set<Workflow>;
  left: number;
  isCutShort: boolean;
}

export interface PlacedAction {
  readonly repository: RepositoryWorkflows;
  readonly action: Action;
}

/** A run of the caller, as the workflow that it calls sees it. */
export function throughCall(run: Runs, caller: PlacedWorkflow & { readonly job: Job }, called: PlacedWorkflow): Runs {
  const { job, workflow } = caller;
  const declared = valueAt(valueAt(called.workflow.on, 'workflow_call'), 'inputs');
  const here = { inputs: run.given.inputs, env: new Map(), matrix: job.matrix };
  const given = { ...here, env: givenEnv([workflow.env], here) };
  return {
    ...run,
    given: { ...NOTHING_GIVEN, inputs: givenInputs(declared, job.call?.handed, given) },
    withholdsIdToken: run.withholdsIdToken || !passesIdToken(caller, called),
    calledAt: refOf(job.call?.uses ?? ''),
    passed: [...run.passed, job.permissions],
    conditions: [...run.conditions, ...conditionsBefore(workflow, job)],
  };
}

/** The ref that `uses` names, `{ref}` for the caller's own; a name without `refs/` may be a branch or a tag. */
export function refOf(uses: string): string {
  const [, ref] = /^[^.$][^@]*@(.+)$/.exec(uses) ?? [];
  if (ref === undefined) return '{ref}';
  return ref.startsWith('refs/') || isPinned(ref) ? ref : `refs/*/${ref}`;
}

/** Where the caller says nothing of permissions, a workflow of the same owner may still ask; another owner's may not. */
function passesIdToken({ job, repository }: PlacedWorkflow & { readonly job: Job }, called: PlacedWorkflow): boolean {
  const ownerOf = ({ name }: RepositoryWorkflows): string => name.split('/', 1)[0]?.toLowerCase() ?? '';
  return job.permissions ? mayWriteIdToken(job.permissions) : ownerOf(repository) === ownerOf(called.repository);
}
