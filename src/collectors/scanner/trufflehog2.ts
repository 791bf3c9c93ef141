/** TruffleHog 2 and its relatives (rusty-hog): strings found in a diff, by entropy or by a rule. https://pypi.org/project/truffleHog/ */
import { z } from 'zod';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import type { Found, Place, ReportFormat } from './format.ts';
import { keyIdBeside, type Leak, shownValue } from './leak.ts';

const text = z.string().nullish();

const finding = z.object({
  stringsFound: z.array(z.string()),
  reason: text,
  path: text,
  commitHash: text,
  date: text,
  linenum: z.int().nullish(),
});

export const trufflehog2: ReportFormat = {
  name: 'TruffleHog 2',
  // A long diff may stand before the strings.
  knows: (keys) => ['stringsFound', 'printDiff', 'commitHash'].some((key) => keys.includes(key)),
  isRecord: (record) => 'stringsFound' in record,
  found(record: object, place: Place): Found {
    const one = shaped(finding, record, place);
    const together = one.stringsFound.join(' ');
    return {
      leaks: [...new Set(one.stringsFound)].map((raw): Leak => {
        const value = shownValue(raw);
        return {
          value,
          keyId: keyIdBeside(value, together),
          scanner: 'trufflehog',
          rule: one.reason ?? 'unnamed',
          file: one.path ?? 'unknown',
          line: one.linenum ?? 0,
          commit: one.commitHash ?? '',
          date: eventTime(one.date),
        };
      }),
    };
  },
};
