/** Which files a source folder holds. Content is not opened here. */
import { lstatSync, type Stats } from 'node:fs';
import { lstat, opendir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { InputError, messageOf } from '../../model/errors.ts';

export interface SourceFile {
  /** Relative to the source's folder, with `/`: what messages and keys show. */
  readonly path: string;
  readonly absolute: string;
  /** Bytes on disk, compressed or not. */
  readonly size: number;
}

/** A file to read, or a sentence: `skipped` for what is no regular file of this folder, `problem` for what could not be listed. */
export type Walked = { readonly file: SourceFile } | { readonly skipped: string } | { readonly problem: string };

export interface WalkOptions {
  /** The source's name, for messages. */
  readonly source: string;
  readonly signal: AbortSignal;
  /** Folders (relative path) that need not be entered. */
  readonly enters?: (folder: string) => boolean;
}

/**
 * All regular files below `root`, by path. `root` may be a single file.
 *
 * Links are never followed: one that ends inside the folder is read at its own place, one that leaves it or ends nowhere is said
 * to be skipped. Pipes, sockets and devices are skipped without being opened. Throws an InputError when `root` is not there.
 */
export async function* walk(root: string, options: WalkOptions): AsyncGenerator<Walked> {
  const real = await realpath(root).catch((error: unknown) => {
    throw new InputError(
      `source ${options.source}: ${root}: ${reasonOf(error)}; set \`files\` to the folder that holds its exports`,
    );
  });
  const stats = await lstat(real);
  if (stats.isFile()) yield { file: { path: path.basename(real), absolute: real, size: stats.size } };
  else if (stats.isDirectory()) yield* walkFolder({ root: real, folder: '', options });
  else throw new InputError(`source ${options.source}: ${root}: neither a folder nor a file`);
}

interface Place {
  readonly root: string;
  /** Relative, empty for the root. */
  readonly folder: string;
  readonly options: WalkOptions;
}

async function* walkFolder({ root, folder, options }: Place): AsyncGenerator<Walked> {
  let names: string[];
  try {
    names = await namesIn(path.join(root, folder));
  } catch (error) {
    yield { problem: `${folder || root}: ${reasonOf(error)}` };
    return;
  }
  for (const name of names) {
    options.signal.throwIfAborted();
    yield* walkEntry({ root, folder: folder ? `${folder}/${name}` : name, options });
  }
}

async function* walkEntry(place: Place): AsyncGenerator<Walked> {
  const { root, folder: relative, options } = place;
  const absolute = path.join(root, relative);
  const stats = statsOf(absolute);
  if (!stats) yield { problem: `${relative}: disappeared or cannot be looked at` };
  else if (stats.isDirectory()) {
    if (options.enters?.(relative) ?? true) yield* walkFolder(place);
  } else if (stats.isFile()) yield { file: { path: relative, absolute, size: stats.size } };
  else if (stats.isSymbolicLink()) yield* walkLink(root, relative);
  else yield { skipped: `${relative}: a pipe, socket or device; skipped` };
}

/** Of tens of thousands of entries each would else wait for a turn of its own. */
function statsOf(absolute: string): Stats | undefined {
  try {
    return lstatSync(absolute);
  } catch {
    return undefined;
  }
}

async function* walkLink(root: string, relative: string): AsyncGenerator<Walked> {
  const target = await realpath(path.join(root, relative)).catch(() => undefined);
  if (target === undefined) yield { skipped: `${relative}: a link that ends nowhere; skipped` };
  else if (target !== root && !target.startsWith(root + path.sep)) {
    yield { skipped: `${relative}: a link out of the source's folder; skipped` };
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const entries: { name: string; order: string }[] = [];
  for await (const entry of await opendir(folder)) {
    entries.push({ name: entry.name, order: entry.isDirectory() ? `${entry.name}/` : entry.name });
  }
  return entries.sort((a, b) => (a.order < b.order ? -1 : 1)).map((entry) => entry.name);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a link in a circle',
  EMFILE: 'too many open files',
};

/** What the system said of a path, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return (code && REASONS[code]) || (code ?? messageOf(error));
}
