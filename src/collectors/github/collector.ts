/** `github` from files: repository trees. A scope is a repository. */
import { z } from 'zod';
import { type RepositoryWorkflows, WorkflowCalls } from '../../iam/github/reusable.ts';
import { parseWorkflow, type Workflow } from '../../iam/github/workflow.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { readFolder } from '../files/read-folder.ts';
import type { SourceFile } from '../files/walk.ts';
import { repositoryFacts } from './convert.ts';
import { isWorkflow, RepositoryTrees, type TreeFile } from './trees.ts';
import { yamlTree } from './yaml-tree.ts';

const settings = z.strictObject({ files: z.string().min(1) });
export type GithubSettings = z.infer<typeof settings>;

export const githubCollector: Collector<GithubSettings> = {
  type: 'github',
  emits: {
    entities: ['Scope', 'Repository', 'Pipeline', 'Secret', 'External', 'Credential'],
    relationships: ['CONTAINS', 'DEFINES', 'READS', 'RUNS_AS', 'STEERS', 'USES', 'EXPOSES'],
  },
  settings,
  collect,
};

/** Branch and environment protection, and who may write, are settings of GitHub: no file of a tree says them. */
const PROTECTION_LAYER = 'GitHub branch and environment protection rules';

async function* collect({ files: root }: GithubSettings, context: CollectContext): AsyncGenerator<Collected> {
  const trees = new RepositoryTrees(root);
  const notes = new CoverageNotes();
  const workflows = new Map<string, Map<string, Workflow>>();
  yield* readFolder({
    root,
    context,
    enters: (folder) => trees.enters(folder),
    passesOver: (file) => {
      trees.noteFile(file.path);
      const place = trees.placeOf(file.path);
      return place !== undefined && !isWorkflow(place);
    },
    read: (file) => {
      const place = trees.placeOf(file.path);
      return place && readWorkflow(file, { place, workflows, context });
    },
    broken: (text, file) => notes.missing((file && trees.placeOf(file.path)?.repository) ?? EVERY_SCOPE, text),
  });
  const repositories = trees.repositories().map((name) => ({ name, workflows: workflows.get(name) ?? new Map() }));
  if (repositories.length === 0) {
    yield { type: 'warning', text: `${root}: no repository tree: expected folders <owner>/<name> with .git or .github` };
  } else yield { type: 'layer-missing', layer: PROTECTION_LAYER };
  yield* said(repositories, notes);
  yield* notes.said();
}

interface WorkflowReading {
  readonly place: TreeFile;
  readonly workflows: Map<string, Map<string, Workflow>>;
  readonly context: CollectContext;
}

async function* readWorkflow(file: SourceFile, { place, workflows, context }: WorkflowReading): AsyncGenerator<Collected> {
  const workflow = workflowOf(file, place, await readText(file, context.signal));
  const ofRepository = workflows.get(place.repository) ?? new Map<string, Workflow>();
  workflows.set(place.repository, ofRepository.set(place.path, workflow));
  for (const { id, reads } of workflow.jobs) {
    if (reads.unreadable === undefined) continue;
    const text = `line ${reads.unreadable}: jobs.${id}: an expression on secrets cannot be read; taken for any of them`;
    yield { type: 'warning', text: `${file.path}: ${text}` };
  }
}

function workflowOf(file: SourceFile, place: TreeFile, text: string): Workflow {
  const tree = yamlTree(text, file.path);
  try {
    return parseWorkflow(place.path, tree);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${file.path}: ${error.message}`) : error;
  }
}

/** Facts of every repository, and what its jobs call that is not there. */
function* said(repositories: readonly RepositoryWorkflows[], notes: CoverageNotes): Generator<Collected> {
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
