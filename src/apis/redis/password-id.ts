import type { Fingerprint } from '../../model/fingerprint.ts';

const LENGTH = 16;

/** The last part of a password's key, by the fingerprint of its hash: 96 bits, which say nothing to whoever lacks the fingerprint key. */
export const redisPasswordId = (ofHash: Fingerprint): string => ofHash.slice('fp:'.length, 'fp:'.length + LENGTH);
