import { createCipheriv, createDecipheriv } from 'node:crypto';
import { RefusedError, UsageError } from '../../model/errors.ts';

const KEY_BYTES = 32;
const IV_BYTES = 12;

export interface SealKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Keeps pre-images, which may hold a password's verifier, unreadable in the store: AES-256-GCM (NIST SP 800-38D). */
export interface Sealer {
  /** True when there is a key: without one only texts that are no secret may be kept, with `mark`. */
  readonly canSeal: boolean;
  /** `bound`: what the sealed text belongs to; it opens for nothing else. */
  seal(text: string, bound: string): string;
  /** For texts without secrets when there is no key: readable, and said to be. */
  mark(text: string): string;
  /** Opens both. Throws a RefusedError that names the missing key. */
  open(sealed: string, bound: string): string;
}

/** `INTERLOCK_SEAL_KEY`: 32 bytes in base64, or `<id>:<base64>`; several separated by commas: the first seals, all open. */
export function parseSealKeys(text: string): SealKey[] {
  return text.split(',').map((part, i) => {
    const [id, encoded] = part.includes(':') ? (part.split(':', 2) as [string, string]) : [`k${i}`, part];
    const key = Buffer.from(encoded.trim(), 'base64');
    if (key.length !== KEY_BYTES || !/^[A-Za-z0-9_-]{1,32}$/.test(id.trim())) {
      throw new UsageError(
        `INTERLOCK_SEAL_KEY: key ${i + 1}: expected <id>:<32 bytes in base64>, found ${key.length} bytes; make one with \`openssl rand -base64 32\``,
      );
    }
    return { id: id.trim(), key };
  });
}

/** `random`: `randomBytes`. */
export function createSealer(keys: readonly SealKey[], random: (bytes: number) => Buffer): Sealer {
  const [current] = keys;
  return {
    canSeal: current !== undefined,
    seal(text, bound) {
      if (!current) throw new RefusedError('INTERLOCK_SEAL_KEY is not set: a pre-image cannot be kept safely');
      const iv = random(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(bound, 'utf8'));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return ['s1', current.id, ...[iv, cipher.getAuthTag(), body].map((part) => part.toString('base64url'))].join('.');
    },
    mark: (text) => `p1.${Buffer.from(text, 'utf8').toString('base64url')}`,
    open(sealed, bound) {
      const [form, ...parts] = sealed.split('.');
      if (form === 'p1') return Buffer.from(parts[0] ?? '', 'base64url').toString('utf8');
      const [id, ...encoded] = parts;
      const key = keys.find((candidate) => candidate.id === id);
      if (!key) throw new RefusedError(`the pre-image of ${bound} is sealed with key ${id}: add it to INTERLOCK_SEAL_KEY`);
      return decipher(key, encoded, bound);
    },
  };
}

function decipher({ id, key }: SealKey, encoded: readonly string[], bound: string): string {
  const [iv, tag, body] = encoded.map((part) => Buffer.from(part, 'base64url'));
  try {
    const open = createDecipheriv('aes-256-gcm', key, iv as Buffer)
      .setAAD(Buffer.from(bound, 'utf8'))
      .setAuthTag(tag as Buffer);
    return Buffer.concat([open.update(body as Buffer), open.final()]).toString('utf8');
  } catch {
    throw new RefusedError(`the pre-image of ${bound} does not open with key ${id}: it was changed, or the key is another`);
  }
}
