/**
 * What each principal may do to the things that were collected, at which level.
 *
 * Not principals × things × actions. Principals share what they have on a shelf (one kind in one account) when the statements that
 * speak of it are the same. On a shelf, things that no pattern, tag or key tells apart share one answer: one question for all of them,
 * and one for each group of things that something singles out.
 */
import type { Catalogue, LevelAction } from '../../iam/aws/catalogue.ts';
import { type Policy, type ResourcePattern, statementsFor } from '../../iam/aws/document.ts';
import { ANY, instanceOf } from '../../iam/aws/glob.ts';
import type { GrantLevel } from '../../iam/aws/levels.ts';
import { substitute } from '../../iam/aws/variables.ts';
import type { Estate } from './estate.ts';
import { both, type Held, heldBy, rankOf, surer } from './held.ts';
import type { Principal } from './principals.ts';
import { isNamedOn, KEY_ACTION, openTo, type Shelf, shelvesOf } from './shelves.ts';
import { digestOf, signatureOf } from './signature.ts';
import { tagMarks } from './tag-marks.ts';
import { liesIn, named } from './thing-search.ts';
import type { Thing } from './things.ts';

export interface GrantEdge {
  readonly kind: 'CAN_READ' | 'CAN_PUT' | 'CAN_WRITE' | 'CAN_CONTROL';
  readonly target: string;
  readonly held: Held;
  readonly reason: string;
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

/** Who is asked about, and with which policies. */
interface Asking extends GrantOptions {
  readonly principal: Principal;
  readonly identity: readonly Policy[];
}

export class GrantFinder {
  readonly #estate: Estate;
  readonly #shelves: readonly Shelf[];
  readonly #bundles = new Map<string, Bundle>();
  readonly #levels = new Map<Thing, ReadonlySet<GrantLevel>>();

  constructor(estate: Estate, catalogue: Catalogue) {
    this.#estate = estate;
    this.#shelves = shelvesOf(estate, catalogue);
    for (const { things, actions } of this.#shelves) {
      const levels = new Set(actions.map(({ level }) => level));
      for (const thing of things) this.#levels.set(thing, levels);
    }
  }

  /** The levels that some action gives on a thing. */
  levelsOf(thing: Thing): ReadonlySet<GrantLevel> {
    return this.#levels.get(thing) ?? NO_LEVELS;
  }

  edgesOf(principal: Principal, options: GrantOptions = {}): GrantEdge[] {
    return this.bundlesOf(principal, options).flatMap((bundle) => bundle.edges);
  }

  /** One for each shelf on which the principal may do anything. */
  bundlesOf(principal: Principal, options: GrantOptions = {}): Bundle[] {
    const asking: Asking = { ...options, principal, identity: [...principal.identity, ...(options.extra ?? [])] };
    return this.#shelves.flatMap((shelf) => this.#bundle(asking, shelf) ?? []).filter(({ edges }) => edges.length > 0);
  }

  /** Whether the policy of some thing may tell this principal from others with the same rights. */
  isNamed(principal: Principal): boolean {
    return this.#shelves.some((shelf) => isNamedOn(shelf, principal) || shelf.policies.some(dependsOnAsker));
  }

  #bundle(asking: Asking, shelf: Shelf): Bundle | undefined {
    const { principal, identity, extra, beyond } = asking;
    const isOwn = shelf.account === principal.account;
    const open = shelf.part === 'governed' ? openTo(shelf, principal) : NO_THINGS;
    const mayWant = identity.some((policy) => digestOf(policy, shelf.topic).content !== '');
    if (isOwn ? !mayWant && open.size === 0 : !mayWant || open.size === 0) return undefined;
    const around = [...shelf.policies, ...this.#resourceControl(shelf)];
    const own = isNamedOn(shelf, principal);
    const signature = signatureOf(principal, { own, topic: shelf.topic, around, ...(extra && { extra }) });
    const id = JSON.stringify([shelf.id, isOwn && beyond !== undefined, signature]);
    const known = this.#bundles.get(id);
    if (known) return known;
    const edges = shelf.part === 'governed' ? this.#governedEdges(asking, shelf, open) : this.#plainEdges(asking, shelf);
    const bundle = { id, edges: [...edges] };
    this.#bundles.set(id, bundle);
    return bundle;
  }

