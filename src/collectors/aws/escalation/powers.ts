/**
 * Powers that need control of somebody too: writing the policies of an identity, or adding a user to a group, helps whoever acts
 * as that identity. Control is followed over what is already known, sure steps first, until nothing new comes.
 *
 *   P ──control──► X ── may write the policies of ──► B        P ──control──► B        ⇒  P gets what B may become
 *
 * Cost: one walk over the principals for each that has, or controls one that has, such a power and not yet its account.
 */
import { allowEverything } from '../../../iam/aws/document.ts';
import { arnOf, awsAccount } from '../../../model/keys.ts';
import type { GrantEdge, GrantFinder } from '../grants.ts';
import { both, type Held, rankOf, SURE, surer } from '../held.ts';
import type { Principal } from '../principals.ts';
import { signatureOf } from '../signature.ts';
import type { Assumption } from '../trust.ts';
import { canCreateAdministrator } from './create-administrator.ts';
import { dormantVersions } from './dormant-version.ts';
import { type PolicyPower, policyPowers } from './edit-policy.ts';
import { ESCALATION_PATHS } from './index.ts';
import { asMember, type GroupPower, groupPowers } from './join-group.ts';
import type { Board, Escalation } from './path.ts';

/** What a principal gains, beside its grants: control of something, or rights as after a change that it may make. */
export interface Gains {
  /** By its own permissions alone; shared by principals of one signature, itself among the targets. */
  paths: PathBundle;
  readonly escalations: Map<string, Escalation>;
  readonly grants: GrantEdge[];
}

export interface PathBundle {
  /** The same in every collection. */
  readonly id: string;
  readonly escalations: readonly Escalation[];
}

const NO_PATHS: PathBundle = { id: '', escalations: [] };

export class Powers {
  readonly #board: Board;
  readonly #grants: GrantFinder;
  readonly #gains = new Map<Principal, Gains>();
  readonly #control = new Map<string, Map<string, Held>>();
  readonly #edits = new Map<Principal, readonly PolicyPower[]>();
  readonly #joins = new Map<Principal, readonly GroupPower[]>();
  readonly #limits = new Map<Principal, Held | null>();
  readonly #bundles = new Map<string, PathBundle>();

  constructor(board: Board, grants: GrantFinder, assumptions: readonly Assumption[]) {
    this.#board = board;
    this.#grants = grants;
    for (const { from, role, held } of assumptions) this.#connect(from, role.key, held);
    for (const thing of board.estate.things.values())
      for (const arn of thing.runsAs) {
        const role = board.estate.roleBehind(arn);
        if (role) this.#connect(thing.key, role.key, SURE);
      }
    this.#ownPaths();
    this.#conjunctions();
  }

  of(principal: Principal): Gains {
    const known = this.#gains.get(principal);
    if (known) return known;
    const gains: Gains = { paths: NO_PATHS, escalations: new Map(), grants: [] };
    this.#gains.set(principal, gains);
    return gains;
  }

  /** True when the account itself is surely in this principal's hands. */
  isAdministrator(principal: Principal): boolean {
    const found = this.#gains.get(principal)?.escalations.get(awsAccount(principal.account));
    return found !== undefined && rankOf(found.held) === 0;
  }

