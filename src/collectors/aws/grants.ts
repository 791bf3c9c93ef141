/**
 * What each principal may do to the things that were collected, at which level.
 *
 * Not principals × things × actions: things without a policy of their own that no specific pattern names all get one answer, so
 * that a shelf (one kind in one account) costs one question plus one for each thing that some pattern singles out.
 */
import type { Catalogue, LevelAction, ResourceKind } from '../../iam/aws/catalogue.ts';
import type { Policy, Statement } from '../../iam/aws/document.ts';
import { statementsFor } from '../../iam/aws/document.ts';
import { ANY, hasWildcard, instanceOf, matchesArn, ONE } from '../../iam/aws/glob.ts';
import type { GrantLevel } from '../../iam/aws/levels.ts';
import { sessionOf } from '../../iam/aws/principal.ts';
import type { Estate } from './estate.ts';
import { both, type Held, heldBy, rankOf, surer } from './held.ts';
import type { Principal } from './principals.ts';
import { dependsOnPrincipal, signatureOf } from './signature.ts';
import type { Thing } from './things.ts';

export interface GrantEdge {
  readonly kind: 'CAN_READ' | 'CAN_PUT' | 'CAN_WRITE' | 'CAN_CONTROL';
  readonly target: string;
  readonly held: Held;
  readonly reason: string;
}

interface Shelf {
  readonly kind: ResourceKind;
  readonly account: string;
  /** Without a policy of their own, by ARN. */
  readonly plain: Thing[];
  readonly withPolicy: Thing[];
}

interface Right {
  readonly held: Held;
  readonly action: string;
}

const NO_LEVELS: ReadonlySet<GrantLevel> = new Set();

type Rights = Partial<Record<GrantLevel, Right>>;

/** Edges that principals share; `id` is the same in every collection. */
export interface Bundle {
  readonly id: string;
  readonly edges: readonly GrantEdge[];
}

export interface GrantOptions {
  /** Policies that count as attached. */
  readonly extra?: readonly Policy[];
  /** Of the principal's own account only these things: control of the account already says the rest. */
  readonly beyond?: (thing: Thing) => boolean;
}

export class GrantFinder {
  readonly #estate: Estate;
  readonly #shelves: Shelf[] = [];
  readonly #shared = new Map<string, Bundle>();
  readonly #named = new Set<string>();
  readonly #dependent: boolean;
  readonly #levels = new Map<Thing, ReadonlySet<GrantLevel>>();

