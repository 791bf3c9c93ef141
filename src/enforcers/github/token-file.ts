import { isAbsolute, join } from 'node:path';
import { RefusedError } from '../../model/errors.ts';
import { hashedToken } from '../../model/hashed-token.ts';
import { readTokenFile } from '../hand-out/token-file.ts';

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
  const value = await readTokenFile(path);
  const hash = /^github(?:@.+)?:hashed-tokens\/(.+)$/.exec(target)?.[1];
  if (hash !== undefined && keyHash(value) !== hash)
    throw new RefusedError(`${path}: holds another token than ${target}: nothing was done`);
  return value;
}

/** As keys have it: without what a path would not take. */
const keyHash = (value: string): string | undefined =>
  hashedToken(value)?.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
