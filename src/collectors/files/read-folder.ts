/**
 * The way every source of files is read: one file at a time, each recognised by its content. An empty file or one that no reader
 * knows is a warning; a broken one is an error that names it; the rest goes on.
 */
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected } from '../../ports/collector.ts';
import { createBreath } from './breath.ts';
import { isLarge, readHead, readText, releaseContent } from './content.ts';
import { parseJson } from './json.ts';
import { type Form, recognise } from './recognise.ts';
import { type SourceFile, walk } from './walk.ts';

export interface FileHead {
  readonly form: Exclude<Form, 'empty' | 'binary'>;
  /** The beginning of the content. */
  readonly head: Buffer;
}

export interface FolderReading {
  readonly root: string;
  readonly context: CollectContext;
  /** Bytes needed to recognise a file; 64 KiB unless told. */
  readonly headBytes?: number;
  readonly enters?: (folder: string) => boolean;
  /** Files that are left alone without a word, such as the code of a repository. Asked when the walk is over. */
  readonly passesOver?: (file: SourceFile) => boolean;
  /** What the file says, or undefined when no reader knows it. It may throw InputErrors at any point. */
  read(file: SourceFile, head: FileHead): AsyncIterable<Collected> | Iterable<Collected> | undefined;
  /** Told of every error, so that the collector marks a scope partial. No file: the folder itself. */
  broken(text: string, file?: SourceFile): void;
}

export async function* readFolder(reading: FolderReading): AsyncGenerator<Collected> {
  const files: SourceFile[] = [];
  const breath = createBreath();
  try {
    for await (const walked of walk(reading.root, walkOptions(reading))) {
      await breath();
      if ('file' in walked) files.push(walked.file);
      else if ('skipped' in walked) yield { type: 'warning', text: walked.skipped };
      else yield failed(reading, walked.problem);
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield failed(reading, error.message);
  }
  const wanted = files.filter((file) => !reading.passesOver?.(file));
  for (const [done, file] of wanted.entries()) {
    reading.context.signal.throwIfAborted();
    yield { type: 'progress', done, total: wanted.length, what: file.path };
    yield* readFile(reading, file);
    releaseContent(file);
    await breath();
  }
  yield { type: 'progress', done: wanted.length, total: wanted.length, what: 'files' };
}

const walkOptions = ({ context, enters }: FolderReading): Parameters<typeof walk>[1] => ({
  source: context.source,
  signal: context.signal,
  ...(enters && { enters }),
});

async function* readFile(reading: FolderReading, file: SourceFile): AsyncGenerator<Collected> {
  try {
    const head = await readHead(file, reading.context.signal, reading.headBytes);
    const form = recognise(head);
    if (form === 'empty') yield { type: 'warning', text: `${file.path}: empty` };
    else if (form === 'binary') yield failed(reading, `${file.path}: binary content, or UTF-16; only UTF-8 text is read`, file);
    else {
      const facts = reading.read(file, { form, head });
      if (facts) yield* facts;
      else yield await unrecognised(file, form, reading.context.signal);
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield failed(reading, error.message, file);
  }
}

/** A warning; but a file that is no whole JSON, though it begins as such, is broken: what it was cannot be told. */
async function unrecognised(file: SourceFile, form: FileHead['form'], signal: AbortSignal): Promise<Collected> {
  if ((form === 'json-object' || form === 'json-array') && !(await isLarge(file)))
    parseJson(await readText(file, signal), file.path);
  return { type: 'warning', text: `${file.path}: not recognised as anything that this source reads; ignored` };
}

function failed(reading: FolderReading, text: string, file?: SourceFile): Collected {
  reading.broken(text, file);
  return { type: 'error', text };
}
