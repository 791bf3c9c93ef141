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
import { both, type Held, rankOf, surer } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { Assumption } from '../trust.ts';
import { ControlMap } from './control-map.ts';
import { canCreateAdministrator, createAdministrator } from './create-administrator.ts';
import { type Change, dormantVersions } from './dormant-version.ts';
import { type PolicyPower, policyPowers, selfPower } from './edit-policy.ts';
import { ESCALATION_PATHS } from './index.ts';
import { asMember, type GroupPower, groupPowers } from './join-group.ts';
import { loosened } from './loosen.ts';
import { newMembers } from './new-member.ts';
import type { Board, Escalation } from './path.ts';
import { escalationSignature, REWRITES } from './topic.ts';
import { type OverOthers, withSomebody } from './with-somebody.ts';

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
  readonly #control: ControlMap;
  readonly #signature: (principal: Principal) => string;
  readonly #powers = new Map<Principal, OverOthers>();
  readonly #shared = new Map<string, OverOthers>();
  readonly #limits = new WeakMap<Principal, { readonly held: Held | undefined }>();
  readonly #bundles = new Map<string, PathBundle>();

  constructor(board: Board, grants: GrantFinder, assumptions: readonly Assumption[]) {
    this.#board = board;
    this.#grants = grants;
    this.#control = new ControlMap(board.estate);
    this.#signature = escalationSignature(board.estate);
    for (const { from, role, held } of assumptions) this.#control.connect(from, role.key, held);
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

  #add(principal: Principal, found: Escalation): void {
    const { escalations } = this.of(principal);
    const known = escalations.get(found.target);
    if (known && surer(known.held, found.held) === known.held) return;
    escalations.set(found.target, found);
    this.#control.connect(principal.key, found.target, found.held);
  }

  #ownPaths(): void {
    for (const principal of this.#board.estate.people.principals) {
      this.of(principal).paths = this.#paths(principal);
      for (const found of this.of(principal).paths.escalations) this.#add(principal, found);
      if (this.isAdministrator(principal)) continue;
      const powers = this.#overOthers(principal);
      if (powers.mayChange) this.#powers.set(principal, powers);
      const self = selfPower(this.#board, principal);
      if (self) this.#become(principal, principal, self);
      for (const change of dormantVersions(this.#board, principal, principal)) this.#change(principal, change);
      for (const change of newMembers(this.#board, principal, powers.joins)) this.#change(principal, change);
      const loose = loosened(this.#board, principal, principal);
      if (loose) this.#change(principal, loose);
    }
  }

  /** Shared by principals of one signature: what one may do to somebody else, the other may too. */
  #overOthers(principal: Principal): OverOthers {
    const id = this.#signature(principal);
    const known = this.#shared.get(id);
    if (known) return known;
    const edits = policyPowers(this.#board, principal);
    const joins = [...groupPowers(this.#board, principal)];
    const rewrites = REWRITES.some((action) => this.#board.estate.mentions(principal, action));
    const powers = { edits, joins, rewrites, mayChange: rewrites || edits.size > 0 || joins.length > 0 };
    this.#shared.set(id, powers);
    return powers;
  }

  /** All single paths of `acting` count for `principal`. */
  #pathsOf(principal: Principal, acting: Principal, through: Through): void {
    for (const found of this.#paths(acting).escalations) {
      const reason = `${through.reason}; then ${found.reason}`;
      this.#add(principal, { ...found, held: both(through.held, found.held), reason });
    }
  }

  #paths(acting: Principal): PathBundle {
    const id = JSON.stringify(['paths', this.#signature(acting)]);
    const known = this.#bundles.get(id);
    if (known) return known;
    const bundle = { id, escalations: this.#escalations(acting) };
    this.#bundles.set(id, bundle);
    return bundle;
  }

  /** Control of the account says all the rest. */
  #escalations(acting: Principal): readonly Escalation[] {
    const administrator = [...createAdministrator.find(this.#board, acting)];
    if (administrator.some(({ held }) => rankOf(held) === 0)) return administrator;
    return ESCALATION_PATHS.flatMap((path) => [...path.find(this.#board, acting)]);
  }

  /** The principal acts as `over` with any policy: the account, or what boundary and guardrails leave of it. */
  #become(principal: Principal, holder: Principal, { over, held, reason }: PolicyPower): void {
    const limit = this.limitOf(over);
    const loose = limit ? undefined : loosened(this.#board, holder, over);
    const looser = loose && this.limitOf(loose.changed);
    const target = awsAccount(over.account);
    if (limit) this.#add(principal, { target, held: both(held, limit), reason });
    else if (loose && looser)
      this.#add(principal, { target, held: both(held, both(loose.held, looser)), reason: `${loose.reason}; ${reason}` });
    else
      this.of(principal).grants.push(
        ...this.#grants.edgesOf(over, { extra: [allowEverything] }).map((edge) => raised(edge, held, reason)),
      );
  }

  /** Undefined when even every policy would not make the identity an administrator. */
  limitOf(over: Principal): Held | undefined {
    const known = this.#limits.get(over);
    if (known) return known.held;
    const held = canCreateAdministrator(this.#board, { ...over, identity: [...over.identity, allowEverything] });
    this.#limits.set(over, { held });
    return held;
  }

  /** The principal acts with policies other than today's. */
  #change(principal: Principal, { changed, held, reason }: Change): void {
    this.#pathsOf(principal, changed, { held, reason });
    const power = selfPower(this.#board, changed);
    if (power)
      this.#become(principal, changed, {
        over: changed,
        held: both(held, power.held),
        reason: `${reason}; then ${power.reason}`,
      });
    const roles = this.#board.estate.mentions(changed, 'sts:AssumeRole') ? this.#board.roles : [];
    for (const role of roles) {
      if (role.arn === changed.arn || role.account !== changed.account) continue;
      const assumed = this.#board.can(changed, { action: 'sts:AssumeRole', resource: role.arn });
      if (assumed)
        this.#add(principal, { target: role.key, held: both(held, assumed), reason: `${reason}; then sts:AssumeRole` });
    }
    if (!this.isAdministrator(principal))
      this.of(principal).grants.push(...this.#grants.edgesOf(changed).map((edge) => raised(edge, held, reason)));
  }

  #conjunctions(): void {
    if (this.#powers.size === 0) return;
    for (const ceiling of [0, 1, 2]) while (this.#round(ceiling));
    for (const [principal, powers] of this.#powers) {
      if (this.of(principal).escalations.has(awsAccount(principal.account))) continue;
      const found = withSomebody({ board: this.#board, powers: this, principal, over: powers });
      if (found) this.#add(principal, found);
    }
  }

  /** One pass over everybody with steps no less sure than the ceiling. True when somebody gained control of something. */
  #round(ceiling: number): boolean {
    let gained = false;
    for (const principal of this.#board.estate.people.principals) {
      const account = awsAccount(principal.account);
      const held = this.of(principal).escalations.get(account)?.held;
      if (held && rankOf(held) <= ceiling) continue;
      const reach = this.#control.reach(principal.key, account, ceiling);
      if (!reach) continue;
      for (const [actor, way] of reach) gained = this.#use(principal, { actor, way, reach, ceiling }) || gained;
    }
    return gained;
  }

  #use(principal: Principal, { actor, way, reach, ceiling }: Used): boolean {
    const holder = this.#board.estate.byArn.get(arnOf(actor));
    const powers = holder && this.#powers.get(holder);
    if (!powers) return false;
    const before = this.#weight(principal);
    for (const [key, control] of reach) {
      const over = this.#board.estate.byArn.get(arnOf(key));
      if (over) this.#useOn(principal, { holder, over, powers, ceiling, held: both(way, control) });
    }
    return this.#weight(principal) !== before;
  }

  /** The principal controls `holder`, who has power over `over`, and `over` too. */
  #useOn(principal: Principal, { holder, over, powers, ceiling, held }: UsedOn): void {
    const as = holder === principal ? '' : `as ${holder.name}: `;
    const edit = holder === over ? undefined : powers.edits.get(over.key);
    if (edit && rankOf(edit.held) <= ceiling)
      this.#once(`edit ${principal.key} ${over.key} ${rankOf(both(held, edit.held))}`, () =>
        this.#become(principal, holder, { over, held: both(held, edit.held), reason: as + edit.reason }),
      );
    if (over.kind === 'user')
      for (const { group, held: join } of powers.joins)
        if (rankOf(join) <= ceiling && !over.groups.includes(group) && over.account === group.account)
          this.#joinOnce(principal, { user: over, group, held: both(held, join) });
    if (powers.rewrites && holder !== over)
      this.#once(`rewrite ${principal.key} ${holder.key} ${over.key} ${rankOf(held)}`, () => {
        const loose = loosened(this.#board, holder, over);
        for (const change of [...dormantVersions(this.#board, holder, over), ...(loose ? [loose] : [])])
          this.#change(principal, { ...change, held: both(held, change.held), reason: as + change.reason });
      });
  }

  readonly #done = new Set<string>();

  #once(id: string, effect: () => void): void {
    if (this.#done.has(id)) return;
    this.#done.add(id);
    effect();
  }

  #joinOnce(principal: Principal, { user, group, held }: { user: Principal; group: GroupPower['group']; held: Held }): void {
    const who = user === principal ? 'itself' : user.name;
    const reason = `iam:AddUserToGroup of ${who} to ${group.record.name}`;
    this.#once(`join ${principal.key} ${user.key} ${group.key} ${rankOf(held)}`, () =>
      this.#change(principal, { changed: asMember(user, group), held, reason }),
    );
  }

  /** Grows with every gain that others may build on. */
  #weight(principal: Principal): number {
    return [...this.of(principal).escalations.values()].reduce((sum, one) => sum + 3 - rankOf(one.held), 0);
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

interface UsedOn {
  readonly holder: Principal;
  readonly over: Principal;
  readonly powers: OverOthers;
  readonly ceiling: number;
  readonly held: Held;
}

const raised = (edge: GrantEdge, held: Held, reason: string): GrantEdge => ({
  ...edge,
  held: both(held, edge.held),
  reason: `${reason}; then ${edge.reason}`,
});
