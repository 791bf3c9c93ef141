/**
 * Leaks → facts. One Credential per distinct secret, one Secret per place; each place `EXPOSES` what `LEAKED_IN` it.
 *
 *     Credential ──LEAKED_IN──► Secret (the line) ──EXPOSES──► Credential
 *          └───────LEAKED_IN──► Repository, bucket ─EXPOSES──► Credential
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { hashedToken } from '../../model/hashed-token.ts';
import { awsArn, awsKey, githubRepository, leak as leakKey, redactedLeak, scannedPlace } from '../../model/keys.ts';
import { sha256 } from '../../model/ledger.ts';
import { isAwsKeyId } from '../../model/token-forms.ts';
import type { CollectContext } from '../../ports/collector.ts';
import type { Leak } from './leak.ts';

const MOST_COMMITS = 20;

interface Tie {
  readonly credential: string;
  readonly place: string;
  /** Distinct; of most ties there is one of each. */
  rules: readonly string[];
  scanners: readonly string[];
  commits: readonly string[];
  verified?: boolean;
  checkedAt?: string;
  first?: string;
}

interface State {
  readonly state: 'active' | 'inactive';
  /** Empty when not known. */
  readonly at: string;
}

/** What was checked last; of two at one time, that it works. */
function later(known: State | undefined, told: State): State {
  if (!known || told.at > known.at) return told;
  return told.at === known.at && told.state === 'active' ? told : known;
}

/** Gathers leaks of all reports of a source, so that the order and number of reports do not matter. */
export class LeakFacts {
  readonly #context: Pick<CollectContext, 'source' | 'fingerprint'>;
  readonly #entities = new Map<string, EntityFact>();
  readonly #ties = new Map<string, Tie>();
  readonly #identities = new Map<string, string>();
  readonly #states = new Map<string, State>();

  constructor(context: Pick<CollectContext, 'source' | 'fingerprint'>) {
    this.#context = context;
  }

