/**
 * Leaks → facts. One Credential per distinct secret, one Secret per place; each place `EXPOSES` what `LEAKED_IN` it.
 *
 *     Credential ──LEAKED_IN──► Secret (the line) ──EXPOSES──► Credential
 *          └───────LEAKED_IN──► Repository, bucket ─EXPOSES──► Credential
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import type { SealedLeak } from './sealed-leak.ts';

const MOST_COMMITS = 20;

interface Tie {
  readonly credential: string;
  readonly place: string;
  /** Distinct; of most ties there is one of each. */
  rules: readonly string[];
  scanners: readonly string[];
  commits: readonly string[];
  check?: Check;
  first?: string;
}

interface Check {
  /** Undefined when somebody else than the scanner said what became of it. */
  readonly verified: boolean | undefined;
  /** Empty when not known. */
  readonly at: string;
}

interface State {
  readonly state: 'active' | 'inactive';
  /** Empty when not known. */
  readonly at: string;
}

/** What was said last; of two at one time, the stronger. */
function later<Told extends Check | State>(known: Told | undefined, told: Told, isStronger: boolean): Told {
  return !known || told.at > known.at || (told.at === known.at && isStronger) ? told : known;
}

/** Gathers the leaks of some credentials, all there are of each, so that the order and number of reports do not matter. */
export class LeakFacts {
  readonly #credentials = new Map<string, EntityFact>();
  readonly #ties = new Map<string, Tie>();
  readonly #identities = new Map<string, string>();
  readonly #states = new Map<string, State>();

  add(leak: SealedLeak): void {
    const { credential, state, identity, checkedAt } = leak;
    const { key } = credential;
    if (!this.#credentials.has(key)) this.#credentials.set(key, credential);
    for (const place of leak.places) this.#tie(key, place, leak);
    if (state) this.#states.set(key, later(this.#states.get(key), { state, at: checkedAt ?? '' }, state === 'active'));
    if (identity) this.#identities.set(key, identity);
  }

  *credentials(): Generator<EntityFact> {
    for (const key of [...this.#credentials.keys()].sort()) {
      const fact = this.#credentials.get(key) as EntityFact;
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

  #tie(credential: string, place: string, leak: SealedLeak): void {
    const id = `${credential}\n${place}`;
    const tie: Tie = this.#ties.get(id) ?? { credential, place, rules: NONE, scanners: NONE, commits: NONE };
    this.#ties.set(id, tie);
    tie.rules = withOne(tie.rules, leak.rule);
    tie.scanners = withOne(tie.scanners, leak.scanner);
    if (leak.commit) tie.commits = withOne(tie.commits, leak.commit);
    const { verified, checkedAt } = leak;
    if (verified !== undefined || checkedAt)
      tie.check = later(tie.check, { verified, at: checkedAt ?? '' }, verified === true || tie.check?.verified === undefined);
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
    ...(tie.check?.verified !== undefined && { verified: tie.check.verified }),
    ...(tie.check?.at && { checkedAt: tie.check.at }),
  };
  const firstSeen = tie.first === undefined ? {} : { firstSeen: tie.first };
  const reason = `${scanners.join(', ')} found it there`;
  return [
    { source: credential, kind: 'LEAKED_IN', target: place, ...found, ...firstSeen, reason, properties },
    { source: place, kind: 'EXPOSES', target: credential, ...found, ...firstSeen, reason },
  ];
}
