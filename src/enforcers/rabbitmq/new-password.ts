import { createHash } from 'node:crypto';
import { saltedHash } from '../../apis/rabbitmq/password-hash.ts';

export type Random = (bytes: number) => Buffer;

/** The salt of every hash that we make, by which it is known from one that somebody else set. A password of 256 bits needs no other. */
const SALT = createHash('sha256').update('interlock').digest().subarray(0, 4);

/** The broker only gets the hash. */
export function newPassword(random: Random): { readonly value: string; readonly hash: string } {
  const value = random(32).toString('base64url');
  return { value, hash: saltedHash(value, SALT) };
}

export const isOurHash = (hash: string): boolean => Buffer.from(hash, 'base64').subarray(0, SALT.length).equals(SALT);