  #resourceControl({ account }: Shelf): Policy[] {
    return (this.#estate.guardrails(account).resourceControl ?? []).flat();
  }

  *#plainEdges(asking: Asking, shelf: Shelf): Generator<GrantEdge> {
    const { principal, identity, extra = [], beyond } = asking;
    const actions = shelf.actions.filter(({ action }) => mentions(identity, action));
    if (actions.length === 0) return;
    const marks = this.#marks(asking, shelf, actions);
    const answers = new Map<string, Rights>();
    const rightsAt = (thing: Thing): Rights => {
      const mark = marks.of(thing);
      const known = answers.get(mark);
      if (known) return known;
      const rights = this.#rights({ principal, thing, actions, extra });
      answers.set(mark, rights);
      return rights;
    };
    const common = marks.fewSingled && shelf.things.find((thing) => !marks.fewSingled?.has(thing));
    const rest = common && Object.keys(rightsAt(common)).length === 0;
    for (const thing of rest ? (marks.fewSingled as ReadonlyMap<Thing, string>).keys() : shelf.things)
      if (!beyond || beyond(thing)) yield* edgesFrom(thing, rightsAt(thing));
  }

  /** Texts that are equal for things that no statement, tag or key tells apart. */
  #marks({ principal, identity }: Asking, shelf: Shelf, actions: readonly LevelAction[]): Marks {
    const policies = [...identity, ...limitsOf(principal), ...this.#resourceControl(shelf)];
    const globs = new Set<string>();
    for (const policy of policies)
      for (const statement of new Set(actions.flatMap(({ action }) => statementsFor(policy, action))))
        for (const pattern of statement.resources ?? []) {
          const filled = this.#filled(pattern, principal);
          if (filled !== undefined && filled !== ANY) globs.add(filled);
        }
    const singled = singledOut(shelf.things, globs);
    const tags = [...new Set(policies.flatMap((policy) => digestOf(policy, shelf.topic).resourceTags))].sort();
    if (tags.length === 0 && shelf.part === 'plain') return { of: (thing) => singled.get(thing) ?? '', fewSingled: singled };
    const byTags = tagMarks(shelf.things, tags);
    return { of: (thing) => `${singled.get(thing) ?? ''}\n${byTags.get(thing)}\n${thing.encryptedBy ?? ''}` };
  }

