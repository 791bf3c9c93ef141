import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { CollectContext } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import type { ReadTreeFile } from './tree-reading.ts';
import type { RepositoryTrees } from './trees.ts';

/** Reads files that a repository's other files name. A link, or a path that leaves the source's folder through one, is not there. */
export function diskFile(root: string, trees: RepositoryTrees, { signal }: CollectContext): ReadTreeFile {
  return async (file) => {
    const shown = trees.pathOf(file);
    const top = await realpath(root).catch(() => undefined);
    if (shown === undefined || top === undefined) return undefined;
    const absolute = path.join(top, shown);
    const real = await realpath(absolute).catch(() => undefined);
    const stats = real === absolute ? await lstat(absolute).catch(() => undefined) : undefined;
    if (!stats?.isFile()) return undefined;
    return { text: await readText({ path: shown, absolute, size: stats.size }, signal), shown };
  };
}