  add(leak: Leak): void {
    const credential = this.#credential(leak);
    for (const place of this.#places(leak)) {
      this.#entities.set(place.key, place);
      this.#tie(credential, place.key, leak);
    }
    const state = leak.state ?? (leak.verified ? 'active' : undefined);
    if (state) this.#states.set(credential, later(this.#states.get(credential), { state, at: leak.checkedAt ?? '' }));
    if (leak.identityArn && credential.startsWith('aws:')) {
      const identity = awsArn(leak.identityArn);
      this.#identities.set(credential, identity);
      this.#entities.set(identity, {
        key: identity,
        kind: 'User',
        name: lastPart(leak.identityArn),
        provider: 'aws',
        stub: true,
      });
    }
  }

  *entities(): Generator<EntityFact> {
    for (const key of [...this.#entities.keys()].sort()) {
      const fact = this.#entities.get(key) as EntityFact;
      const known = this.#states.get(key);
      yield known ? { ...fact, state: known.state } : fact;
    }
  }

  *relationships(): Generator<RelationshipFact> {
    for (const id of [...this.#ties.keys()].sort()) yield* relationshipsOf(this.#ties.get(id) as Tie);
    for (const [source, target] of this.#identities) {
      yield {
        source,
        kind: 'AUTHENTICATES_AS',
        target,
        basis: 'observed',
        certainty: 'definite',
        reason: 'the scanner used the key and was told whose it is',
      };
    }
  }

  #credential(leak: Leak): string {
    const id = leak.keyId ?? (leak.value !== undefined && isAwsKeyId(leak.value) ? leak.value : undefined);
    if (id !== undefined) {
      const kind = id.startsWith('ASIA') ? 'Session' : 'Credential';
      this.#entities.set(awsKey(id), { key: awsKey(id), kind, name: id, provider: 'aws', stub: true });
      return awsKey(id);
    }
    const { source, fingerprint } = this.#context;
    const isShown = leak.value !== undefined;
    const key = isShown ? leakKey(fingerprint(leak.value)) : redactedLeak(source, leak.file, leak.line, leak.commit);
    if (!this.#entities.has(key)) {
      const name = `${leak.rule} in ${lastPart(leak.file)}`;
      const hash = leak.value === undefined ? undefined : hashedToken(leak.value);
      // As servers that keep SHA-256 of their passwords know it.
      const ofHash = leak.value === undefined ? undefined : fingerprint(sha256(leak.value));
      const properties = {
        redacted: !isShown,
        ...(ofHash === undefined ? {} : { hashFingerprint: ofHash }),
        ...(hash === undefined ? {} : { hashedToken: hash }),
      };
      this.#entities.set(key, { key, kind: 'Credential', name, provider: 'leak', properties });
    }
    return key;
  }

  #places(leak: Leak): EntityFact[] {
    // Two repositories may have a file of one name.
    const path = leak.repository ? `${leak.repository}/${leak.file}` : leak.file;
    const key = scannedPlace(this.#context.source, path, leak.line);
    const name = leak.line > 0 ? `${path}:${leak.line}` : path;
    const places: EntityFact[] = [{ key, kind: 'Secret', name, provider: 'file', properties: { path, line: leak.line } }];
    if (leak.repository) {
      const repository = githubRepository(leak.repository);
      places.push({ key: repository, kind: 'Repository', name: leak.repository, provider: 'github', stub: true });
    }
    if (leak.bucket) {
      places.push({
        key: awsArn(`arn:aws:s3:::${leak.bucket}`),
        kind: 'Resource',
        name: leak.bucket,
        provider: 'aws',
        stub: true,
      });
    }
    return places;
  }

  #tie(credential: string, place: string, leak: Leak): void {
    const id = `${credential}\n${place}`;
    const tie: Tie = this.#ties.get(id) ?? { credential, place, rules: NONE, scanners: NONE, commits: NONE };
    this.#ties.set(id, tie);
    tie.rules = withOne(tie.rules, leak.rule);
    tie.scanners = withOne(tie.scanners, leak.scanner);
    if (leak.commit) tie.commits = withOne(tie.commits, leak.commit);
    if (leak.verified !== undefined) tie.verified = tie.verified === true || leak.verified;
    if (leak.checkedAt && (tie.checkedAt === undefined || leak.checkedAt > tie.checkedAt)) tie.checkedAt = leak.checkedAt;
    if (leak.date && (tie.first === undefined || leak.date < tie.first)) tie.first = leak.date;
  }
}

const NONE: readonly string[] = [];
const ALONE = new Map<string, readonly string[]>();

/** Lists of one are shared: most leaks have the same scanner and one of few rules. */
function withOne(list: readonly string[], value: string): readonly string[] {
  if (list.length > 0) return list.includes(value) ? list : [...list, value];
  const alone = ALONE.get(value) ?? [value];
  if (ALONE.size < MOST_SHARED) ALONE.set(value, alone);
  return alone;
}
const MOST_SHARED = 1000;

function relationshipsOf(tie: Tie): RelationshipFact[] {
  const { credential, place } = tie;
  const found = { basis: 'observed', certainty: 'definite' } as const;
  const scanners = [...tie.scanners].sort();
  const properties = {
    scanners,
    rules: [...tie.rules].sort(),
    commits: [...tie.commits].sort().slice(0, MOST_COMMITS),
    ...(tie.commits.length > MOST_COMMITS && { moreCommits: tie.commits.length - MOST_COMMITS }),
    ...(tie.verified !== undefined && { verified: tie.verified }),
    ...(tie.checkedAt !== undefined && { checkedAt: tie.checkedAt }),
  };
  const firstSeen = tie.first === undefined ? {} : { firstSeen: tie.first };
  const reason = `${scanners.join(', ')} found it there`;
  return [
    { source: credential, kind: 'LEAKED_IN', target: place, ...found, ...firstSeen, reason, properties },
    { source: place, kind: 'EXPOSES', target: credential, ...found, ...firstSeen, reason },
  ];
}

const lastPart = (path: string): string => path.split('/').at(-1) || path;
