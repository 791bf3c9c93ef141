/** The whole source → the edges that need several answers at once. Pure. */
import type { EntityFact, Time } from '../../model/entity.ts';
import { entitled, type Facts, joinedFacts } from '../../model/facts.ts';
import { vaultPolicy, vaultServer } from '../../model/keys.ts';
import { ANY_POLICY, escalationFacts } from './escalation.ts';
import { thing, withStubsOf } from './facts.ts';
import { Directory, identitiesOf, identityFacts } from './identities.ts';
import type { Inventory } from './inventory.ts';
import { loginFacts } from './logins.ts';
import { Policies } from './policies.ts';
import { proofFacts } from './proofs.ts';
import { type Estate, grantFacts, permissionName, rightFacts, rightsOf } from './rights.ts';
import { thingFacts, thingsOf } from './things.ts';

export interface Resolved {
  readonly access: Facts;
  readonly proofs: Facts;
  /** Policies that cannot be read. */
  readonly problems: readonly string[];
  /** Policies that somebody holds and that were not collected. */
  readonly missing: readonly string[];
  /** Paths of policies that are not shown as places. */
  readonly leftOut: number;
  readonly known: Map<string, EntityFact>;
}

export function resolved(inventory: Inventory, { source, now }: { readonly source: string; readonly now: Time }): Resolved {
  const policies = new Policies(inventory);
  const things = thingsOf(inventory, policies, source);
  const estate: Estate = { ...things, source, escalation: escalationFacts(inventory, source) };
  const identities = identitiesOf(inventory, source);
  const holders = identities.map(({ key, names, caller, entityId }) => {
    const grant = policies.grantOf(names, caller);
    return { key, isOpen: grant.isOpen, rights: rightsOf(grant, estate, { names, ...(entityId !== undefined && { entityId }) }) };
  });
  const server = thing(vaultServer(source), 'Scope', source, { state: 'active' });
  const known = new Map<string, EntityFact>();
  const access = withStubsOf(
    known,
    joinedFacts([
      { entities: [server], relationships: [] },
      thingFacts(things, inventory, source),
      policyFacts(policies, estate),
      identityFacts(inventory, identities, source),
      loginFacts(inventory, source),
      grantFacts(source, holders),
    ]),
  );
  const proofs = withStubsOf(known, proofFacts({ inventory, directory: new Directory(inventory), policies, estate, now }));
  return {
    access: withoutLooseEnds(access),
    proofs: withoutLooseEnds(proofs),
    problems: policies.problems,
    missing: policies.missing,
    leftOut: things.leftOut,
    known,
  };
}

/** Each policy with what it gives alone, and one that stands for any of them. Nobody holds these: callers hold what theirs come to together. */
function policyFacts(policies: Policies, estate: Estate): Facts {
  const { source } = estate;
  const any = thing(vaultPolicy(source, ANY_POLICY), 'Permission', 'any policy but root');
  const single = policies.names.map((name): Facts => {
    const key = vaultPolicy(source, name);
    const rights = rightsOf(policies.grantOf([name], 'unknown'), estate, { names: new Set([name]) });
    return {
      entities: [thing(key, 'Permission', name, { properties: { gives: permissionName(rights) } })],
      relationships: [
        entitled(vaultServer(source), 'CONTAINS', key),
        ...rightFacts(
          key,
          rights.filter(({ target }) => target !== key),
        ),
        ...(name === 'root' ? [] : [entitled(any.key, 'CAN_CONTROL', key, { reason: 'it may be given to any login' })]),
      ],
    };
  });
  if (single.length === 0) return { entities: [], relationships: [] };
  return joinedFacts([{ entities: [any], relationships: [entitled(vaultServer(source), 'CONTAINS', any.key)] }, ...single]);
}

/** What names something that was not collected, such as a policy that a token role allows, is left out. */
function withoutLooseEnds({ entities, relationships }: Facts): Facts {
  const keys = new Set(entities.map(({ key }) => key));
  return { entities, relationships: relationships.filter(({ source, target }) => keys.has(source) && keys.has(target)) };
}
