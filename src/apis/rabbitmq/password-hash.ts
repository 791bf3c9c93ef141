/** Passwords as RabbitMQ keeps them: base64(salt ‖ SHA-256(salt ‖ password)), a salt of 4 bytes. https://www.rabbitmq.com/docs/passwords */
import { createHash, timingSafeEqual } from 'node:crypto';

const SALT_BYTES = 4;
const HASHES: Readonly<Record<string, string>> = {
  rabbit_password_hashing_sha256: 'sha256',
  rabbit_password_hashing_sha512: 'sha512',
  rabbit_password_hashing_md5: 'md5',
};

export const RABBITMQ_HASHING = 'rabbit_password_hashing_sha256';

export function saltedHash(password: string, salt: Buffer, algorithm = RABBITMQ_HASHING): string {
  const hash = createHash(HASHES[algorithm] ?? 'sha256')
    .update(salt)
    .update(password, 'utf8')
    .digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

/** Whether a hash is that of a password; false for an algorithm that is not known. */
export function isHashOf(hash: string, password: string, algorithm = RABBITMQ_HASHING): boolean {
  const kept = Buffer.from(hash, 'base64');
  if (HASHES[algorithm] === undefined || kept.length <= SALT_BYTES) return false;
  const expected = Buffer.from(saltedHash(password, kept.subarray(0, SALT_BYTES), algorithm), 'base64');
  return expected.length === kept.length && timingSafeEqual(expected, kept);
}
