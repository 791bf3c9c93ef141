/** What an escalation path is, and the questions that paths ask. A path ends at what it yields, and needs *all* its permissions. */
import { type Statement, statementsFor } from '../../../iam/aws/document.ts';
import type { KeyFact } from '../../../iam/aws/facts.ts';
import { matchesArn } from '../../../iam/aws/glob.ts';
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
  readonly find: (board: Board, principal: Principal) => Iterable<Escalation>;
}

/** One permission of several that are needed together. */
export interface Need {
  readonly action: string;
  /** The ARN of a thing, or a template of the ARN of a new one. */
  readonly resource: string;
  readonly facts?: ReadonlyMap<string, KeyFact>;
}

export class Board {
  readonly estate: Estate;
  readonly users: readonly Principal[];
  readonly roles: readonly Principal[];
  readonly #trusted = new Map<string, Map<string, Held>>();
  readonly #things = new Map<string, Thing[]>();

  constructor(estate: Estate, found: readonly Assumption[]) {
    this.estate = estate;
    this.users = estate.people.principals.filter((principal) => principal.kind === 'user');
    this.roles = estate.people.principals.filter((principal) => principal.kind === 'role' && !principal.serviceLinked);
    for (const { from, role, held } of found) {
      if (!from.startsWith(SERVICE)) continue;
      const services = this.#trusted.get(role.arn) ?? new Map<string, Held>();
      services.set(from.slice(SERVICE.length), held);
      this.#trusted.set(role.arn, services);
    }
    for (const thing of estate.things.values()) {
      const list = this.#things.get(thing.item.type) ?? [];
      list.push(thing);
      this.#things.set(thing.item.type, list);
    }
  }

  /** Whether the trust policy of a role accepts a service. */
  trusts(role: Principal, service: string): Held | undefined {
    return this.#trusted.get(role.arn)?.get(service);
  }

  /** Collected things of these Config types in an account. */
  things(types: readonly string[], account: string): Thing[] {
    return types.flatMap((type) => this.#things.get(type) ?? []).filter((thing) => thing.item.account === account);
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

const namesThing = ({ effect, notResource, resources }: Statement, thing: Thing): boolean =>
  effect === 'Allow' && (notResource || (resources ?? []).some(({ glob }) => glob === undefined || matchesArn(glob, thing.arn)));

/** The surest of several ways; undefined when none is open. */
export function anyOf(ways: Iterable<Held | undefined>): Held | undefined {
  let found: Held | undefined;
  for (const way of ways) found = surer(found, way);
  return found;
}
