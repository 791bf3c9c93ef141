/** TruffleHog 3, one finding a line (`--json`) or a list of them. https://github.com/trufflesecurity/trufflehog */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { isAwsKeyId } from '../../model/token-forms.ts';
import { eventTime } from '../files/event-time.ts';
import { shaped } from '../files/shape.ts';
import type { Place, ReportFormat } from './format.ts';
import { githubRepositoryIn, keyIdBeside, type Leak, shownValue } from './leak.ts';

const place = z.object({
  file: z.string().nullish(),
  path: z.string().nullish(),
  key: z.string().nullish(),
  line: z.int().nullish(),
  commit: z.string().nullish(),
  timestamp: z.string().nullish(),
  repository: z.string().nullish(),
  link: z.string().nullish(),
  bucket: z.string().nullish(),
});

const finding = z.object({
  DetectorName: z.string(),
  DecoderName: z.string().nullish(),
  Raw: z.string(),
  RawV2: z.string().nullish(),
  Verified: z.boolean().nullish(),
  SourceMetadata: z.object({ Data: z.record(z.string(), place.nullish()).nullish() }).nullish(),
  ExtraData: z.record(z.string(), z.unknown()).nullish(),
});

export const trufflehog: ReportFormat = {
  name: 'TruffleHog 3',
  knows: (keys) => keys.includes('DetectorName') || keys.includes('SourceMetadata'),
  isRecord: (record) => ('DetectorName' in record && 'Raw' in record) || isLogLine(record),
  found: (record, place) => ({ leaks: isLogLine(record) ? [] : [leakOf(record, place)] }),
};

/** Its own messages, when stderr went into the report. */
const isLogLine = (record: object): boolean => 'level' in record && 'msg' in record;

function leakOf(record: object, at: Place): Leak {
  const found = shaped(finding, record, at);
  const value = shownValue(found.DecoderName ? found.Raw : decoded(found.Raw));
  const [system, metadata] = Object.entries(found.SourceMetadata?.Data ?? {})[0] ?? ['unknown'];
  const seen = metadata ?? {};
  return {
    value,
    keyId: keyIdOf(value, found.RawV2 ?? undefined),
    identityArn: found.Verified ? userArnIn(found.ExtraData?.['arn']) : undefined,
    scanner: 'trufflehog',
    rule: found.DetectorName,
    file: seen.file || seen.path || seen.key || system.toLowerCase(),
    line: seen.line ?? 0,
    commit: seen.commit ?? '',
    date: eventTime(seen.timestamp),
    verified: found.Verified ?? undefined,
    repository: githubRepositoryIn(seen.repository ?? undefined) ?? githubRepositoryIn(seen.link ?? undefined),
    bucket: system === 'S3' ? (seen.bucket ?? undefined) : undefined,
  };
}

/** The AWS detector puts id and secret together into `RawV2`: `id:secret`, formerly without the colon. */
function keyIdOf(value: string | undefined, both: string | undefined): string | undefined {
  if (value === undefined || isAwsKeyId(value) || !both) return undefined;
  const together = decoded(both);
  return keyIdBeside(value, together.endsWith(value) ? together.slice(0, -value.length) : together);
}

function userArnIn(arn: unknown): string | undefined {
  return typeof arn === 'string' && /^arn:aws[\w-]*:iam::\d{12}:user\//.test(arn) ? arn : undefined;
}

/**
 * Older versions, which name no decoder, write `Raw` in base64: it is taken for that when it decodes to printable text and back
 * to itself. https://github.com/trufflesecurity/trufflehog/pull/825
 */
function decoded(raw: string): string {
  if (raw.length < 8 || raw.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(raw)) return raw;
  const bytes = Buffer.from(raw, 'base64');
  if (bytes.toString('base64') !== raw || !isUtf8(bytes)) return raw;
  const text = bytes.toString('utf8');
  return /[\p{Cc}\p{Cn}\p{Co}]/u.test(text.replaceAll(/[\n\r\t]/g, '')) ? raw : text;
}
