/**
 * What an audit device saw, added up: who used what from where, and which token came of which.
 *
 *     Origin ──USES──► token          token or identity ──ACCESSED──► secret          role, token ──MINTED──► token, lease
 *
 * Only what was answered counts: lines of type `response` without an error.
 */
import { z } from 'zod';
import type { EntityFact, Time } from '../../model/entity.ts';
import type { Facts } from '../../model/facts.ts';
import { origin, vaultAuthRole, vaultEntity, vaultLease, vaultPlace, vaultToken } from '../../model/keys.ts';
import type { Certainty, RelationshipKind } from '../../model/kinds.ts';
import { SeenTexts } from '../../model/seen-texts.ts';
import { eventTime } from '../files/event-time.ts';
import { Tally } from '../files/tally.ts';
import { type AuditAuth, type AuditEvent, auditShape } from './audit-event.ts';
import { once, thing } from './facts.ts';
import type { Inventory } from './inventory.ts';

/** The one client that there is: devices name none unless headers are audited. */
const CLIENT = 'vault';

/** Who or what a line names, before all files were read: which role or secret it is may stand in another. */
type Named =
  | { readonly what: 'token'; readonly accessor: string; readonly name: string }
  | { readonly what: 'login'; readonly role: string; readonly mount: string; readonly entity: string }
  | { readonly what: 'place'; readonly mount: string; readonly inside: string; readonly type: string }
  | { readonly what: 'lease'; readonly id: string }
  | { readonly what: 'origin'; readonly address: string };

const idOf = (named: Named): string => JSON.stringify(named);

export class Audit {
  newest: Time | undefined;
  readonly #source: string;
  readonly #inventory: Inventory;
  /** By what they name, as JSON. */
  readonly #tallies = new Map<string, Tally>();
  /** When tokens that were seen issued end, by accessor. */
  readonly #ends = new Map<string, Time>();
  readonly #seen = new SeenTexts();

  constructor(source: string, inventory: Inventory) {
    this.#source = source;
    this.#inventory = inventory;
  }

  get isEmpty(): boolean {
    return this.newest === undefined;
  }

  /** What is wrong with the line, in words; undefined when it was taken. */
  add(value: unknown): string | undefined {
    const read = auditShape.safeParse(value);
    if (!read.success) return z.prettifyError(read.error).split('\n', 1)[0];
    const at = eventTime(read.data.time);
    if (at === undefined) return 'time: no date and time';
    if (this.newest === undefined || at > this.newest) this.newest = at;
    const { type, error, request } = read.data;
    if (type !== 'response' || error || !this.#seen.add(`${request.id ?? ''} ${request.path} ${at}`)) return undefined;
    this.#take(read.data, at);
    return undefined;
  }

  #take({ auth, request, response }: AuditEvent, at: Time): void {
    const accessor = request.client_token_accessor ?? auth?.accessor;
    const token = accessor ? tokenOf(accessor, auth) : undefined;
    if (token && request.remote_address) this.#tally(from(request.remote_address), 'USES', token, at);
    const actor = loginOf(auth, undefined) ?? token;
    const place = placeOf(request);
    if (actor && place) this.#tally(actor, 'ACCESSED', place, at).note('actions', request.operation ?? undefined);
    const issued = response?.auth;
    if (issued?.accessor && issued.accessor !== accessor) this.#issued(issued, { request, by: token, at });
    const leaseId = response?.secret?.lease_id;
    const minter = token ?? actor;
    if (leaseId && minter) this.#tally(minter, 'MINTED', { what: 'lease', id: leaseId }, at, 'possible');
  }

