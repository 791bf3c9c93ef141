/** `github` from files: repository trees. A scope is a repository. */
import { z } from 'zod';
import { OWNER_FILES, type OwnerRule, ownerRules } from '../../iam/github/codeowners.ts';
import { type RepositoryWorkflows, WorkflowCalls } from '../../iam/github/reusable.ts';
import { parseWorkflow, type Workflow } from '../../iam/github/workflow.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { readFolder } from '../files/read-folder.ts';
import type { SourceFile } from '../files/walk.ts';
import { type RepositoryTree, repositoryFacts } from './convert.ts';
import { isWorkflow, RepositoryTrees, type TreeFile } from './trees.ts';
import { yamlTree } from './yaml-tree.ts';

const settings = z.strictObject({ files: z.string().min(1) });
export type GithubSettings = z.infer<typeof settings>;

export const githubCollector: Collector<GithubSettings> = {
  type: 'github',
  emits: {
    entities: ['Scope', 'Repository', 'Pipeline', 'Secret', 'External', 'Credential', 'Owner'],
    relationships: ['CONTAINS', 'DEFINES', 'READS', 'RUNS_AS', 'STEERS', 'USES', 'EXPOSES', 'OWNED_BY'],
  },
  settings,
  collect,
};

/** Branch and environment protection, and who may write, are settings of GitHub: no file of a tree says them. */
const PROTECTION_LAYER = 'GitHub branch and environment protection rules';

async function* collect({ files: root }: GithubSettings, context: CollectContext): AsyncGenerator<Collected> {
  const trees = new RepositoryTrees(root);
  const notes = new CoverageNotes();
  const reading: TreeReading = { context, workflows: new Map(), owners: new Map() };
  yield* readFolder({
    root,
    context,
    enters: (folder) => trees.enters(folder),
    passesOver: (file) => {
      trees.noteFile(file.path);
      const place = trees.placeOf(file.path);
      return place !== undefined && !isWorkflow(place) && !OWNER_FILES.includes(place.path);
    },
    read: (file) => {
      const place = trees.placeOf(file.path);
      if (!place) return undefined;
      return isWorkflow(place) ? readWorkflow(file, place, reading) : readOwners(file, place, reading);
    },
    broken: (text, file) => notes.missing((file && trees.placeOf(file.path)?.repository) ?? EVERY_SCOPE, text),
  });
  const repositories = trees.repositories().map((name) => repositoryOf(name, reading));
  if (repositories.length === 0) {
    yield { type: 'warning', text: `${root}: no repository tree: expected folders <owner>/<name> with .git or .github` };
  } else yield { type: 'layer-missing', layer: PROTECTION_LAYER };
  yield* said(repositories, notes);
  yield* notes.said();
}

/** What has been read, by repository and path. */
interface TreeReading {
  readonly context: CollectContext;
  readonly workflows: Map<string, Map<string, Workflow>>;
  readonly owners: Map<string, Map<string, readonly OwnerRule[]>>;
}

function repositoryOf(name: string, { workflows, owners }: TreeReading): RepositoryTree {
  const ownerFiles = owners.get(name);
  const first = OWNER_FILES.find((file) => ownerFiles?.has(file));
  return { name, workflows: workflows.get(name) ?? new Map(), owners: (first && ownerFiles?.get(first)) || [] };
}

function keep<T>(kept: Map<string, Map<string, T>>, place: TreeFile, value: T): void {
  kept.set(place.repository, (kept.get(place.repository) ?? new Map<string, T>()).set(place.path, value));
}

async function* readWorkflow(file: SourceFile, place: TreeFile, reading: TreeReading): AsyncGenerator<Collected> {
  const workflow = workflowOf(file, place, await readText(file, reading.context.signal));
  if (!workflow) {
    yield { type: 'warning', text: `${file.path}: empty but for comments` };
    return;
  }
  keep(reading.workflows, place, workflow);
  for (const { id, reads } of workflow.jobs) {
    if (reads.unreadable === undefined) continue;
    const text = `line ${reads.unreadable}: jobs.${id}: an expression on secrets cannot be read; taken for any of them`;
    yield { type: 'warning', text: `${file.path}: ${text}` };
  }
}

function workflowOf(file: SourceFile, place: TreeFile, text: string): Workflow | undefined {
  const tree = yamlTree(text, file.path);
  try {
    return tree && parseWorkflow(place.path, tree);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${file.path}: ${error.message}`) : error;
  }
}

async function* readOwners(file: SourceFile, place: TreeFile, reading: TreeReading): AsyncGenerator<Collected> {
  const rules = ownerRules(await readText(file, reading.context.signal));
  keep(reading.owners, place, rules);
  if (rules.length === 0) yield { type: 'warning', text: `${file.path}: no rule that names code owners` };
}

/** Facts of every repository, and what its jobs call that is not there. */
function* said(repositories: readonly RepositoryTree[], notes: CoverageNotes): Generator<Collected> {
  const calls = new WorkflowCalls(repositories);
  const remote = new Set<string>();
  for (const repository of repositories) {
    notes.seen(repository.name);
    const { entities, relationships } = repositoryFacts(repository, calls);
    yield { type: 'facts', scope: repository.name, entities, relationships };
    for (const { workflow, job } of callingJobs(repository)) {
      const called = calls.called(repository, job);
      if (called === 'remote') remote.add(job.call.uses);
      if (called !== 'absent') continue;
      const text = `${repository.name}/${workflow.path}: line ${job.line}: jobs.${job.id} calls ${job.call.uses}, which is not in the tree; add the file`;
      notes.missing(repository.name, text);
      yield { type: 'warning', text };
    }
  }
  for (const uses of [...remote].sort()) yield { type: 'layer-missing', layer: `remote workflow ${uses}` };
}

function* callingJobs({ workflows }: RepositoryWorkflows) {
  for (const workflow of workflows.values()) {
    for (const { call, ...job } of workflow.jobs) if (call) yield { workflow, job: { ...job, call } };
  }
}
