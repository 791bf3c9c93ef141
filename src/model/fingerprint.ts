import { createHmac } from 'node:crypto';
import { UsageError } from './errors.ts';

/** Stands for a secret's value wherever the value itself must not be: `fp:` + base64url(HMAC-SHA-256(key, value)). */
export type Fingerprint = `fp:${string}`;

/** Binds the store's fingerprint key (UTF-8 bytes, 32 or more), so that callers never hold it. */
export type Fingerprinter = (value: string) => Fingerprint;

export const MIN_FINGERPRINT_KEY_BYTES = 32;

export function createFingerprinter(key: string): Fingerprinter {
  const bytes = Buffer.from(key, 'utf8');
  if (bytes.length < MIN_FINGERPRINT_KEY_BYTES) {
    throw new UsageError(
      `INTERLOCK_FINGERPRINT_KEY: ${bytes.length} bytes, at least ${MIN_FINGERPRINT_KEY_BYTES} are needed; make one with \`openssl rand -base64 48\``,
    );
  }
  return (value) => `fp:${createHmac('sha256', bytes).update(value, 'utf8').digest('base64url')}`;
}
