/** Alerts of GitHub secret scanning. https://docs.github.com/en/rest/secret-scanning/secret-scanning */
import { z } from 'zod';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import type { Found, Place, ReportFormat } from './format.ts';
import { githubRepositoryIn, type Leak, shownValue } from './leak.ts';

const text = z.string().nullish();

const location = z.object({ path: text, start_line: z.int().nullish(), commit_sha: text });
const alert = z.object({
  number: z.int(),
  secret_type: z.string(),
  secret: text,
  state: text,
  resolution: text,
  validity: text,
  html_url: text,
  created_at: text,
  updated_at: text,
  resolved_at: text,
  repository: z.object({ full_name: text }).nullish(),
  first_location_detected: location.nullish(),
});

export const githubAlerts: ReportFormat = {
  name: 'GitHub secret scanning',
  knows: (keys) => keys.includes('secret_type'),
  isRecord: (record) => 'secret_type' in record && 'number' in record,
  found(record: object, place: Place): Found {
    const one = shaped(alert, record, place);
    if (one.resolution === 'false_positive') return { leaks: [], ignored: 'closed as a false positive' };
    const at = one.first_location_detected;
    return {
      leaks: [
        {
          value: one.secret == null ? undefined : shownValue(one.secret),
          scanner: 'github',
          rule: one.secret_type,
          file: at?.path ?? `secret-scanning/${one.number}`,
          line: at?.start_line ?? 0,
          commit: at?.commit_sha ?? '',
          date: eventTime(one.created_at),
          ...repositoryOf(one),
          ...validityOf(one),
        },
      ],
    };
  },
};

function repositoryOf({ repository, html_url: address }: z.infer<typeof alert>): Pick<Leak, 'repository' | 'githubHost'> {
  const onGithub = githubRepositoryIn(address ?? undefined);
  const named = repository?.full_name ?? undefined;
  if (onGithub !== undefined || !address) return { repository: onGithub ?? named };
  const [, host, owner, name] = /^https?:\/\/([^/@\s]+)\/([\w.-]+)\/([\w.-]+)\//.exec(address) ?? [];
  return host === undefined ? { repository: named } : { repository: named ?? `${owner}/${name}`, githubHost: host.toLowerCase() };
}

/** GitHub asks the issuer for some types of token; an alert that was closed as revoked was revoked by its owner's word. */
function validityOf(one: z.infer<typeof alert>): Pick<Leak, 'verified' | 'state' | 'checkedAt'> {
  if (one.resolution === 'revoked') return { state: 'inactive', checkedAt: eventTime(one.resolved_at ?? one.updated_at) };
  const checkedAt = eventTime(one.updated_at);
  if (one.validity === 'active') return { verified: true, state: 'active', checkedAt };
  return one.validity === 'inactive' ? { verified: false, state: 'inactive', checkedAt } : {};
}
