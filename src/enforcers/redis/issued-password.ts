/**
 * A new password that is known again without being kept: the hash of what a step issues begins with a mark of that step. So a try that
 * was interrupted is found, and taken away.
 *
 * The mark alone would fit a password of somebody else once in 65,536. So a hash is the step's only where it has the mark and was not
 * there before (pre-image); and where the answer of the call was stored, only where it is the one that the answer told of: its trace is
 * the same keyed fingerprint by which a password is known in the graph. A password that an administrator adds by hand stays; so does one of
 * ours of a second try that was interrupted too, whose value nobody has.
 */
import { createHash } from 'node:crypto';
import { passwordHash } from '../../apis/redis/acl.ts';
import { redisPasswordId } from '../../apis/redis/password-id.ts';
import type { Fingerprinter } from '../../model/fingerprint.ts';
import type { EnforcerContext } from '../../ports/enforcer.ts';
import type { RedisBefore } from './preflight.ts';

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

export interface IssuedQuestion extends Pick<EnforcerContext, 'idempotencyKey' | 'recorded'> {
  readonly fingerprint: Fingerprinter;
}

/** Hashes of this step's tries among those that a user has on one node. */
export function issuedBy(
  { idempotencyKey, recorded, fingerprint }: IssuedQuestion,
  place: string,
  hashes: readonly string[],
): string[] {
  const marked = hashes.filter((hash) => hash.startsWith(markOf(idempotencyKey)));
  if (!recorded) return marked;
  const { traces } = recorded;
  if (traces.length > 0) return marked.filter((hash) => traces.includes(traceOf(fingerprint, hash)));
  const before = JSON.parse(recorded.preImage() || '{}') as RedisBefore;
  return marked.filter((hash) => before[place]?.hashes?.includes(hash) !== true);
}

/** What the store keeps of a password that was issued. */
export const traceOf = (fingerprint: Fingerprinter, hash: string): string => redisPasswordId(fingerprint(hash));
