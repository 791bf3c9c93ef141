/** A folder of repository trees and REST answers. */
import path from 'node:path';
import pLimit from 'p-limit';
import { OWNER_FILES } from '../../iam/github/codeowners.ts';
import { EVERY_SCOPE } from '../../model/collection.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext, CollectContext, Collected } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { isLarge, readText } from '../files/content.ts';
import type { CoverageNotes } from '../files/coverage.ts';
import { parseJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import type { SourceFile } from '../files/walk.ts';
import { answerIn } from './answers/answer-in.ts';
import { AnswerReading } from './answers/answer-reading.ts';
import { diskFile } from './disk-file.ts';
import { gitHistory } from './git-history.ts';
import type { GithubSource } from './source-facts.ts';
import { type TreeHistory, treeHistory } from './tree-history.ts';
import { TreeReading } from './tree-reading.ts';
import { isWorkflow, RepositoryTrees, type TreeFile } from './trees.ts';

export async function* readFiles(
  root: string,
  context: CollectContext,
  notes: CoverageNotes,
): AsyncGenerator<Collected, GithubSource> {
  const trees = new RepositoryTrees(root);
  await using reading = new TreeReading((text, repository) => notes.missing(repository, text));
  const answering = new AnswerReading(context);
  yield* readFolder({
    root,
    context,
    enters: (folder) => trees.enters(folder),
    passesOver: (file) => passesOver(trees, file),
    read: (file, head) => {
      const place = trees.placeOf(file.path);
      if (place) return readTreeFile(file, place, reading, context);
      return head.form === 'text' ? undefined : answering.file(file, head);
    },
    broken: (text, file) => notes.missing((file && trees.placeOf(file.path)?.repository) ?? EVERY_SCOPE, text),
  });
  const read = diskFile(root, trees, context);
  yield* reading.rest();
  reading.keepCalled();
  yield* reading.namedActions(read);
  const histories = await historiesOf(root, trees, context);
  const repositories = trees.repositories().map((name) => ({ ...reading.treeOf(name), history: histories.get(name) }));
  const { answers } = answering;
  for (const { name } of repositories) answers.know(name);
  yield* answering.place((text) => notes.missing(EVERY_SCOPE, text));
  if (repositories.length + answers.organisations.length + answers.answered.length === 0) {
    const expected = 'expected folders <owner>/<name> with .git or .github, or REST answers as JSON';
    yield { type: 'warning', text: `${root}: no repository tree: ${expected}` };
  }
  return { trees: repositories, answers, context, notes };
}

const HISTORIES_AT_ONCE = 4;

/** By repository. */
async function historiesOf(
  root: string,
  trees: RepositoryTrees,
  context: CollectContext,
): Promise<ReadonlyMap<string, TreeHistory>> {
  const limit = pLimit(HISTORIES_AT_ONCE);
  const isWanted = (repository: string) => (file: string) => isWorkflow({ repository, path: file });
  const found = [...trees.histories].map(([name, folder]) =>
    limit(async () => [name, treeHistory(await gitHistory(path.join(root, folder), context), isWanted(name))] as const),
  );
  return new Map((await Promise.all(found)).flatMap(([name, history]) => (history ? [[name, history] as const] : [])));
}

function passesOver(trees: RepositoryTrees, file: SourceFile): boolean {
  trees.noteFile(file.path);
  const place = trees.placeOf(file.path);
  return place !== undefined && !isWorkflow(place) && !OWNER_FILES.includes(place.path);
}

/** A repository says something by being there. */
export function checkFiles(root: string, context: CheckContext): AsyncGenerator<Checked> {
  const trees = new RepositoryTrees(root);
  return checkFolder({
    root,
    context,
    enters: (folder) => trees.enters(folder),
    passesOver: (file) => passesOver(trees, file),
    isEnough: () => trees.repositories().length > 0,
    knows: (file, { form }) => form !== 'text' && isAnswer(file, form, context.signal),
  });
}

/** What is too large to be looked at here is taken for one. */
async function isAnswer(file: SourceFile, form: FileHead['form'], signal: AbortSignal): Promise<boolean> {
  if (form === 'json-lines' || (await isLarge(file))) return true;
  return answerIn(parseJson(await readText(file, signal), file.path), file.path) !== undefined;
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
