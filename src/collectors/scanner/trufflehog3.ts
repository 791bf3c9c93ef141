/** trufflehog3, the rewrite in Python, not version 3 of TruffleHog. https://pypi.org/project/trufflehog3/ */
import { z } from 'zod';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import type { Found, Place, ReportFormat } from './format.ts';
import { shownValue } from './leak.ts';

const text = z.string().nullish();

const issue = z.object({
  rule: z.object({ id: text }),
  secret: z.string(),
  path: z.string(),
  line: z.union([z.int(), z.string().regex(/^\d+$/, 'Invalid')]).nullish(),
  commit: text,
  date: text,
});

export const trufflehog3: ReportFormat = {
  name: 'trufflehog3',
  knows: (keys) => keys.includes('rule') && (keys.includes('secret') || keys.includes('path')),
  isRecord: (record) => 'rule' in record && 'secret' in record && typeof record.rule === 'object',
  found(record: object, place: Place): Found {
    const one = shaped(issue, record, place);
    const leak = {
      value: shownValue(one.secret),
      scanner: 'trufflehog3',
      rule: one.rule.id ?? 'unnamed',
      file: one.path,
      line: Number(one.line ?? 0),
      commit: one.commit ?? '',
      date: eventTime(one.date),
    };
    return { leaks: [leak] };
  },
};
