/**
 * Secret-scanning alerts: the credential that leaked and where. Its value is a fingerprint by now (`answers/without-values.ts`).
 * https://docs.github.com/rest/secret-scanning/secret-scanning
 */
import type { EntityFact } from '../../../model/entity.ts';
import { awsKey, leak, redactedLeak, scannedPlace } from '../../../model/keys.ts';
import type { State } from '../../../model/kinds.ts';
import { eventTime } from '../../files/event-time.ts';
import type * as shapes from '../answers/shapes.ts';
import type { FactSet } from '../fact-set.ts';
import type { GithubKeys } from './keys.ts';

export interface AlertsTo {
  readonly facts: FactSet;
  readonly keys: GithubKeys;
  /** The source's name: part of the place's key. */
  readonly source: string;
}

const AWS_KEY_ID = /^A[KS]IA[0-9A-Z]{12,124}$/;

export function addAlert(to: AlertsTo, repository: string, alert: shapes.AlertAnswer): void {
  const { facts, keys, source } = to;
  const { path, start_line: line, commit_sha: commit } = alert.first_location_detected ?? {};
  const credential = addCredential(to, repository, alert);
  const firstSeen = eventTime(alert.created_at);
  const seen = { basis: 'observed', certainty: 'definite', ...(firstSeen === undefined ? {} : { firstSeen }) } as const;
  const reason = `GitHub secret scanning, alert ${alert.number} of ${repository}`;
  const home = facts.entity({
    key: keys.repository(repository),
    kind: 'Repository',
    name: repository,
    provider: 'github',
    stub: true,
  });
  const file = path ? `${repository}/${path.replace(/^\//, '')}` : undefined;
  const place: EntityFact | undefined =
    file === undefined
      ? undefined
      : {
          key: scannedPlace(source, file, line ?? 0),
          kind: 'Secret',
          name: line ? `${file}:${line}` : file,
          provider: 'file',
          properties: { path: file, line: line ?? 0 },
        };
  const properties = { scanners: ['github'], rules: [alert.secret_type ?? 'unknown'], commits: commit ? [commit] : [] };
  for (const target of place ? [facts.entity(place), home] : [home]) {
    facts.relationship({ source: credential, kind: 'LEAKED_IN', target, ...seen, reason, properties });
    // Without a path it lies in an issue, a comment or the wiki, which are not the repository's content.
    if (place) facts.relationship({ source: target, kind: 'EXPOSES', target: credential, ...seen, reason });
  }
}

function addCredential({ facts, source }: AlertsTo, repository: string, alert: shapes.AlertAnswer): string {
  const { path, start_line: line, commit_sha: commit } = alert.first_location_detected ?? {};
  const value = alert.secret ?? undefined;
  const state = stateOf(alert);
  if (value !== undefined && AWS_KEY_ID.test(value)) {
    const kind = value.startsWith('ASIA') ? 'Session' : 'Credential';
    return facts.entity({
      key: awsKey(value),
      kind,
      name: value,
      provider: 'aws',
      stub: true,
      ...(state === 'unknown' ? {} : { state }),
    });
  }
  const hash = alert.hashed_token;
  const place = `${repository}/${path ?? `alerts/${alert.number}`}`;
  const key = value === undefined ? redactedLeak(source, place, line ?? 0, commit ?? '-') : leak(value);
  return facts.entity({
    key,
    kind: 'Credential',
    name: `${alert.secret_type ?? 'secret'} in ${path?.split('/').at(-1) ?? repository}`,
    provider: 'leak',
    state,
    properties: {
      redacted: value === undefined,
      validity: alert.validity ?? 'unknown',
      alert: alert.state ?? 'unknown',
      ...(alert.publicly_leaked ? { publiclyLeaked: true } : {}),
      ...(hash ? { hashedToken: hash } : {}),
    },
  });
}

/** GitHub asked the issuer, or somebody said that it was revoked; an alert that was closed otherwise says nothing of the secret. */
function stateOf({ validity, resolution }: shapes.AlertAnswer): State {
  if (validity === 'active') return 'active';
  return validity === 'inactive' || resolution === 'revoked' ? 'inactive' : 'unknown';
}
