import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { arnOf, awsAccount } from '../../model/keys.ts';
import { strangerOf } from './assumption-facts.ts';
import type { Estate } from './estate.ts';

/** What other accounts own and an account's facts point at: each is named once, as a stub. */
export class Strangers {
  readonly #named = new Set<string>();
  readonly #estate: Estate;
  readonly #account: string;

  constructor(estate: Estate, account: string) {
    this.#estate = estate;
    this.#account = account;
  }

  *named(relationships: readonly RelationshipFact[]): Generator<EntityFact> {
    for (const { target } of relationships) {
      if (this.#named.has(target)) continue;
      this.#named.add(target);
      const stub = this.#stubOf(target);
      if (stub) yield stub;
    }
  }

  #stubOf(key: string): EntityFact | undefined {
    const { things, byArn, people, inventory } = this.#estate;
    const thing = things.get(arnOf(key));
    if (thing) return thing.item.account === this.#account ? undefined : stub(key, thing.kind, thing.item.name);
    const principal = byArn.get(arnOf(key));
    if (principal) return principal.account === this.#account ? undefined : strangerOf(principal);
    const group = people.groups.find((one) => one.key === key);
    if (group) return group.account === this.#account ? undefined : stub(key, 'Group', group.record.name);
    const other = [...inventory.accounts.keys()].find((id) => awsAccount(id) === key);
    return other && other !== this.#account ? stub(key, 'Scope', other) : undefined;
  }
}

const stub = (key: string, kind: EntityFact['kind'], name: string): EntityFact => ({
  key,
  kind,
  name,
  provider: 'aws',
  stub: true,
});