  *#governedEdges(
    { principal, identity, extra = [], beyond }: Asking,
    shelf: Shelf,
    open: ReadonlySet<Thing>,
  ): Generator<GrantEdge> {
    const isOwn = shelf.account === principal.account;
    const reached = isOwn ? reachedBy(identity, shelf) : NO_THINGS;
    for (const thing of new Set([...reached, ...open])) {
      if (isOwn && beyond && !beyond(thing)) continue;
      const policies = [...identity, thing.policy as Policy];
      const actions = shelf.actions.filter(({ action }) => mentions(policies, action));
      if (actions.length > 0) yield* edgesFrom(thing, this.#rights({ principal, thing, actions, extra }));
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

  #heldFor({ principal, thing, action, extra }: AskedOf): Held | undefined {
    let found: Held | undefined;
    for (const resource of this.#placesOf({ principal, thing, action, extra })) {
      const verdict = this.#estate.ask({ principal, action: action.action, resource, extra });
      found = surer(found, heldBy([verdict], principal.unsure));
      if (found && rankOf(found) === 0) break;
    }
    const key = found && thing.encryptedBy !== undefined && KEY_ACTION[action.level];
    if (!found || !key) return found;
    const opened = heldBy(
      [this.#estate.ask({ principal, action: key, resource: thing.encryptedBy as string, extra })],
      principal.unsure,
    );
    return opened && both(found, opened);
  }

  /** The resources that a request about the thing may name: itself, or things in it that some layer speaks of. */
  *#placesOf({ principal, thing, action, extra }: AskedOf): Generator<string> {
    if (action.on !== 'child') {
      yield action.on === 'any' ? '*' : thing.arn;
      return;
    }
    const places = new Set([`${thing.arn}/${PROBE}`]);
    if (thing.arn.includes(':log-group:')) places.add(`${thing.arn.replace(/:\*$/, '')}:log-stream:${PROBE}`);
    const layers = [...principal.identity, ...extra, ...(thing.policy ? [thing.policy] : []), ...limitsOf(principal)];
    // What a denial leaves out may be all that is open.
    for (const policy of layers)
      for (const { effect, notResource, resources } of statementsFor(policy, action.action))
        if (notResource === (effect === 'Deny'))
          for (const pattern of resources ?? []) {
            const glob = this.#filled(pattern, principal);
            if (glob !== undefined) addPlace(places, glob, thing.arn);
          }
    yield* places;
  }

  /** A pattern's glob, its variables taken from the principal; undefined when one has no value. */
  #filled({ glob, text }: ResourcePattern, principal: Principal): string | undefined {
    return glob ?? substitute(text, this.#estate.factsOf(principal, '*', principal.account))?.glob;
  }
}

/** A question about one action on a thing. */
type AskedOf = Omit<Asked, 'actions'> & { readonly action: LevelAction };

interface Asked {
  readonly principal: Principal;
  readonly thing: Thing;
  readonly actions: readonly LevelAction[];
  readonly extra: readonly Policy[];
}

const NO_THINGS: ReadonlySet<Thing> = new Set();

interface Marks {
  of(thing: Thing): string;
  /** The things whose mark is not the empty one, where only patterns tell things apart. */
  readonly fewSingled?: ReadonlyMap<Thing, string>;
}

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
];

function dependsOnAsker(policy: Policy): boolean {
  const { byName, byKind, principalTags } = digestOf(policy);
  return byName || byKind || principalTags.length > 0;
}

/** Things with a policy of their own that identity policies may reach. */
function reachedBy(identity: readonly Policy[], { actions, things }: Shelf): ReadonlySet<Thing> {
  const found = new Set<Thing>();
  const statements = new Set(actions.flatMap(({ action }) => identity.flatMap((policy) => statementsFor(policy, action))));
  for (const { effect, notResource, resources } of statements) {
    if (effect !== 'Allow') continue;
    const globs = notResource ? [undefined] : (resources ?? []).map((pattern) => pattern.glob);
    if (globs.some((glob) => glob === undefined || glob === ANY)) return new Set(things);
    for (const glob of globs) for (const { thing } of named(things, glob as string)) found.add(thing);
  }
  return found;
}

/** The things that some pattern tells from the rest, with marks of which patterns do: equal marks, equal rights. */
function singledOut(things: readonly Thing[], globs: Iterable<string>): Map<Thing, string> {
  const found = new Map<Thing, string>();
  let number = 0;
  for (const glob of globs) {
    number++;
    for (const { thing, mark } of named(things, glob)) found.set(thing, `${found.get(thing) ?? ''} ${number}${mark}`);
  }
  return found;
}

const PROBE = 'interlock-probe';

function addPlace(places: Set<string>, glob: string, arn: string): void {
  if (glob.startsWith(`${arn}/`) || glob.startsWith(`${arn}:`)) places.add(instanceOf(glob, PROBE));
  else if (liesIn(glob, arn)) places.add(arn + instanceOf(glob.slice(glob.indexOf('/', Math.min(glob.length, 13))), PROBE));
}
