import { mkdirSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { UsageError } from '../model/errors.ts';

/**
 * Writes files below a folder that is made for them, readable by its owner alone. A folder that holds something is refused: old files
 * beside new ones would be read as pages of one answer.
 */
export function saveFolder(folder: string): (path: string, content: string) => Promise<void> {
  const root = resolve(folder);
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    if (readdirSync(root).length > 0) throw new UsageError(`--save ${folder}: the folder is not empty; name a new one`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--save ${folder}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  return async (path, content) => {
    const file = join(root, path);
    if (!file.startsWith(root + sep)) throw new Error(`${path}: leaves the folder it is saved in`);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, content, { mode: 0o600, flag: 'wx' });
  };
}
