/**
 * Use of tokens and deploy keys, from the audit log.
 *
 *     origin ─USES─► token ─ACTS_FOR─► user or app
 *
 * Events name a token by `hashed_token`, base64 of its SHA-256, so that a leaked one is found without being kept.
 * https://docs.github.com/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/identifying-audit-log-events-performed-by-an-access-token
 */
import type { Time } from '../../../model/entity.ts';
import { origin } from '../../../model/keys.ts';
import { eventTime } from '../../files/event-time.ts';
import type * as shapes from '../answers/shapes.ts';
import { addUser, type OrganisationFacts } from './people.ts';

interface Use {
  readonly credential: string;
  readonly origin: string | undefined;
  readonly actions: Set<string>;
  uses: number;
  first: Time;
  last: Time;
}

interface KnownToken {
  readonly key: string;
  readonly event: shapes.AuditEvent;
  first: Time;
  last: Time;
}

export interface AuditTo extends OrganisationFacts {
  /** Deploy keys and SSH keys by fingerprint, as far as they were listed. */
  readonly keyByFingerprint: ReadonlyMap<string, string>;
  /** Keys of credentials that the inventory lists. */
  readonly listed: ReadonlySet<string>;
}

/** Gathers events; each counts once, by its document id. */
export class AuditTally {
  readonly #seen = new Set<string>();
  readonly #uses = new Map<string, Use>();
  readonly #tokens = new Map<string, KnownToken>();
  readonly #to: AuditTo;
  newest: Time | undefined;

  constructor(to: AuditTo) {
    this.#to = to;
  }

  add(event: shapes.AuditEvent): void {
    const at = timeOf(event);
    if (at === undefined || this.#isKnown(event)) return;
    if (this.newest === undefined || at > this.newest) this.newest = at;
    const credential = this.#credentialOf(event, at);
    if (credential === undefined) return;
    const from = event.actor_ip ? origin(event.actor_ip, clientFamily(event.user_agent)) : undefined;
    const id = `${credential}\n${from ?? ''}`;
    const use = this.#uses.get(id) ?? { credential, origin: from, actions: new Set(), uses: 0, first: at, last: at };
    this.#uses.set(id, use);
    use.uses++;
    use.actions.add(event.action);
    if (at < use.first) use.first = at;
    if (at > use.last) use.last = at;
  }

  #isKnown({ _document_id: id }: shapes.AuditEvent): boolean {
    if (!id) return false;
    if (this.#seen.has(id)) return true;
    this.#seen.add(id);
    return false;
  }

  #credentialOf(event: shapes.AuditEvent, at: Time): string | undefined {
    const { keys, keyByFingerprint } = this.#to;
    const fingerprint = event.deploy_key_fingerprint?.replace(/^SHA256:/, '').replace(/=+$/, '');
    if (fingerprint) return keyByFingerprint.get(fingerprint);
    const hash = event.hashed_token;
    const listed = event.token_id == null ? undefined : keys.token(String(event.token_id));
    const key =
      listed !== undefined && (this.#to.listed.has(listed) || !hash) ? listed : hash ? keys.hashedToken(hash) : undefined;
    if (key === undefined) return undefined;
    const known = this.#tokens.get(key);
    if (!known) this.#tokens.set(key, { key, event, first: at, last: at });
    else if (at > known.last) known.last = at;
    return key;
  }

  /** Adds what was seen. */
  finish(): void {
    for (const token of [...this.#tokens.values()].sort(byKey)) this.#addToken(token);
    for (const use of [...this.#uses.values()].sort((a, b) => (useId(a) < useId(b) ? -1 : 1))) this.#addUse(use);
  }

  #addToken({ key, event, last }: KnownToken): void {
    const { facts, listed } = this.#to;
    const type = event.programmatic_access_type ?? 'token';
    const isSession = /server-to-server|GITHUB_TOKEN/i.test(type);
    facts.entity({
      key,
      kind: isSession ? 'Session' : 'Credential',
      name: `${type} of ${event.actor ?? 'somebody'}`,
      provider: 'github',
      ...(listed.has(key) ? { stub: true } : {}),
      properties: {
        type,
        ...(event.hashed_token ? { hashedToken: event.hashed_token } : {}),
        ...(event.token_scopes ? { scopes: event.token_scopes.split(/[\s,]+/).filter(Boolean) } : {}),
        lastUsed: last,
      },
    });
    if (!event.actor || listed.has(key)) return;
    facts.relationship({
      source: key,
      kind: 'ACTS_FOR',
      target: addUser(this.#to, event.actor),
      basis: 'observed',
      certainty: 'definite',
      reason: `the audit log shows it used as ${event.actor}`,
    });
  }

  #addUse({ credential, origin: from, actions, uses, first, last }: Use): void {
    if (from === undefined) return;
    const { facts } = this.#to;
    const source = facts.entity({ key: from, kind: 'Origin', name: from.slice('origin:'.length), provider: 'origin' });
    facts.entity({ key: credential, kind: 'Credential', name: credential, provider: 'github', stub: true });
    const named = [...actions].sort();
    facts.relationship({
      source,
      kind: 'USES',
      target: credential,
      basis: 'observed',
      certainty: 'definite',
      reason: 'seen in the audit log',
      firstSeen: first,
      lastUsed: last,
      uses,
      properties: { actions: named.slice(0, MOST_ACTIONS) },
    });
  }
}

const MOST_ACTIONS = 20;
const byKey = (a: KnownToken, b: KnownToken): number => (a.key < b.key ? -1 : 1);
const useId = ({ credential, origin: from }: Use): string => `${credential} ${from ?? ''}`;

/** `created_at` is in milliseconds since 1970, whatever the schema says; streams write text. */
function timeOf(event: shapes.AuditEvent): Time | undefined {
  const at = event['@timestamp'] ?? event.created_at;
  if (typeof at !== 'number') return eventTime(at);
  const date = new Date(at < 100_000_000_000 ? at * 1000 : at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** The program, without its version: `git`, `octokit`, `terraform`. */
const clientFamily = (agent: string | null | undefined): string => /^[\w.+-]+/.exec(agent ?? '')?.[0]?.toLowerCase() ?? 'unknown';
