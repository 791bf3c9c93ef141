/** What a source of files would miss, told by the folder and the beginnings of its files. */
import { access, constants } from 'node:fs/promises';
import { counted } from '../../model/counted.ts';
import { InputError } from '../../model/errors.ts';
import type { Checked } from '../../ports/checked.ts';
import type { CheckContext } from '../../ports/collector.ts';
import { readHead } from './content.ts';
import type { FileHead } from './read-folder.ts';
import { recognise } from './recognise.ts';
import { reasonOf, type SourceFile, walk } from './walk.ts';

export interface FolderCheck {
  readonly root: string;
  readonly context: CheckContext;
  /** As in FolderReading. */
  readonly headBytes?: number;
  readonly enters?: (folder: string) => boolean;
  readonly passesOver?: (file: SourceFile) => boolean;
  /** Whether a reader takes the file. An InputError means that none does. */
  knows(file: SourceFile, head: FileHead): boolean | Promise<boolean>;
  /** Whether the folders alone say something. Asked when the walk is over. */
  isEnough?(): boolean;
}

/** A source of millions of files is not walked to its end. */
const MOST_FILES = 5_000;
const MOST_SHOWN = 5;

/** The folder is there and can be read, and one file of it is known; which, and whether the others are sound, a collection tells. */
export async function* checkFolder(check: FolderCheck): AsyncGenerator<Checked> {
  try {
    const { files, problems } = await listed(check);
    for (const text of shortened(problems)) yield { type: 'missing', text };
    yield await outcome(check, files);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield { type: 'blocked', text: error.message };
  }
}

interface Listed {
  readonly files: readonly SourceFile[];
  readonly problems: readonly string[];
}

async function listed({ root, context, enters }: FolderCheck): Promise<Listed> {
  const files: SourceFile[] = [];
  const problems: string[] = [];
  for await (const walked of walk(root, { ...context, ...(enters && { enters }) })) {
    if ('skipped' in walked) problems.push(walked.skipped);
    else if ('problem' in walked) problems.push(walked.problem);
    else {
      const closed = await access(walked.file.absolute, constants.R_OK).then(() => undefined, reasonOf);
      if (closed === undefined) files.push(walked.file);
      else problems.push(`${walked.file.path}: ${closed}`);
    }
    if (files.length >= MOST_FILES) break;
  }
  return { files, problems };
}

function shortened(texts: readonly string[]): string[] {
  const more = texts.length - MOST_SHOWN;
  return more > 0 ? [...texts.slice(0, MOST_SHOWN), `${counted(more, 'more file')} cannot be read`] : [...texts];
}

async function outcome(check: FolderCheck, files: readonly SourceFile[]): Promise<Checked> {
  const { root, passesOver } = check;
  const found = files.length < MOST_FILES ? counted(files.length, 'file') : `${MOST_FILES} files or more`;
  const wanted = files.filter((file) => !passesOver?.(file));
  if (check.isEnough?.()) return { type: 'works', text: `${root}: ${found}` };
  for (const file of wanted) {
    check.context.signal.throwIfAborted();
    if (await isKnown(check, file)) return { type: 'works', text: `${root}: ${found}` };
  }
  const text = `${root}: nothing that this source reads in ${found}; put its exports there, or set \`files\` to where they are`;
  return { type: 'missing', text };
}

async function isKnown({ context, headBytes, knows }: FolderCheck, file: SourceFile): Promise<boolean> {
  try {
    const head = await readHead(file, context.signal, headBytes);
    const form = recognise(head);
    return form !== 'empty' && form !== 'binary' && (await knows(file, { form, head }));
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
