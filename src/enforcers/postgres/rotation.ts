/**
 * A new password and its way to the consumers: a file of mode 0600 that the step names. The server only ever gets the SCRAM verifier,
 * so the password is in no statement and no server log (RFC 5802; the form of the verifier: PostgreSQL, `pg_authid.rolpassword`).
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { messageOf, RefusedError } from '../../model/errors.ts';

export type Random = (bytes: number) => Buffer;

/** The server's own default: `SCRAM_SHA_256_DEFAULT_ITERATIONS`. */
const ITERATIONS = 4096;

/** 192 bits in characters that no normalisation (RFC 4013) and no quoting changes. */
export const newPassword = (random: Random): string => random(24).toString('base64url');

export function scramVerifier(password: string, salt: Buffer, iterations = ITERATIONS): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** Whether a verifier is that of a password. */
export function isVerifierOf(verifier: string, password: string): boolean {
  const parts = /^SCRAM-SHA-256\$(\d{1,7}):([^$]+)\$/.exec(verifier);
  if (!parts) return false;
  const expected = Buffer.from(scramVerifier(password, Buffer.from(parts[2] as string, 'base64'), Number(parts[1])));
  const found = Buffer.from(verifier);
  return expected.length === found.length && timingSafeEqual(expected, found);
}

/** The password that was handed out, or undefined when the file is not there. Refuses a file that is not ours alone. */
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
export async function handOut(path: string, password: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error) => {
    throw new RefusedError(`${path}: ${messageOf(error)}; name a file that does not exist, in a folder that interlock may write`);
  });
  try {
    await file.writeFile(`${password}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

export const takeBack = (path: string): Promise<void> => rm(path, { force: true });

/** Why a path cannot take the password, or undefined. */
export async function handOutProblem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) {
    return 'rotate needs parameters.handTo: the absolute path of a file in which the new password reaches its consumers';
  }
  if (!isAbsolute(path)) return `parameters.handTo: ${path} is not an absolute path`;
  const folder = await lstat(dirname(path)).catch(() => undefined);
  return folder?.isDirectory() ? undefined : `parameters.handTo: the folder ${dirname(path)} does not exist: make it`;
}
