/** Which workflow a job calls, and what goes over to it. https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows */
import type { Trigger } from './triggers.ts';
import { isReusableOnly, type Job, type Workflow } from './workflow.ts';

export interface RepositoryWorkflows {
  /** `owner/name`, as its path writes it. */
  readonly name: string;
  /** By path within the repository. */
  readonly workflows: ReadonlyMap<string, Workflow>;
}

export interface PlacedWorkflow {
  readonly repository: RepositoryWorkflows;
  readonly workflow: Workflow;
}

/** Where runs come from: the repository whose token they carry, and what starts them. */
export interface Runs {
  readonly repository: string;
  readonly triggers: readonly Trigger[];
}

/** `absent`: of a collected repository, but not there. `remote`: of a repository that was not collected. */
export type Called = PlacedWorkflow | 'absent' | 'remote';

export interface SecretsThroughCall {
  readonly names: ReadonlySet<string>;
  /** A workflow along the way takes all at once, or by an index that only the run decides, or was not collected. */
  readonly anyOther: boolean;
}

const takesAny = ({ reads }: Job): boolean => (reads.all ?? reads.dynamic ?? reads.unreadable) !== undefined;

/** Repositories are found whatever the case of their names, as GitHub does. */
export class WorkflowCalls {
  readonly #repositories: ReadonlyMap<string, RepositoryWorkflows>;
  readonly #callers = new Map<Workflow, (PlacedWorkflow & { readonly job: Job })[]>();

  constructor(repositories: readonly RepositoryWorkflows[]) {
    this.#repositories = new Map(repositories.map((repository) => [repository.name.toLowerCase(), repository]));
    for (const repository of repositories) {
      for (const workflow of repository.workflows.values()) this.#note({ repository, workflow });
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
    const { uses } = job.call;
    const local = /^\.\/(.+)$/.exec(uses);
    const [, owner, path] = /^([^/]+\/[^/]+)\/(.+?)@[^@]+$/.exec(uses) ?? [];
    const home = local ? repository : this.#repositories.get((owner ?? '').toLowerCase());
    if (!home) return 'remote';
    const workflow = home.workflows.get(local?.[1] ?? path ?? '');
    return workflow ? { repository: home, workflow } : 'absent';
  }

  /** What the jobs of a called workflow read of the caller's secrets, when all are handed over with `secrets: inherit`. */
  inherited(called: Called, seen: ReadonlySet<Workflow> = new Set()): SecretsThroughCall {
    if (typeof called === 'string') return { names: new Set(), anyOther: true };
    const names = new Set<string>();
    let anyOther = false;
    for (const job of called.workflow.jobs) {
      for (const name of job.reads.named.keys()) names.add(name);
      anyOther ||= takesAny(job);
      const next = job.call?.inherits ? this.called(called.repository, job) : undefined;
      if (!next || (typeof next !== 'string' && seen.has(next.workflow))) continue;
      const further = this.inherited(next, new Set([...seen, called.workflow]));
      for (const name of further.names) names.add(name);
      anyOther ||= further.anyOther;
    }
    return { names, anyOther };
  }

  /**
   * Whether a name that a job reads is only the name of a parameter: its workflow runs for callers alone, and none of the
   * repository's own hands over a secret of that very name.
   */
  isParameter({ repository, workflow }: PlacedWorkflow, name: string): boolean {
    if (!workflow.parameters?.includes(name) || !isReusableOnly(workflow)) return false;
    const callers = (this.#callers.get(workflow) ?? []).filter((caller) => caller.repository === repository);
    return !callers.some(({ job }) => job.call?.inherits || job.call?.mapping.get(name) === name);
  }

  /** Every collected way in which a workflow is started, through its callers too; none when only unknown callers start it. */
  runs({ repository, workflow }: PlacedWorkflow, seen: ReadonlySet<Workflow> = new Set()): Runs[] {
    const triggers = workflow.triggers.filter(({ event }) => event !== 'workflow_call');
    const callers = (this.#callers.get(workflow) ?? []).filter((caller) => !seen.has(caller.workflow));
    return [
      ...(triggers.length > 0 ? [{ repository: repository.name, triggers }] : []),
      ...callers.flatMap((caller) => this.runs(caller, new Set([...seen, workflow]))),
    ];
  }
}
