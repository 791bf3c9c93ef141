/**
 * ggshield (GitGuardian). Values are censored unless it ran with `--show-secrets`; an incident may match several parts, such as an
 * id and a secret. https://docs.gitguardian.com/ggshield-docs/reference/secret/scan/overview
 */
import { z } from 'zod';
import { isAwsKeyId } from '../../model/token-forms.ts';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import type { Found, Place, ReportFormat } from './format.ts';
import { type Leak, shownValue } from './leak.ts';

const occurrence = z.object({ match: z.string(), type: z.string(), line_start: z.int().nullish() });
const incident = z.object({
  type: z.string().nullish(),
  validity: z.string().nullish(),
  occurrences: z.array(occurrence),
});
const entity = z.object({ filename: z.string(), incidents: z.array(incident) });
const scan = z.object({
  id: z.string().nullish(),
  type: z.string().nullish(),
  extra_info: z.object({ date: z.string().nullish() }).nullish(),
  entities_with_incidents: z.array(entity).nullish(),
});

type Incident = z.infer<typeof incident>;
type Occurrence = z.infer<typeof occurrence>;

export const ggshield: ReportFormat = {
  name: 'ggshield',
  knows: (keys) =>
    ['entities_with_incidents', 'total_incidents', 'secrets_engine_version'].some((key) => keys.includes(key)) ||
    (keys.includes('scans') && keys.every((key) => BESIDE_SCANS.has(key))),
  within: ['scans', 'entities_with_incidents'],
  mayBeEmpty: true,
  isRecord: (record) => 'incidents' in record || 'total_incidents' in record || 'entities_with_incidents' in record,
  found(record: object, place: Place): Found {
    if ('incidents' in record) return { leaks: leaksOf(shaped(entity, record, place), {}) };
    const { id, type, extra_info, entities_with_incidents } = shaped(scan, record, place);
    const context = { commit: type === 'commit' ? (id ?? undefined) : undefined, date: eventTime(extra_info?.date) };
    return { leaks: (entities_with_incidents ?? []).flatMap((one) => leaksOf(one, context)) };
  },
};

/** Its fields come in no order: long scans of commits may push all others out of the head. */
const BESIDE_SCANS: ReadonlySet<string> = new Set(['scans', 'id', 'type', 'extra_info', 'errors', 'total_occurrences']);

interface Context {
  readonly commit?: string | undefined;
  readonly date?: string | undefined;
}

function leaksOf({ filename, incidents }: z.infer<typeof entity>, { commit = '', date }: Context): Leak[] {
  return incidents.flatMap((one) =>
    secretsOf(one).map(
      (match): Leak => ({
        value: whole(match.match),
        keyId: one.occurrences.map((other) => other.match).find(isAwsKeyId),
        scanner: 'ggshield',
        rule: one.type ?? match.type,
        file: filename,
        line: match.line_start ?? 0,
        commit,
        date,
        ...validityOf(one.validity),
      }),
    ),
  );
}

/** Parts of a match that are no secret when another part is. */
const IDENTIFIERS: ReadonlySet<string> = new Set([
  'client_id',
  'username',
  'host',
  'port',
  'database',
  'scheme',
  'subdomain',
  'tenant',
  'endpoint',
  'account_sid',
  'url',
]);

function secretsOf({ occurrences }: Incident): Occurrence[] {
  const secrets = occurrences.filter(({ type }) => !IDENTIFIERS.has(type));
  return secrets.length > 0 ? secrets : occurrences;
}

/** Censored values keep their first and last characters around a run of asterisks. */
const whole = (text: string): string | undefined => (text.includes('*') ? undefined : shownValue(text));

function validityOf(validity: string | null | undefined): Pick<Leak, 'verified' | 'state'> {
  if (validity === 'valid') return { verified: true, state: 'active' };
  return validity === 'invalid' ? { verified: false, state: 'inactive' } : {};
}
