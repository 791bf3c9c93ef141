/**
 * A new password. The server only ever gets the SCRAM verifier, so the password is in no statement and no server log (RFC 5802; the form
 * of the verifier: PostgreSQL, `pg_authid.rolpassword`).
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

export type Random = (bytes: number) => Buffer;

/** The server's own default: `SCRAM_SHA_256_DEFAULT_ITERATIONS`. */
const ITERATIONS = 4096;

/** 192 bits in characters that no normalisation (RFC 4013) and no quoting changes. */
export const newPassword = (random: Random): string => random(24).toString('base64url');

/** By which a verifier that we made is known from one that somebody else set. */
const MARK = createHash('sha256').update('interlock').digest().subarray(0, 8);

export const newSalt = (random: Random): Buffer => Buffer.concat([MARK, random(8)]);

export const isOurVerifier = (verifier: string): boolean => saltOf(verifier)?.subarray(0, MARK.length).equals(MARK) ?? false;

export function scramVerifier(password: string, salt: Buffer, iterations = ITERATIONS): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

const FORM = /^SCRAM-SHA-256\$(\d{1,7}):([^$]+)\$/;

function saltOf(verifier: string): Buffer | undefined {
  const salt = FORM.exec(verifier)?.[2];
  return salt === undefined ? undefined : Buffer.from(salt, 'base64');
}

/** Whether a verifier is that of a password. */
export function isVerifierOf(verifier: string, password: string): boolean {
  const salt = saltOf(verifier);
  if (!salt) return false;
  const expected = Buffer.from(scramVerifier(password, salt, Number(FORM.exec(verifier)?.[1])));
  const found = Buffer.from(verifier);
  return expected.length === found.length && timingSafeEqual(expected, found);
}
