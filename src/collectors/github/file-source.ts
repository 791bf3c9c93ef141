/** A folder of repository trees and REST answers. */
import { OWNER_FILES } from '../../iam/github/codeowners.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import type { CollectContext, Collected } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import type { CoverageNotes } from '../files/coverage.ts';
import { readFolder } from '../files/read-folder.ts';
import type { SourceFile } from '../files/walk.ts';
import { AnswerReading } from './answers/answer-reading.ts';
import { diskFile } from './disk-file.ts';
import type { GithubSource } from './source-facts.ts';
import { TreeReading } from './tree-reading.ts';
import { isWorkflow, RepositoryTrees, type TreeFile } from './trees.ts';

export async function* readFiles(
  root: string,
  context: CollectContext,
  notes: CoverageNotes,
): AsyncGenerator<Collected, GithubSource> {
  const trees = new RepositoryTrees(root);
  const reading = new TreeReading();
  const answering = new AnswerReading(context);
  yield* readFolder({
    root,
    context,
    enters: (folder) => trees.enters(folder),
    passesOver: (file) => {
      trees.noteFile(file.path);
      const place = trees.placeOf(file.path);
      return place !== undefined && !isWorkflow(place) && !OWNER_FILES.includes(place.path);
    },
    read: (file, head) => {
      const place = trees.placeOf(file.path);
      if (place) return readTreeFile(file, place, reading, context);
      return head.form === 'text' ? undefined : answering.file(file, head);
    },
    broken: (text, file) => notes.missing((file && trees.placeOf(file.path)?.repository) ?? EVERY_SCOPE, text),
  });
  const read = diskFile(root, trees, context);
  yield* reading.namedActions(read, (text, repository) => notes.missing(repository, text));
  const repositories = trees.repositories().map((name) => reading.treeOf(name));
  const { answers } = answering;
  for (const { name } of repositories) answers.know(name);
  yield* answering.place((text) => notes.missing(EVERY_SCOPE, text));
  if (repositories.length + answers.organisations.length + answers.answered.length === 0) {
    const expected = 'expected folders <owner>/<name> with .git or .github, or REST answers as JSON';
    yield { type: 'warning', text: `${root}: no repository tree: ${expected}` };
  }
  return { trees: repositories, answers, context, notes };
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