  #connect(from: string, to: string, held: Held): void {
    const targets = this.#control.get(from) ?? new Map<string, Held>();
    targets.set(to, surer(targets.get(to), held) as Held);
    this.#control.set(from, targets);
  }

  #add(principal: Principal, found: Escalation): void {
    const { escalations } = this.of(principal);
    const known = escalations.get(found.target);
    if (known && surer(known.held, found.held) === known.held) return;
    escalations.set(found.target, found);
    this.#connect(principal.key, found.target, found.held);
  }

  #ownPaths(): void {
    for (const principal of this.#board.estate.people.principals) {
      this.of(principal).paths = this.#paths(principal);
      for (const found of this.of(principal).paths.escalations) this.#add(principal, found);
      const edits = [...policyPowers(this.#board, principal)];
      const joins = [...groupPowers(this.#board, principal)];
      if (edits.length > 0) this.#edits.set(principal, edits);
      if (joins.length > 0) this.#joins.set(principal, joins);
      for (const { over, held, reason } of edits) if (over === principal) this.#become(principal, { over, held, reason });
      for (const { changed, held, reason } of dormantVersions(this.#board, principal))
        this.#change(principal, { changed, held, reason });
    }
  }

  /** All single paths of `acting` count for `principal`. */
  #pathsOf(principal: Principal, acting: Principal, through: Through): void {
    for (const found of this.#paths(acting).escalations) {
      const reason = `${through.reason}; then ${found.reason}`;
      this.#add(principal, { ...found, held: both(through.held, found.held), reason });
    }
  }

  #paths(acting: Principal): PathBundle {
    const id = JSON.stringify(['paths', signatureOf(acting, { own: this.#grants.isNamed(acting) })]);
    const known = this.#bundles.get(id);
    if (known) return known;
    const bundle = { id, escalations: ESCALATION_PATHS.flatMap((path) => [...path.find(this.#board, acting)]) };
    this.#bundles.set(id, bundle);
    return bundle;
  }

  /** The principal acts as `over` with any policy: the account, or what boundary and guardrails leave of it. */
  #become(principal: Principal, { over, held, reason }: PolicyPower): void {
    const limit = this.#limitOf(over);
    if (limit) this.#add(principal, { target: awsAccount(over.account), held: both(held, limit), reason });
    else
      this.of(principal).grants.push(
        ...this.#grants.edgesOf(over, { extra: [allowEverything] }).map((edge) => raised(edge, held, reason)),
      );
  }

  /** Undefined when even every policy would not make the identity an administrator. */
  #limitOf(over: Principal): Held | undefined {
    const known = this.#limits.get(over);
    if (known !== undefined) return known ?? undefined;
    const found = canCreateAdministrator(this.#board, { ...over, identity: [...over.identity, allowEverything] });
    this.#limits.set(over, found ?? null);
    return found;
  }

  /** The principal acts with policies other than today's. */
  #change(
    principal: Principal,
    { changed, held, reason }: { readonly changed: Principal; readonly held: Held; readonly reason: string },
  ): void {
    const through = { held, reason };
    this.#pathsOf(principal, changed, through);
    for (const power of policyPowers(this.#board, changed))
      if (power.over.arn === changed.arn)
        this.#become(principal, { over: changed, held: both(held, power.held), reason: `${reason}; then ${power.reason}` });
    for (const role of this.#board.roles) {
      if (role.arn === changed.arn || role.account !== changed.account) continue;
      const assumed = this.#board.can(changed, { action: 'sts:AssumeRole', resource: role.arn });
      if (assumed)
        this.#add(principal, { target: role.key, held: both(held, assumed), reason: `${reason}; then sts:AssumeRole` });
    }
    if (!this.isAdministrator(principal))
      this.of(principal).grants.push(...this.#grants.edgesOf(changed).map((edge) => raised(edge, held, reason)));
  }

  #conjunctions(): void {
    if (this.#edits.size === 0 && this.#joins.size === 0) return;
    for (const ceiling of [0, 1, 2]) while (this.#round(ceiling));
  }

  /** One pass over everybody with steps no less sure than the ceiling. True when somebody gained control of something. */
  #round(ceiling: number): boolean {
    let gained = false;
    for (const principal of this.#board.estate.people.principals) {
      const account = awsAccount(principal.account);
      const held = this.of(principal).escalations.get(account)?.held;
      if (held && rankOf(held) <= ceiling) continue;
      const reach = this.#reach(principal, ceiling);
      if (reach.has(account)) continue;
      for (const [actor, way] of reach) gained = this.#use(principal, { actor, way, reach, ceiling }) || gained;
    }
    return gained;
  }

  #use(principal: Principal, { actor, way, reach, ceiling }: Used): boolean {
    const holder = this.#board.estate.byArn.get(arnOf(actor));
    if (!holder) return false;
    const before = this.#weight(principal);
    for (const { over, held, reason } of this.#edits.get(holder) ?? []) {
      const control = reach.get(over.key);
      if (!control || rankOf(held) > ceiling || (over === principal && holder === principal)) continue;
      this.#becomeOnce(principal, {
        over,
        held: both(both(way, held), control),
        reason: holder === principal ? reason : `as ${holder.name}: ${reason}`,
      });
    }
    for (const { group, held } of this.#joins.get(holder) ?? []) {
      if (rankOf(held) > ceiling) continue;
      for (const user of this.#board.users) {
        const control = reach.get(user.key);
        if (!control || user.groups.includes(group) || user.account !== group.account) continue;
        this.#joinOnce(principal, { user, group, held: both(both(way, held), control) });
      }
    }
    return this.#weight(principal) !== before;
  }

  readonly #done = new Set<string>();

  #becomeOnce(principal: Principal, power: PolicyPower): void {
    const id = `${principal.key} ${power.over.key} ${rankOf(power.held)}`;
    if (this.#done.has(id)) return;
    this.#done.add(id);
    this.#become(principal, power);
  }

  #joinOnce(principal: Principal, { user, group, held }: { user: Principal; group: GroupPower['group']; held: Held }): void {
    const id = `${principal.key} ${user.key} ${group.key} ${rankOf(held)}`;
    if (this.#done.has(id)) return;
    this.#done.add(id);
    const who = user === principal ? 'itself' : user.name;
    this.#change(principal, {
      changed: asMember(user, group),
      held,
      reason: `iam:AddUserToGroup of ${who} to ${group.record.name}`,
    });
  }

  /** Grows with every gain that others may build on. */
  #weight(principal: Principal): number {
    return [...this.of(principal).escalations.values()].reduce((sum, one) => sum + 3 - rankOf(one.held), 0);
  }

  /** What the principal controls over steps no less sure than the ceiling, and how surely; itself included. */
  #reach(principal: Principal, ceiling: number): Map<string, Held> {
    const reached = new Map<string, Held>([[principal.key, SURE]]);
    for (const [key, held] of reached)
      for (const [target, step] of this.#control.get(key) ?? [])
        if (rankOf(step) <= ceiling && !reached.has(target)) reached.set(target, both(held, step));
    return reached;
  }
}

interface Through {
  readonly held: Held;
  readonly reason: string;
}

interface Used {
  readonly actor: string;
  readonly way: Held;
  readonly reach: ReadonlyMap<string, Held>;
  readonly ceiling: number;
}

const raised = (edge: GrantEdge, held: Held, reason: string): GrantEdge => ({
  ...edge,
  held: both(held, edge.held),
  reason: `${reason}; then ${edge.reason}`,
});
