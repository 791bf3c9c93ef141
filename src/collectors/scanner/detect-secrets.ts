/**
 * A baseline of detect-secrets: only hashes of the values, so every place is a leak of its own.
 * https://github.com/Yelp/detect-secrets
 */
import { z } from 'zod';
import { shaped } from '../files/shape.ts';
import type { Found, Place, ReportFormat } from './format.ts';

const findings = z.array(
  z.object({
    type: z.string(),
    /** Since version 1; the key of the list says the same. */
    filename: z.string().nullish(),
    line_number: z.int().nullish(),
    is_verified: z.boolean().nullish(),
    /** What a person said in the audit. */
    is_secret: z.boolean().nullish(),
  }),
);

export const detectSecrets: ReportFormat = {
  name: 'detect-secrets',
  knows: (keys) => keys.includes('plugins_used') || keys.includes('filters_used'),
  within: ['results'],
  isRecord: (record) => Array.isArray(record),
  found(record: object, place: Place): Found {
    const all = shaped(findings, record, place);
    const real = all.filter((one) => one.is_secret !== false);
    return {
      leaks: real.map((one) => ({
        value: undefined,
        scanner: 'detect-secrets',
        rule: one.type,
        file: one.filename ?? place.name ?? 'unknown',
        line: one.line_number ?? 0,
        commit: '',
        verified: one.is_verified ?? undefined,
      })),
      ...(real.length < all.length && { ignored: `${all.length - real.length} findings were audited as no secrets` }),
    };
  },
};
