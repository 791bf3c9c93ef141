/** The way of a new secret to its consumers by a file: mode 0600, made by us, named by the step. */
import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { messageOf, RefusedError } from '../../model/errors.ts';

/** The secret that was handed out, or undefined when the file is not there. Refuses a file that is not ours alone. */
export async function handedOut(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: { code?: string }) => {
    if (error.code === 'ENOENT') return undefined;
    throw new RefusedError(`${path}: ${messageOf(error)}; name a plain file that interlock may write`);
  });
  if (!file) return undefined;
  try {
    const { mode, uid } = await file.stat();
    if ((mode & 0o077) !== 0 || uid !== process.getuid?.()) {
      throw new RefusedError(`${path}: is not a file of mode 0600 that interlock made; move it away`);
    }
    return (await file.readFile('utf8')).trimEnd();
  } finally {
    await file.close();
  }
}

/** Writes it wholly and durably before the server is told; never over a file that is there. */
export async function handOut(path: string, secret: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error) => {
    throw new RefusedError(`${path}: ${messageOf(error)}; name a file that does not exist, in a folder that interlock may write`);
  });
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

export const takeBack = (path: string): Promise<void> => rm(path, { force: true });

/** Why a path cannot take the secret, or undefined. */
export async function handOutProblem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) {
    return 'rotate needs parameters.handTo: the absolute path of a file in which the new secret reaches its consumers';
  }
  if (!isAbsolute(path)) return `parameters.handTo: ${path} is not an absolute path`;
  const folder = await lstat(dirname(path)).catch(() => undefined);
  return folder?.isDirectory() ? undefined : `parameters.handTo: the folder ${dirname(path)} does not exist: make it`;
}
