/**
 * Things that are asked about together: of one kind, in one account, and alike in what decides besides identity policies. Rights on a
 * shelf depend only on the statements that speak of its actions, so that principals who differ elsewhere share them.
 *
 *   plain      no policy of their own, no customer key: answers differ only by patterns and tags
 *   encrypted  the same under a customer key: also by the key and its policy
 *   governed   a policy of their own: asked one by one
 */
import type { Catalogue, LevelAction, ResourceKind } from '../../iam/aws/catalogue.ts';
import type { Policy } from '../../iam/aws/document.ts';
import type { GrantLevel } from '../../iam/aws/levels.ts';
import { accountOfArn, sessionOf } from '../../iam/aws/principal.ts';
import type { Estate } from './estate.ts';
import type { Principal } from './principals.ts';
import type { Thing } from './things.ts';

export interface Shelf {
  /** The same in every collection. */
  readonly id: string;
  readonly part: 'plain' | 'encrypted' | 'governed';
  readonly account: string;
  readonly actions: readonly LevelAction[];
  /** Every action that a right may need, those of keys included. */
  readonly topic: readonly string[];
  /** By ARN. */
  readonly things: readonly Thing[];
  /** The things' own policies and those of their keys. */
  readonly policies: readonly Policy[];
  /** Users, roles and sessions that some of these policies tells from others. */
  readonly names: ReadonlySet<string>;
  /** Things whose policy may let principals in: those that say so of everybody, and of each account or unique id. */
  readonly open: { readonly anyone: readonly Thing[]; readonly named: ReadonlyMap<string, readonly Thing[]> };
}

/** What else is needed where a customer key encrypts the content. */
export const KEY_ACTION: Readonly<Partial<Record<GrantLevel, string>>> = { read: 'kms:decrypt', put: 'kms:generatedatakey' };

export function shelvesOf(estate: Estate, catalogue: Catalogue): Shelf[] {
  const sorted = [...estate.things.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1));
  const shelves = new Map<string, { kind: ResourceKind; part: Shelf['part']; account: string; things: Thing[] }>();
  for (const thing of sorted) {
    const kind = catalogue.kindOf(thing.arn);
    if (!kind || kind.actions.length === 0) continue;
    const part = thing.policy ? 'governed' : thing.encryptedBy === undefined ? 'plain' : 'encrypted';
    for (const account of estate.disputes.get(thing.arn) ?? [thing.item.account]) {
      const id = `${account} ${kind.service} ${kind.name} ${part}`;
      const shelf = shelves.get(id) ?? { kind, part, account, things: [] };
      shelves.set(id, shelf);
      shelf.things.push(thing);
    }
  }
  return [...shelves].map(([id, shelf]) => shelfOf(estate, id, shelf));
}

function shelfOf(
  estate: Estate,
  id: string,
  { kind, part, account, things }: Pick<Shelf, 'part' | 'account'> & { kind: ResourceKind; things: readonly Thing[] },
): Shelf {
  const keys = new Set(things.flatMap(({ encryptedBy }) => (encryptedBy === undefined ? [] : [encryptedBy])));
  const own = things.flatMap(({ policy }) => (policy ? [policy] : []));
  const ofKeys = [...keys].map((key) => estate.resourcePolicy(key, estate.thingAt(key))).filter((policy) => policy !== null);
  const policies = [...own, ...new Set(ofKeys)];
  const keyActions = keys.size > 0 ? Object.values(KEY_ACTION) : [];
  const topic = [...new Set([...kind.actions.map(({ action }) => action), ...keyActions])];
  const names = new Set(policies.flatMap((policy) => [...namesIn(policy)]));
  return { id, part, account, actions: kind.actions, topic, things, policies, names, open: openThings(things) };
}

/** Whether the policies of a shelf may tell this principal from others with the same rights. */
export const isNamedOn = ({ names }: Pick<Shelf, 'names'>, { arn, account, name, requester }: Principal): boolean =>
  names.size > 0 && (names.has(arn) || names.has(requester.uniqueId ?? '') || names.has(`${account}/${name}`));

/** Users, roles and sessions that a policy tells apart. */
export function* namesIn(policy: Policy): Generator<string> {
  for (const { principals } of policy.statements)
    for (const text of principals?.aws ?? []) {
      const session = sessionOf(text);
      yield session ? `${session.account}/${session.role}` : text;
    }
}

function openThings(things: readonly Thing[]): Shelf['open'] {
  const anyone: Thing[] = [];
  const named = new Map<string, Thing[]>();
  for (const thing of things) {
    const allows = (thing.policy?.statements ?? []).flatMap(({ effect, principals }) =>
      effect === 'Allow' && principals ? [principals] : [],
    );
    if (allows.some((one) => one.anyone || one.not)) anyone.push(thing);
    for (const name of new Set(allows.flatMap(({ aws }) => aws.map((text) => accountOfArn(text) ?? text)))) {
      const list = named.get(name);
      if (list) list.push(thing);
      else named.set(name, [thing]);
    }
  }
  return { anyone, named };
}

/** Things that may let a principal in by their own policy. */
export function openTo({ open }: Shelf, { account, requester }: Principal): Set<Thing> {
  const named = [open.named.get(account), open.named.get(requester.uniqueId ?? '')].flatMap((list) => list ?? []);
  return new Set([...open.anyone, ...named]);
}
