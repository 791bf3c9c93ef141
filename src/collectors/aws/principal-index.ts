/** Whose policies speak of an action: principal × action pattern, so that who-can asks few principals instead of all. */
import { type Policy, type Statement, statementsFor } from '../../iam/aws/document.ts';
import { matchesArn } from '../../iam/aws/glob.ts';
import { grouped } from '../../model/grouped.ts';
import type { Principal } from './principals.ts';

export class PrincipalIndex {
  readonly byAccount: ReadonlyMap<string, readonly Principal[]>;
  readonly byUniqueId: ReadonlyMap<string, Principal>;
  /** `<account>/<role name>`, as session ARNs name roles. */
  readonly byRoleName: ReadonlyMap<string, Principal>;
  readonly #holders = new Map<Policy, Principal[]>();
  readonly #byService = new Map<string, Policy[]>();
  readonly #ofAnyService: Policy[] = [];
  readonly #lacking: Principal[] = [];

  constructor(principals: readonly Principal[]) {
    this.byAccount = grouped(principals, ({ account }) => account);
    this.byUniqueId = new Map(principals.map((one) => [one.record.uniqueId, one]));
    this.byRoleName = new Map(
      principals.filter(({ kind }) => kind === 'role').map((one) => [`${one.account}/${one.name}`, one] as const),
    );
    for (const principal of principals) {
      if (principal.absent.length > 0) this.#lacking.push(principal);
      for (const policy of principal.identity) this.#add(policy, principal);
    }
  }

  #add(policy: Policy, principal: Principal): void {
    const holders = this.#holders.get(policy);
    if (holders) {
      holders.push(principal);
      return;
    }
    this.#holders.set(policy, [principal]);
    if (!policy.services) this.#ofAnyService.push(policy);
    for (const service of policy.services ?? []) {
      const list = this.#byService.get(service);
      if (list) list.push(policy);
      else this.#byService.set(service, [policy]);
    }
  }

  /** Those whose own policies may allow the action on the resource, conditions aside; and those of whom a document is absent. */
  mayAllow(action: string, resource: string): Set<Principal> {
    const lower = action.toLowerCase();
    const service = lower.slice(0, lower.indexOf(':'));
    const found = new Set<Principal>(this.#lacking);
    for (const policies of [this.#byService.get(service) ?? [], this.#ofAnyService])
      for (const policy of policies) {
        if (!statementsFor(policy, lower).some((statement) => mayTakeIn(statement, resource))) continue;
        for (const principal of this.#holders.get(policy) ?? []) found.add(principal);
      }
    return found;
  }
}

const mayTakeIn = ({ effect, notResource, resources }: Statement, resource: string): boolean =>
  effect === 'Allow' &&
  (notResource || !resources || resources.some(({ glob }) => glob === undefined || matchesArn(glob, resource)));
