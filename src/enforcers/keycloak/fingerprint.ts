import { createHash } from 'node:crypto';

/** Of a secret that we made, which is random and long: it tells it from another, and leads nobody to it. */
export const fingerprintOf = (secret: string): string => createHash('sha256').update(secret, 'utf8').digest('base64url');
