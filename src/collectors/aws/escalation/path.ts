/** What an escalation path is, and the questions that paths ask. A path ends at what it yields, and needs *all* its permissions. */
import { type Policy, type Statement, statementsFor } from '../../../iam/aws/document.ts';
import { type KeyFact, values } from '../../../iam/aws/facts.ts';
import { ANY, matchesArn } from '../../../iam/aws/glob.ts';
import { grouped } from '../../../model/grouped.ts';
import type { Estate } from '../estate.ts';
import { both, type Held, heldBy, rankOf, SURE, surer } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { Thing } from '../things.ts';
import type { Assumption } from '../trust.ts';

export interface Escalation {
  /** An entity key: an identity, a workload, or the account. */
  readonly target: string;
  readonly held: Held;
  readonly reason: string;
}

export interface EscalationPath {
  /** Stable, kebab-case. */
  readonly id: string;
  /** What makes it so. */
  readonly source: string;
  /** Every action that it asks about for the principal: principals whose policies say the same of them share the answer. */
  readonly actions: readonly string[];
  readonly find: (board: Board, principal: Principal) => Iterable<Escalation>;
}

/** One permission of several that are needed together. */
export interface Need {
  readonly action: string;
  /** The ARN of a thing, or a template of the ARN of a new one. */
  readonly resource: string;
  readonly facts?: ReadonlyMap<string, KeyFact>;
  /** The policy of something that was not collected. */
  readonly resourcePolicy?: Policy;
}

export class Board {
  readonly estate: Estate;
  readonly users: readonly Principal[];
  readonly roles: readonly Principal[];
  readonly #trusting = new Map<string, Passable[]>();
  readonly #assumed: ReadonlyMap<string, readonly Assumption[]>;
  readonly #things = new Map<string, Thing[]>();
  readonly #neighbours: ReadonlyMap<string, readonly Principal[]>;
  readonly #passable = new WeakMap<Principal, Map<string, readonly Passable[]>>();

  constructor(estate: Estate, found: readonly Assumption[]) {
    this.estate = estate;
    this.users = estate.people.principals.filter((principal) => principal.kind === 'user');
    this.roles = estate.people.principals.filter((principal) => principal.kind === 'role' && !principal.serviceLinked);
    for (const { from, role, held } of found) {
      if (!from.startsWith(SERVICE) || role.serviceLinked) continue;
      push(this.#trusting, `${role.account} ${from.slice(SERVICE.length)}`, { role, held });
    }
    this.#assumed = grouped(found, (one) => one.from);
    this.#neighbours = grouped(estate.people.principals, (one) => one.account);
    for (const thing of estate.things.values()) push(this.#things, `${thing.item.account} ${thing.item.type}`, thing);
  }

  /** Roles of an account whose trust policy accepts a service. */
  trusting(service: string, account: string): readonly Passable[] {
    return this.#trusting.get(`${account} ${service}`) ?? [];
  }

  /** Roles that a principal may pass to a service and that the service may then assume. */
  passable(principal: Principal, service: string): readonly Passable[] {
    const byService = this.#passable.get(principal) ?? new Map<string, readonly Passable[]>();
    this.#passable.set(principal, byService);
    const known = byService.get(service);
    if (known) return known;
    const facts = new Map([['iam:passedtoservice', values(service)]]);
    const found: Passable[] = [];
    for (const { role, held } of this.trusting(service, principal.account)) {
      const pass = this.can(principal, { action: 'iam:PassRole', resource: role.arn, facts });
      if (pass) found.push({ role, held: both(pass, held) });
    }
    byService.set(service, found);
    return found;
  }

  /** The roles that an identity may assume. */
  assumedBy(principal: Principal): readonly Assumption[] {
    return this.#assumed.get(principal.key) ?? [];
  }

  /** Users and roles of the same account, itself included. */
  neighbours(principal: Principal): readonly Principal[] {
    return this.#neighbours.get(principal.account) ?? [];
  }

  /** Collected things of these Config types in an account. */
  things(types: readonly string[], account: string): readonly Thing[] {
    const [only] = types;
    const listOf = (type: string): readonly Thing[] => this.#things.get(`${account} ${type}`) ?? [];
    return types.length === 1 ? listOf(only as string) : types.flatMap(listOf);
  }

  mentionsAll(principal: Principal, actions: readonly string[]): boolean {
    return actions.every((action) => this.estate.mentions(principal, action));
  }

  /** Whether some Allow's resources take in a thing, conditions and other layers aside: a cheap no. */
  mayReach(principal: Principal, action: string, thing: Thing): boolean {
    if (thing.policy) return true;
    return principal.identity.some((policy) =>
      statementsFor(policy, action.toLowerCase()).some((statement) => namesThing(statement, thing)),
    );
  }

  /** Whether no statement on these actions, of any layer, tells one thing without a policy of its own from another. */
  treatsAlike(principal: Principal, actions: readonly string[]): boolean {
    const { serviceControl, resourceControl } = principal.guardrails;
    const layers = [principal.identity, principal.boundary ?? [], (serviceControl ?? []).flat(), (resourceControl ?? []).flat()];
    return layers
      .flat()
      .every((policy) => actions.every((action) => statementsFor(policy, action.toLowerCase()).every(tellsNothingApart)));
  }

  can(principal: Principal, need: Need): Held | undefined {
    return heldBy([this.estate.ask({ principal, ...need })], principal.unsure);
  }

  canAll(principal: Principal, needs: readonly Need[]): Held | undefined {
    let held: Held | undefined = SURE;
    for (const need of needs) {
      const one = this.can(principal, need);
      if (!one) return undefined;
      held = both(held, one);
    }
    return held;
  }

  /** All actions on one new thing, whose name is chosen so that they are allowed together. */
  canCreate(principal: Principal, actions: readonly string[], template: string): Held | undefined {
    const names = new Set(actions.flatMap((action) => this.estate.namesFor(principal, action, template)));
    let found: Held | undefined;
    for (const resource of names) {
      found = surer(
        found,
        this.canAll(
          principal,
          actions.map((action) => ({ action, resource })),
        ),
      );
      if (found && rankOf(found) === 0) break;
    }
    return found;
  }
}

const SERVICE = 'external:aws-service/';

/** A role, and how surely it is trusted or passed. */
export interface Passable {
  readonly role: Principal;
  readonly held: Held;
}

function push<T>(lists: Map<string, T[]>, key: string, one: T): void {
  const list = lists.get(key);
  if (list) list.push(one);
  else lists.set(key, [one]);
}

const ABOUT_RESOURCE = /resource|tag\//;

const tellsNothingApart = ({ notResource, resources, conditions }: Statement): boolean =>
  !notResource &&
  (resources ?? []).every(({ glob }) => glob === ANY) &&
  !conditions.some((test) => ABOUT_RESOURCE.test(test.key));

const namesThing = ({ effect, notResource, resources }: Statement, thing: Thing): boolean =>
  effect === 'Allow' && (notResource || (resources ?? []).some(({ glob }) => glob === undefined || matchesArn(glob, thing.arn)));

/** The surest of several ways; undefined when none is open. */
export function anyOf(ways: Iterable<Held | undefined>): Held | undefined {
  let found: Held | undefined;
  for (const way of ways) found = surer(found, way);
  return found;
}
