/**
 * A new password that is known again without being kept: the hash of what a step issues begins with a mark of that step. So a try that
 * was interrupted is found, and taken away.
 */
import { createHash } from 'node:crypto';
import { passwordHash } from '../../apis/redis/acl.ts';

export type Random = (bytes: number) => Buffer;

/** Hex digits: 65,536 hashes are tried on average, and a password of somebody else has the mark once in 65,536. */
const MARK = 4;

const markOf = (idempotencyKey: string): string => createHash('sha256').update(idempotencyKey).digest('hex').slice(0, MARK);

/** 256 random bits, counted on until the hash has the mark. */
export function issuedPassword(random: Random, idempotencyKey: string): string {
  const [begin, mark] = [random(32).toString('base64url'), markOf(idempotencyKey)];
  for (let i = 0; ; i++) {
    const password = `${begin}${i.toString(36)}`;
    if (passwordHash(password).startsWith(mark)) return password;
  }
}

/** Hashes of this step's tries. */
export const issuedBy = (idempotencyKey: string, hashes: readonly string[]): string[] =>
  hashes.filter((hash) => hash.startsWith(markOf(idempotencyKey)));
