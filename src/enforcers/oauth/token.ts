import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { messageOf, RefusedError } from '../../model/errors.ts';
import type { Fingerprinter } from '../../model/fingerprint.ts';
import { leakedFingerprint } from '../../model/oauth-actions.ts';
import { readTokenFile } from '../hand-out/token-file.ts';

export interface TokenAsking {
  /** The step's target. */
  readonly target: string;
  /** As the step's parameters have it. */
  readonly tokenFile: string | undefined;
  /** The folder of the enforcer's settings. */
  readonly tokens: string | undefined;
  readonly fingerprint: Fingerprinter;
}

/** The raw token that is meant, and never another: what is known of the target must fit. */
export async function findToken(asking: TokenAsking): Promise<{ readonly token: string; readonly file: string }> {
  const { target, tokenFile, tokens, fingerprint } = asking;
  const wanted = leakedFingerprint(target);
  if (tokenFile === undefined) return findByFingerprint(asking, wanted);
  if (!isAbsolute(tokenFile) && (tokens === undefined || /[/\\]/.test(tokenFile)))
    throw new RefusedError(
      `parameters.tokenFile: ${tokenFile} is no absolute path, and no file of the enforcer's folder \`tokens\``,
    );
  const file = isAbsolute(tokenFile) ? tokenFile : join(tokens ?? '', tokenFile);
  const token = await readTokenFile(file);
  if (wanted !== undefined && fingerprint(token) !== wanted)
    throw new RefusedError(`${file}: holds another token than ${target}: nothing was done`);
  return { token, file };
}

async function findByFingerprint(
  { target, tokens, fingerprint }: TokenAsking,
  wanted: string | undefined,
): Promise<{ readonly token: string; readonly file: string }> {
  if (wanted === undefined)
    throw new RefusedError(`${target}: which token it is cannot be told: name it by parameters.tokenFile`);
  if (tokens === undefined)
    throw new RefusedError(
      `${target}: set \`tokens\` of the enforcer to a folder, and put the token there in a file of mode 0600`,
    );
  const names = await readdir(tokens).catch((error: unknown) => {
    throw new RefusedError(`${tokens}: ${messageOf(error)}; it is the folder \`tokens\` of the enforcer`);
  });
  const problems: string[] = [];
  for (const name of names.sort()) {
    const file = join(tokens, name);
    try {
      const token = await readTokenFile(file);
      if (fingerprint(token) === wanted) return { token, file };
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  const more = problems.length > 0 ? ` (not read: ${problems.slice(0, 3).join('; ')})` : '';
  throw new RefusedError(`${target}: no file in ${tokens} holds this token: put it there, in a file of mode 0600${more}`);
}
