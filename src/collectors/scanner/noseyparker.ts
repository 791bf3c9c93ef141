/**
 * Nosey Parker: a finding is a value with the places where it was matched. Since 0.16 the parts of a value are in base64 (`groups`),
 * before that there is one (`match_content`). https://github.com/praetorian-inc/noseyparker
 */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { isAwsKeyId } from '../../model/token-forms.ts';
import { shaped } from '../files/shape.ts';
import type { Found, Place, ReportFormat } from './format.ts';
import { type Leak, shownValue } from './leak.ts';

const text = z.string().nullish();

const commit = z.object({
  commit_metadata: z.object({ commit_id: text, committer_timestamp: text }).nullish(),
  blob_path: text,
});
const provenance = z.object({
  kind: text,
  path: text,
  first_commit: commit.nullish(),
  commit_provenance: commit.nullish(),
});
const match = z.object({
  provenance: z.union([z.array(provenance), provenance]).nullish(),
  status: text,
  location: z.object({ source_span: z.object({ start: z.object({ line: z.int() }) }).nullish() }).nullish(),
});
const finding = z.object({
  rule_name: z.string(),
  rule_text_id: text,
  groups: z.array(z.string()).nullish(),
  match_content: text,
  statuses: z.array(z.string()).nullish(),
  matches: z.array(match),
});

export const noseyparker: ReportFormat = {
  name: 'Nosey Parker',
  knows: (keys) =>
    keys.includes('rule_name') && ['matches', 'num_matches', 'match_content', 'groups'].some((key) => keys.includes(key)),
  isRecord: (record) => 'rule_name' in record && 'matches' in record,
  found(record: object, place: Place): Found {
    const one = shaped(finding, record, place);
    const kept = one.matches.filter(({ status }) => status !== 'reject');
    const isRejected = one.statuses != null && one.statuses.length > 0 && one.statuses.every((status) => status === 'reject');
    if (isRejected || (one.matches.length > 0 && kept.length === 0))
      return { leaks: [], ignored: 'all its matches were rejected' };
    const parts = one.groups?.map(textOf) ?? [one.match_content ?? ''];
    const keyId = parts.find(isAwsKeyId);
    const value = shownValue(parts.filter((part) => part !== keyId).at(-1) ?? keyId ?? '');
    const leak = { value, keyId, scanner: 'noseyparker', rule: one.rule_text_id ?? one.rule_name };
    return { leaks: kept.flatMap((seen) => placesOf(seen).map((where): Leak => ({ ...leak, ...where }))) };
  },
};

/** Bytes that are no text stay in base64: as text, different ones would look alike. */
function textOf(part: string): string {
  const bytes = Buffer.from(part, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : part;
}

type Where = Pick<Leak, 'file' | 'line' | 'commit' | 'date'>;

/** A file of the checked out tree is the same place as in the commit that brought it. */
function placesOf({ provenance: from, location }: z.infer<typeof match>): Where[] {
  const line = location?.source_span?.start.line ?? 0;
  const known = from == null ? [] : Array.isArray(from) ? from : [from];
  const places = known.map((one): Where => {
    const first = one.first_commit ?? one.commit_provenance;
    const seconds = Number(first?.commit_metadata?.committer_timestamp?.split(' ')[0] ?? Number.NaN);
    return {
      file: (first?.blob_path ?? one.path ?? 'unknown').replace(/^\.\//, ''),
      line,
      commit: first?.commit_metadata?.commit_id ?? '',
      date: Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString() : undefined,
    };
  });
  if (places.length === 0) return [{ file: 'unknown', line, commit: '' }];
  const committed = new Set(places.filter(({ commit: id }) => id).map(({ file }) => file));
  return places.filter(({ file, commit: id }) => id !== '' || !committed.has(file));
}
