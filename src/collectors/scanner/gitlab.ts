/** The secret detection report of GitLab CI. https://docs.gitlab.com/user/application_security/secret_detection/pipeline/ */
import { z } from 'zod';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import type { Found, Place, ReportFormat } from './format.ts';
import { shownValue } from './leak.ts';

const text = z.string().nullish();

const vulnerability = z.object({
  category: text,
  name: text,
  raw_source_code_extract: text,
  identifiers: z.array(z.object({ type: text, value: text })).nullish(),
  location: z
    .object({
      file: text,
      start_line: z.int().nullish(),
      commit: z.object({ sha: text, date: text }).nullish(),
    })
    .nullish(),
});

/** Newer reports leave the category out; of all kinds of report, only those about secrets name the commit of a place. */
const isSecret = ({ category, location }: z.infer<typeof vulnerability>): boolean =>
  category == null ? location?.commit != null : category === 'secret_detection';

/** What GitLab writes where the files were scanned and not their history. */
const NO_COMMIT = /^0*$/;

export const gitlab: ReportFormat = {
  name: 'GitLab secret detection',
  knows: (keys) => keys.includes('vulnerabilities'),
  within: ['vulnerabilities'],
  isRecord: (record) => 'identifiers' in record || 'category' in record || 'location' in record,
  found(record: object, place: Place): Found {
    const one = shaped(vulnerability, record, place);
    if (!isSecret(one)) return { leaks: [], ignored: 'not about a secret' };
    const commit = one.location?.commit;
    return {
      leaks: [
        {
          value: shownValue(one.raw_source_code_extract ?? ''),
          scanner: 'gitlab',
          rule: one.identifiers?.find(({ value }) => value)?.value ?? one.name ?? 'unnamed',
          file: one.location?.file ?? 'unknown',
          line: one.location?.start_line ?? 0,
          commit: NO_COMMIT.test(commit?.sha ?? '') ? '' : (commit?.sha ?? ''),
          date: eventTime(commit?.date),
        },
      ],
    };
  },
};
