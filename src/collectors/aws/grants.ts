/**
 * What each principal may do to the things that were collected, at which level.
 *
 * Not principals × things × actions: things without a policy of their own that no specific pattern names all get one answer, so
 * that a shelf (one kind in one account) costs one question plus one for each thing that some pattern singles out.
 */
import type { Catalogue, LevelAction, ResourceKind } from '../../iam/aws/catalogue.ts';
import type { Policy, Statement } from '../../iam/aws/document.ts';
import { statementsFor } from '../../iam/aws/document.ts';
import { ANY, instanceOf } from '../../iam/aws/glob.ts';
import type { GrantLevel } from '../../iam/aws/levels.ts';
import { sessionOf } from '../../iam/aws/principal.ts';
import type { Estate } from './estate.ts';
import { both, type Held, heldBy, rankOf, surer } from './held.ts';
import type { Principal } from './principals.ts';
import { dependsOnPrincipal, signatureOf } from './signature.ts';
import { liesIn, named } from './thing-search.ts';
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
  /** Of those, the ones under a customer key: each is asked about with its key. */
  readonly encrypted: Thing[];
  readonly withPolicy: Thing[];
  /** Of those, the ones whose policy grants something to AWS principals. */
  readonly open: Thing[];
}

const NO_THINGS: ReadonlySet<Thing> = new Set();

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
      const shelf = shelves.get(id) ?? { kind, account, plain: [], encrypted: [], withPolicy: [], open: [] };
      shelves.set(id, shelf);
      this.#levels.set(thing, new Set(kind.actions.map((action) => action.level)));
      (thing.policy ? shelf.withPolicy : shelf.plain).push(thing);
      if (!thing.policy && thing.encryptedBy) shelf.encrypted.push(thing);
      if (thing.policy?.statements.some(grantsToPrincipals)) shelf.open.push(thing);
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
    const singled = singledOut(shelf.plain, actions, [...identity, ...limitsOf(principal)]);
    if (singled === 'all') {
      for (const thing of shelf.plain) yield* edgesFrom(thing, this.#rights({ principal, thing, actions, extra }));
      return;
    }
    const common = shelf.plain.find((thing) => !singled.has(thing) && thing.encryptedBy === undefined);
    const answers = new Map<string, Rights>([['', common ? this.#rights({ principal, thing: common, actions, extra }) : {}]]);
    const nothing = Object.keys(answers.get('') as Rights).length === 0;
    for (const thing of shelf.encrypted) yield* edgesFrom(thing, this.#rights({ principal, thing, actions, extra }));
    for (const thing of nothing ? singled.keys() : shelf.plain) {
      if (thing.encryptedBy !== undefined) continue;
      const marks = singled.get(thing) ?? '';
      const rights = answers.get(marks) ?? this.#rights({ principal, thing, actions, extra });
      answers.set(marks, rights);
      yield* edgesFrom(thing, rights);
    }
  }

  *#policyEdges(principal: Principal, { extra = [], beyond }: GrantOptions): Generator<GrantEdge> {
    const identity = [...principal.identity, ...extra];
    for (const shelf of this.#shelves) {
      const own = shelf.account === principal.account;
      const reached = own ? this.#reachedBy(identity, shelf) : NO_THINGS;
      const open = shelf.open.filter((thing) => !reached.has(thing) && speaksOf(thing.policy as Policy, principal));
      for (const thing of [...reached, ...open]) {
        if (own && beyond && !beyond(thing)) continue;
        if (!own && !speaksOf(thing.policy as Policy, principal)) continue;
        const policies = [...identity, thing.policy as Policy];
        const actions = shelf.kind.actions.filter(({ action }) => mentions(policies, action));
        if (actions.length > 0) yield* edgesFrom(thing, this.#rights({ principal, thing, actions, extra }));
      }
    }
  }

  /** Things with a policy of their own that identity policies may reach. */
  #reachedBy(identity: readonly Policy[], shelf: Shelf): ReadonlySet<Thing> {
    const found = new Set<Thing>();
    if (shelf.withPolicy.length === 0) return found;
    for (const { action } of shelf.kind.actions)
      for (const policy of identity)
        for (const statement of statementsFor(policy, action)) {
          if (statement.effect !== 'Allow') continue;
          const globs = statement.notResource ? [undefined] : (statement.resources ?? []).map((pattern) => pattern.glob);
          if (globs.some((glob) => glob === undefined || glob === ANY)) return new Set(shelf.withPolicy);
          for (const glob of globs) for (const { thing } of named(shelf.withPolicy, glob as string)) found.add(thing);
        }
    return found;
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

const grantsToPrincipals = ({ effect, principals }: Statement): boolean =>
  effect === 'Allow' && principals !== undefined && (principals.anyone || principals.not || principals.aws.length > 0);

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

/**
 * The things that some statement tells from the rest, with marks of which patterns do: equal marks, equal rights. `all` when a
 * condition on tags may tell any of them.
 */
function singledOut(
  things: readonly Thing[],
  actions: readonly LevelAction[],
  policies: readonly Policy[],
): 'all' | Map<Thing, string> {
  const globs = new Set<string>();
  for (const policy of policies) {
    for (const statement of new Set(actions.flatMap(({ action }) => statementsFor(policy, action)))) {
      if (statement.conditions.some((test) => test.key.includes('resourcetag/'))) return 'all';
      for (const glob of globsOf(statement)) {
        if (glob === undefined) return 'all';
        globs.add(glob);
      }
    }
  }
  const found = new Map<Thing, string>();
  let number = 0;
  for (const glob of globs) {
    number++;
    for (const { thing, mark } of named(things, glob)) found.set(thing, `${found.get(thing) ?? ''} ${number}${mark}`);
  }
  return found;
}

const globsOf = (statement: Statement): (string | undefined)[] =>
  (statement.resources ?? []).map((pattern) => pattern.glob).filter((glob) => glob !== ANY);

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
