import type { EntityFact, Properties } from '../../model/entity.ts';
import { arnOf } from '../../model/keys.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import type { Estate } from './estate.ts';
import { openMembership } from './federation.ts';
import { surer } from './held.ts';
import { emptyFacts, type Facts } from './identities.ts';
import type { Principal } from './principals.ts';
import type { Assumption } from './trust.ts';

/** CAN_ASSUME, and whoever of outside the account it comes from. */
export function assumptionFacts(estate: Estate, account: string, found: readonly Assumption[]): Facts {
  const facts = emptyFacts();
  const named = new Set<string>();
  const opened = new Set<string>();
  const add = (entity: EntityFact): void => {
    if (!named.has(entity.key)) facts.entities.push(entity);
    named.add(entity.key);
  };
  for (const { from, external, role, held, reason, properties, entity, open } of surest(found)) {
    const other = estate.byArn.get(arnOf(from));
    if (external || other?.account !== account) add(external || !other ? outside(from, entity) : strangerOf(other));
    if (open && !opened.has(open.key)) {
      opened.add(open.key);
      add(outside(EXTERNAL_ANYONE));
      facts.relationships.push(openMembership(open));
    }
    facts.relationships.push({
      source: from,
      kind: 'CAN_ASSUME',
      target: role.key,
      basis: 'entitled',
      certainty: held.certainty,
      reason,
      ...(held.condition !== undefined && { condition: held.condition }),
      ...(held.conditionClass !== undefined && { conditionClass: held.conditionClass }),
      ...(properties && { properties }),
    });
  }
  return facts;
}

/** Several statements may let the same one in. */
function surest(found: readonly Assumption[]): Iterable<Assumption> {
  const best = new Map<string, Assumption>();
  for (const one of found) {
    const id = `${one.from}\n${one.role.key}`;
    const known = best.get(id);
    if (!known || surer(known.held, one.held) !== known.held) best.set(id, one);
  }
  return best.values();
}

/** Nobody's inventory: any source that knows the subject may say more of it. */
const outside = (key: string, properties?: Properties): EntityFact => ({
  key,
  kind: 'External',
  name: externalName(key),
  provider: 'aws',
  ...(properties && { properties }),
});

/** A principal that another account owns. */
export const strangerOf = (principal: Principal): EntityFact => ({
  key: principal.key,
  kind: principal.kind === 'role' ? 'Role' : 'User',
  name: principal.name,
  provider: 'aws',
  stub: true,
});

function externalName(key: string): string {
  if (key === EXTERNAL_ANYONE) return 'Anyone';
  return key
    .replace(/^external:(aws-service|oidc)\//, '')
    .replace(/^external:aws\//, 'AWS account ')
    .replace(/^aws:/, '');
}
