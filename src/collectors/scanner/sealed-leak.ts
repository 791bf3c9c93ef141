/** A finding without its value: what is kept of it until all reports are read. JSON. */
import type { EntityFact } from '../../model/entity.ts';
import { hashedToken } from '../../model/hashed-token.ts';
import { awsArn, awsKey, githubRepository, leak as leakKey, redactedLeak, scannedPlace } from '../../model/keys.ts';
import { sha256 } from '../../model/ledger.ts';
import { isAwsKeyId } from '../../model/token-forms.ts';
import type { CollectContext } from '../../ports/collector.ts';
import type { Leak } from './leak.ts';

export type SealContext = Pick<CollectContext, 'source' | 'fingerprint'>;

export interface SealedLeak extends Pick<Leak, 'scanner' | 'rule' | 'commit' | 'date' | 'verified' | 'checkedAt'> {
  readonly credential: EntityFact;
  readonly state?: Leak['state'];
  /** Keys of what it was found in. */
  readonly places: readonly string[];
  /** The key of the user that it is of, as the scanner was told. */
  readonly identity?: string | undefined;
}

export function sealed(leak: Leak, context: SealContext): SealedLeak {
  const { scanner, rule, commit, date, verified, checkedAt } = leak;
  const credential = credentialOf(leak, context);
  return {
    credential,
    places: [lineFact(lineIn(leak), context.source).key, ...sharedPlacesOf(leak).map(({ key }) => key)],
    scanner,
    rule,
    commit,
    date,
    verified,
    checkedAt,
    state: leak.state ?? (leak.verified ? 'active' : undefined),
    identity: credential.key.startsWith('aws:') ? identityOf(leak)?.key : undefined,
  };
}

function credentialOf(leak: Leak, { source, fingerprint }: SealContext): EntityFact {
  const { value } = leak;
  const id = leak.keyId ?? (value !== undefined && isAwsKeyId(value) ? value : undefined);
  if (id !== undefined) {
    const kind = id.startsWith('ASIA') ? 'Session' : 'Credential';
    return { key: awsKey(id), kind, name: id, provider: 'aws', stub: true };
  }
  const key = value === undefined ? redactedLeak(source, lineIn(leak).path, leak.line, leak.commit) : leakKey(fingerprint(value));
  const hash = value === undefined ? undefined : hashedToken(value);
  const properties = {
    redacted: value === undefined,
    // As servers that keep SHA-256 of their passwords know it.
    ...(value === undefined ? {} : { hashFingerprint: fingerprint(sha256(value)) }),
    ...(hash === undefined ? {} : { hashedToken: hash }),
  };
  return { key, kind: 'Credential', name: `${leak.rule} in ${lastPart(leak.file)}`, provider: 'leak', properties };
}

export interface Line {
  readonly path: string;
  /** 0 when the report does not say. */
  readonly line: number;
}

/** Two repositories may have a file of one name. */
export const lineIn = ({ githubHost, repository, file, line }: Leak): Line => ({
  path: [githubHost, repository, file].filter((part) => part !== undefined).join('/'),
  line,
});

export const lineFact = ({ path, line }: Line, source: string): EntityFact => ({
  key: scannedPlace(source, path, line),
  kind: 'Secret',
  name: line > 0 ? `${path}:${line}` : path,
  provider: 'file',
  properties: { path, line },
});

/** Places of many findings. */
export function sharedPlacesOf({ githubHost, repository, bucket }: Leak): EntityFact[] {
  const places: EntityFact[] = [];
  if (repository) {
    const key = githubHost === undefined ? githubRepository(repository) : `github@${githubHost}:${repository}`;
    places.push({ key, kind: 'Repository', name: repository, provider: 'github', stub: true });
  }
  if (bucket) places.push({ key: awsArn(`arn:aws:s3:::${bucket}`), kind: 'Resource', name: bucket, provider: 'aws', stub: true });
  return places;
}

export const identityOf = ({ identityArn }: Leak): EntityFact | undefined =>
  identityArn === undefined
    ? undefined
    : { key: awsArn(identityArn), kind: 'User', name: lastPart(identityArn), provider: 'aws', stub: true };

const lastPart = (path: string): string => path.split('/').at(-1) || path;