  #issued(issued: AuditAuth, { request, by, at }: { request: AuditEvent['request']; by: Named | undefined; at: Time }): void {
    const accessor = issued.accessor ?? '';
    const session = tokenOf(accessor, issued);
    if (issued.token_ttl) this.#ends.set(accessor, new Date(Date.parse(at) + issued.token_ttl * 1000).toISOString());
    const login = loginOf(issued, request.mount_point);
    const minter = by ?? login;
    if (minter) this.#tally(minter, 'MINTED', session, at, 'possible');
    if (login) this.#tally(session, 'ACTS_FOR', login, at);
    if (!by && request.remote_address) this.#tally(from(request.remote_address), 'USES', session, at);
  }

  #tally(source: Named, kind: RelationshipKind, target: Named, at: Time, certainty: Certainty = 'definite'): Tally {
    const name = { source: idOf(source), kind, target: idOf(target) };
    const id = `${name.source}\n${kind}\n${name.target}`;
    const tally = this.#tallies.get(id) ?? new Tally(name, at, certainty);
    this.#tallies.set(id, tally);
    tally.seen(at, 1);
    return tally;
  }

  /** Call when everything was read. */
  facts(): Facts {
    const entities = new Map<string, EntityFact>();
    const tallies = new Map<string, Tally>();
    for (const tally of this.#tallies.values()) {
      const [source, target] = [tally.source, tally.target].map((id) => this.#entity(JSON.parse(id) as Named));
      if (!source || !target) continue;
      for (const entity of [source, target]) if (!entities.has(entity.key)) entities.set(entity.key, entity);
      const id = `${source.key}\n${tally.kind}\n${target.key}`;
      const known = tallies.get(id);
      if (known) known.merge(tally);
      else tallies.set(id, tally.renamed({ source: source.key, target: target.key }));
    }
    return once({ entities: [...entities.values()], relationships: [...tallies.values()].map((tally) => tally.fact()) });
  }

  #entity(named: Named): EntityFact | undefined {
    switch (named.what) {
      case 'token':
        return this.#token(named);
      case 'login':
        return this.#login(named);
      case 'place':
        return this.#place(named);
      case 'lease':
        return thing(vaultLease(this.#source, named.id), 'Session', `lease ${named.id}`, { properties: { leaseId: named.id } });
      case 'origin':
        return thing(origin(named.address, CLIENT), 'Origin', `${CLIENT} at ${named.address}`);
    }
  }

  /** A token whose accessor the inventory knows is that one; what the device hashed is known by the hash. */
  #token({ accessor, name }: Extract<Named, { what: 'token' }>): EntityFact {
    const ends = this.#ends.get(accessor);
    const isKnown = this.#inventory.tokens.has(accessor);
    return thing(vaultToken(this.#source, accessor), 'Session', `token of ${name}`, {
      ...(isKnown && { stub: true }),
      ...(ends !== undefined && !isKnown && { expiresAt: ends }),
    });
  }

  /** The login role, where the log names it and one mount alone has such a one; else the entity. */
  #login({ role: name, mount, entity }: Extract<Named, { what: 'login' }>): EntityFact | undefined {
    const roles = [...this.#inventory.roles.values()].filter(
      (role) => role.name === name && (mount === '' || role.mount === mount),
    );
    const [only] = roles.length === 1 ? roles : [];
    const at = only?.mount ?? (mount === 'token' ? '' : mount);
    if (name !== '' && at !== '') return thing(vaultAuthRole(this.#source, at, name), 'Role', name, { stub: true });
    if (entity === '') return undefined;
    return thing(vaultEntity(this.#source, entity), 'ServiceAccount', this.#inventory.entities.get(entity)?.name ?? entity, {
      stub: true,
    });
  }

  #place({ mount, inside, type }: Extract<Named, { what: 'place' }>): EntityFact | undefined {
    const below = this.#below(inside, mount, type);
    return below === undefined
      ? undefined
      : thing(vaultPlace(this.#source, mount, below), 'Secret', `${mount}/${below}`, { stub: true });
  }

  #below(inside: string, mount: string, type: string): string | undefined {
    if (type !== 'kv') return /^(?:static-)?creds\/[^/]+$/.test(inside) ? inside : undefined;
    if (this.#inventory.mounts?.get(mount)?.version === 1) return inside;
    return inside.startsWith('data/') ? inside.slice('data/'.length) : undefined;
  }
}

const from = (address: string): Named => ({ what: 'origin', address });

const tokenOf = (accessor: string, auth: AuditAuth | null | undefined): Named => ({
  what: 'token',
  accessor,
  name: textIn(auth, 'role_name') ?? auth?.display_name ?? accessor,
});

function loginOf(auth: AuditAuth | null | undefined, mountPoint: string | null | undefined): Named | undefined {
  const role = textIn(auth, 'role_name') ?? textIn(auth, 'role') ?? '';
  const mount = /^auth\/(.+?)\/?$/.exec(mountPoint ?? '')?.[1] ?? '';
  const entity = auth?.entity_id ?? '';
  return role === '' && entity === '' ? undefined : { what: 'login', role, mount, entity };
}

/** Reading or writing what is behind a path of an engine; which paths hold values is told when all was read. */
function placeOf({ path, mount_point: point, mount_type: type, operation }: AuditEvent['request']): Named | undefined {
  const mount = (point ?? '').replace(/\/$/, '');
  if (mount === '' || !path.startsWith(`${mount}/`) || !VALUES.includes(operation ?? '')) return undefined;
  return { what: 'place', mount, inside: path.slice(mount.length + 1), type: type ?? '' };
}

const VALUES = ['read', 'create', 'update', 'patch'];

function textIn(auth: AuditAuth | null | undefined, name: string): string | undefined {
  const found = auth?.metadata?.[name];
  return typeof found === 'string' && !found.startsWith('hmac-') ? found : undefined;
}
