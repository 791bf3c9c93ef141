import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf, RefusedError } from '../../model/errors.ts';

const MOST_BYTES = 16 * 1024;

/** The raw token that a person put there: read for one call, and kept nowhere. Refuses a file that others may read. */
export async function readTokenFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw new RefusedError(`${path}: ${messageOf(error)}; put the token there, in a file of mode 0600`);
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0) throw new RefusedError(`${path}: others may read it: set its mode to 0600`);
    if (size > MOST_BYTES) throw new RefusedError(`${path}: is no token`);
    const value = (await file.readFile('utf8')).trim();
    if (value === '' || /\s/.test(value)) throw new RefusedError(`${path}: is no token`);
    return value;
  } finally {
    await file.close();
  }
}
