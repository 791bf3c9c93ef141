/** `github` from files: repository trees. A scope is a repository. */
import { z } from 'zod';
import { OWNER_FILES } from '../../iam/github/codeowners.ts';
import { WorkflowCalls } from '../../iam/github/reusable.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { readFolder } from '../files/read-folder.ts';
import type { SourceFile } from '../files/walk.ts';
import { type RepositoryTree, repositoryFacts } from './convert.ts';
import { diskFile } from './disk-file.ts';
import { gapsOf } from './gaps.ts';
import { TreeReading } from './tree-reading.ts';
import { isWorkflow, RepositoryTrees, type TreeFile } from './trees.ts';

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
  const reading = new TreeReading();
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
      return place && readTreeFile(file, place, reading, context);
    },
    broken: (text, file) => notes.missing((file && trees.placeOf(file.path)?.repository) ?? EVERY_SCOPE, text),
  });
  const read = diskFile(root, trees, context);
  yield* reading.namedActions(read, (text, repository) => notes.missing(repository, text));
  const repositories = trees.repositories().map((name) => repositoryOf(name, reading));
  if (repositories.length === 0) {
    yield { type: 'warning', text: `${root}: no repository tree: expected folders <owner>/<name> with .git or .github` };
  } else yield { type: 'layer-missing', layer: PROTECTION_LAYER };
  yield* said(repositories, notes);
  yield* notes.said();
}

function repositoryOf(name: string, { workflows, owners, actions }: TreeReading): RepositoryTree {
  const ownerFiles = owners.get(name);
  const first = OWNER_FILES.find((file) => ownerFiles?.has(file));
  return {
    name,
    workflows: workflows.get(name) ?? new Map(),
    actions: actions.get(name) ?? new Map(),
    owners: (first && ownerFiles?.get(first)) || [],
  };
}

async function* readTreeFile(
  file: SourceFile,
  place: TreeFile,
  reading: TreeReading,
  { signal }: CollectContext,
): AsyncGenerator<Collected> {
  const text = await readText(file, signal);
  yield* isWorkflow(place) ? reading.workflow(place, text, file.path) : reading.codeOwners(place, text, file.path);
}

/** Facts of every repository, and what its jobs call that is not there. */
function* said(repositories: readonly RepositoryTree[], notes: CoverageNotes): Generator<Collected> {
  const calls = new WorkflowCalls(repositories);
  const layers = new Set<string>();
  for (const repository of repositories) {
    notes.seen(repository.name);
    const { entities, relationships } = repositoryFacts(repository, calls);
    yield { type: 'facts', scope: repository.name, entities, relationships };
    const { missing, notCollected } = gapsOf(repository, calls);
    for (const text of missing) {
      notes.missing(repository.name, text);
      yield { type: 'warning', text };
    }
    for (const layer of notCollected) layers.add(layer);
  }
  for (const layer of [...layers].sort()) yield { type: 'layer-missing', layer };
}
