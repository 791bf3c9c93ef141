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