  constructor(estate: Estate, catalogue: Catalogue) {
    this.#estate = estate;
    const shelves = new Map<string, Shelf>();
    for (const thing of [...estate.things.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1))) {
      const kind = catalogue.kindOf(thing.arn);
      if (!kind || kind.actions.length === 0) continue;
      const { account } = thing.item;
      const id = `${account} ${kind.service} ${kind.name}`;
      const shelf = shelves.get(id) ?? { kind, account, plain: [], withPolicy: [] };
      shelves.set(id, shelf);
      this.#levels.set(thing, new Set(kind.actions.map((action) => action.level)));
      (thing.policy ? shelf.withPolicy : shelf.plain).push(thing);
    }
    this.#shelves.push(...shelves.values());
    const policies = this.#shelves.flatMap((shelf) => shelf.withPolicy.map((thing) => thing.policy as Policy));
    this.#dependent = policies.some(dependsOnPrincipal);
    for (const policy of policies) for (const name of namesIn(policy)) this.#named.add(name);
  }

  /** The levels that some action gives on a thing. */
  levelsOf(thing: Thing): ReadonlySet<GrantLevel> {
    return this.#levels.get(thing) ?? NO_LEVELS;
  }

  edgesOf(principal: Principal, options: GrantOptions = {}): GrantEdge[] {
    return this.bundlesOf(principal, options).flatMap((bundle) => bundle.edges);
  }

  /** What identity policies give on plain things, and what is decided together with the things' own policies. */
  bundlesOf(principal: Principal, options: GrantOptions = {}): Bundle[] {
    const plain = options.beyond ? [] : [this.#bundle(principal, options, false)];
    return [...plain, this.#bundle(principal, options, true)];
  }

  #bundle(principal: Principal, options: GrantOptions, withPolicy: boolean): Bundle {
    const own = withPolicy && this.isNamed(principal);
    const signature = signatureOf(principal, { own, ...(options.extra && { extra: options.extra }) });
    const id = JSON.stringify([withPolicy ? 'with policy' : 'plain', options.beyond !== undefined, signature]);
    const known = this.#shared.get(id);
    if (known) return known;
    const bundle = {
      id,
      edges: [...(withPolicy ? this.#policyEdges(principal, options) : this.#plainEdges(principal, options.extra ?? []))],
    };
    this.#shared.set(id, bundle);
    return bundle;
  }

  /** Whether the policy of some thing may tell this principal from others with the same rights. */
  isNamed(principal: Principal): boolean {
    return (
      this.#dependent ||
      this.#named.has(principal.arn) ||
      this.#named.has(principal.requester.uniqueId ?? '') ||
      this.#named.has(sessionPrefix(principal))
    );
  }

  *#plainEdges(principal: Principal, extra: readonly Policy[]): Generator<GrantEdge> {
    for (const shelf of this.#shelves) if (shelf.account === principal.account) yield* this.#shelfEdges(principal, shelf, extra);
  }

  *#shelfEdges(principal: Principal, shelf: Shelf, extra: readonly Policy[]): Generator<GrantEdge> {
    if (shelf.plain.length === 0) return;
    const identity = [...principal.identity, ...extra];
    const actions = shelf.kind.actions.filter(({ action }) => mentions(identity, action));
    if (actions.length === 0) return;
    const singled = singledOut(shelf, actions, [...identity, ...limitsOf(principal)]);
    let common: Rights | undefined;
    for (const thing of shelf.plain) {
      const special = singled === 'all' || singled.has(thing) || thing.encryptedBy !== undefined;
      const rights = special || !common ? this.#rights({ principal, thing, actions, extra }) : common;
      if (!special) common ??= rights;
      yield* edgesFrom(thing, rights);
    }
  }

  *#policyEdges(principal: Principal, { extra = [], beyond }: GrantOptions): Generator<GrantEdge> {
    const identity = [...principal.identity, ...extra];
    for (const shelf of this.#shelves) {
      for (const thing of shelf.withPolicy) {
        if (beyond && shelf.account === principal.account && !beyond(thing)) continue;
        const policies = [...identity, thing.policy as Policy];
        const named = speaksOf(thing.policy as Policy, principal);
        if (shelf.account !== principal.account && !named) continue;
        const actions = shelf.kind.actions.filter(({ action }) => mentions(named ? policies : identity, action));
        if (actions.length > 0) yield* edgesFrom(thing, this.#rights({ principal, thing, actions, extra }));
      }
    }
  }

  #rights({ principal, thing, actions, extra }: Asked): Rights {
    const rights: Rights = {};
    for (const action of actions) {
      const known = rights[action.level];
      if (known && rankOf(known.held) === 0) continue;
      const held = this.#heldFor({ principal, thing, action, extra });
      if (held && surer(known?.held, held) !== known?.held) rights[action.level] = { held, action: action.action };
    }
    return rights;
  }

  #heldFor({ principal, thing, action, extra }: Omit<Asked, 'actions'> & { readonly action: LevelAction }): Held | undefined {
    let found: Held | undefined;
    for (const resource of placesOf(action, thing, [...principal.identity, ...extra, ...(thing.policy ? [thing.policy] : [])])) {
      const verdict = this.#estate.ask({ principal, action: action.action, resource, extra });
      found = surer(found, heldBy([verdict], principal.unsure));
      if (found && rankOf(found) === 0) break;
    }
    const key = found && thing.encryptedBy && KEY_ACTION[action.level];
    if (!found || !key) return found;
    const opened = heldBy(
      [this.#estate.ask({ principal, action: key, resource: thing.encryptedBy as string, extra })],
      principal.unsure,
    );
    return opened && both(found, opened);
  }
}

interface Asked {
  readonly principal: Principal;
  readonly thing: Thing;
  readonly actions: readonly LevelAction[];
  readonly extra: readonly Policy[];
}

/** What else is needed where a customer key encrypts the content. */
const KEY_ACTION: Readonly<Partial<Record<GrantLevel, string>>> = { read: 'kms:Decrypt', put: 'kms:GenerateDataKey' };

function* edgesFrom(thing: Thing, { read, put, control }: Rights): Generator<GrantEdge> {
  const target = thing.key;
  if (control)
    yield {
      kind: 'CAN_CONTROL',
      target,
      held: control.held,
      reason: `${control.action}: whoever may do this sets the rules of the thing`,
    };
  if (control && rankOf(control.held) === 0) return;
  if (read && put && sameHeld(read.held, put.held)) {
    yield { kind: 'CAN_WRITE', target, held: read.held, reason: `${read.action}, ${put.action}` };
    return;
  }
  if (read) yield { kind: 'CAN_READ', target, held: read.held, reason: read.action };
  if (put) yield { kind: 'CAN_PUT', target, held: put.held, reason: put.action };
}

const sameHeld = (a: Held, b: Held): boolean => a.certainty === b.certainty && a.condition === b.condition;

const mentions = (policies: readonly Policy[], action: string): boolean =>
  policies.some((policy) => statementsFor(policy, action).some((statement) => statement.effect === 'Allow'));

