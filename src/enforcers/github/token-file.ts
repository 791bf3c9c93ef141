import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { hashedToken } from '../../model/hashed-token.ts';

const MOST_BYTES = 4096;

/**
 * The raw token that a person put there for this step: read for one call, and kept nowhere. Refuses a file that others may read. The
 * value is checked against what a target is known by, where that is its hash.
 */
export async function readToken({
  tokenFile,
  tokens,
  target,
}: {
  readonly tokenFile: string;
  readonly tokens: string | undefined;
  readonly target: string;
}): Promise<string> {
  if (!isAbsolute(tokenFile) && (tokens === undefined || /[/\\]/.test(tokenFile)))
    throw new RefusedError(
      `parameters.tokenFile: ${tokenFile} is no absolute path, and no file of the enforcer's folder \`tokens\``,
    );
  const path = isAbsolute(tokenFile) ? tokenFile : join(tokens ?? '', tokenFile);
  const value = await contentOf(path);
  const hash = /^github(?:@.+)?:hashed-tokens\/(.+)$/.exec(target)?.[1];
  if (hash !== undefined && keyHash(value) !== hash)
    throw new RefusedError(`${path}: holds another token than ${target}: nothing was done`);
  return value;
}

/** As keys have it: without what a path would not take. */
const keyHash = (value: string): string | undefined =>
  hashedToken(value)?.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

async function contentOf(path: string): Promise<string> {
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