const limitsOf = (principal: Principal): Policy[] => [
  ...(principal.boundary ?? []),
  ...(principal.guardrails.serviceControl ?? []).flat(),
  ...(principal.guardrails.resourceControl ?? []).flat(),
];

/** Users, roles and sessions that a policy tells apart. */
function* namesIn(policy: Policy): Generator<string> {
  for (const { principals } of policy.statements)
    for (const text of principals?.aws ?? []) {
      const session = sessionOf(text);
      yield session ? `${session.account}/${session.role}` : text;
    }
}

const sessionPrefix = (principal: Principal): string => `${principal.account}/${principal.name}`;

/** Whether a resource policy grants to this principal, its account or everybody. */
function speaksOf(policy: Policy, principal: Principal): boolean {
  return policy.statements.some(({ effect, principals }) => {
    if (effect !== 'Allow' || !principals) return false;
    if (principals.anyone || principals.not) return true;
    return principals.aws.some(
      (text) => text === principal.arn || text.includes(principal.account) || text === principal.requester.uniqueId,
    );
  });
}

/** The things of a shelf that some statement tells from the rest; `all` when a condition on tags may tell any of them. */
function singledOut(shelf: Shelf, actions: readonly LevelAction[], policies: readonly Policy[]): 'all' | ReadonlySet<Thing> {
  const globs = new Set<string>();
  for (const policy of policies) {
    for (const statement of new Set(actions.flatMap(({ action }) => statementsFor(policy, action)))) {
      if (statement.conditions.some((test) => test.key.includes('resourcetag/') || test.key === 'aws:requestedregion'))
        return 'all';
      for (const glob of globsOf(statement)) {
        if (glob === undefined) return 'all';
        globs.add(glob);
      }
    }
  }
  const found = new Set<Thing>();
  for (const glob of globs) for (const thing of named(shelf.plain, glob)) found.add(thing);
  return found;
}

const globsOf = (statement: Statement): (string | undefined)[] =>
  (statement.resources ?? []).map((pattern) => pattern.glob).filter((glob) => glob !== ANY);

/** Things that a pattern names, or in which it names something. `things` are sorted by ARN. */
function* named(things: readonly Thing[], glob: string): Generator<Thing> {
  const fixed = glob.slice(0, firstWildcard(glob));
  for (let i = lowerBound(things, fixed); i < things.length && (things[i] as Thing).arn.startsWith(fixed); i++) {
    const thing = things[i] as Thing;
    if (matchesArn(glob, thing.arn) || liesIn(glob, thing.arn)) yield thing;
  }
  for (const end of separators(fixed)) {
    const at = lowerBound(things, fixed.slice(0, end));
    const thing = things[at];
    if (thing && thing.arn === fixed.slice(0, end)) yield thing;
  }
}

function firstWildcard(glob: string): number {
  const places = [glob.indexOf(ANY), glob.indexOf(ONE)].filter((at) => at >= 0);
  return places.length > 0 ? Math.min(...places) : glob.length;
}

/** Whether the pattern may match something below the thing. */
const liesIn = (glob: string, arn: string): boolean => {
  const slash = glob.indexOf('/', Math.min(glob.length, 13));
  return hasWildcard(glob) && slash > 0 && matchesArn(glob.slice(0, slash), arn);
};

function* separators(text: string): Generator<number> {
  for (let i = 12; i < text.length; i++) if (text[i] === '/' || text[i] === ':') yield i;
}

function lowerBound(things: readonly Thing[], arn: string): number {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((things[middle] as Thing).arn < arn) low = middle + 1;
    else high = middle;
  }
  return low;
}

const PROBE = 'interlock-probe';

/** The resources that a request about the thing may name: itself, or things in it that the policies speak of. */
function placesOf(action: LevelAction, thing: Thing, policies: readonly Policy[]): string[] {
  if (action.on === 'any') return ['*'];
  if (action.on === 'self') return [thing.arn];
  const places = new Set([`${thing.arn}/${PROBE}`]);
  if (thing.arn.includes(':log-group:')) places.add(`${thing.arn.replace(/:\*$/, '')}:log-stream:${PROBE}`);
  for (const policy of policies)
    for (const statement of statementsFor(policy, action.action))
      if (statement.effect === 'Allow' && !statement.notResource)
        for (const { glob } of statement.resources ?? []) if (glob) addPlace(places, glob, thing.arn);
  return [...places];
}

function addPlace(places: Set<string>, glob: string, arn: string): void {
  if (glob.startsWith(`${arn}/`) || glob.startsWith(`${arn}:`)) places.add(instanceOf(glob, PROBE));
  else if (liesIn(glob, arn)) places.add(arn + instanceOf(glob.slice(glob.indexOf('/', Math.min(glob.length, 13))), PROBE));
}
