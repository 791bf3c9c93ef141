/**
 * Credentials of equal fingerprint are one value under two keys: a leak, and what an inventory knows. What holds for one holds for the
 * other. So it is with the hash by which GitHub's audit log names its tokens.
 */
import type { EntityFact, RelationshipFact } from '../model/entity.ts';
import type { RelationshipKind } from '../model/kinds.ts';
import { relationshipId } from '../model/relationship-id.ts';
import { type Derived, factOf, type Join, type JoinEntity, type JoinInput } from './join.ts';

/** Who has the value. */
const INTO = ['EXPOSES', 'HOLDS', 'USES'] as const satisfies readonly RelationshipKind[];
/** Where it was seen, and what it opens. */
const OUT_OF = ['LEAKED_IN', 'AUTHENTICATES_AS', 'ACTS_FOR', 'HAS_GRANT'] as const satisfies readonly RelationshipKind[];

export const fingerprintJoin: Join = {
  name: 'fingerprint',
  needs: { entities: ['Credential', 'Session'], relationships: [...INTO, ...OUT_OF], essential: [] },
  derives: [...INTO, ...OUT_OF],
  sharedIds: idsOf,
  isIdle: (entities) => twinsOf(entities).size === 0,
  run,
};

function run({ entities, relationships }: JoinInput): Derived {
  const twins = twinsOf(entities);
  if (twins.size === 0) return { entities: [], relationships: [] };
  const known = new Set(relationships.map(relationshipId));
  const derived = new Map<string, RelationshipFact>();
  for (const relationship of relationships) {
    for (const copy of copiesOf(relationship, twins))
      if (!known.has(relationshipId(copy))) derived.set(relationshipId(copy), copy);
  }
  return { entities: [...new Set(twins.values())].flatMap(statesOf), relationships: [...derived.values()] };
}

/** Credential → the group of those that are one value, itself included; only groups of two and more. */
function twinsOf(entities: readonly JoinEntity[]): Map<string, readonly JoinEntity[]> {
  const groups = new Map<string, JoinEntity[]>();
  const shared = sharedIds(entities);
  for (const entity of shared.size === 0 ? [] : entities) {
    const ids = idsOf(entity);
    if (!ids.some((id) => shared.has(id))) continue;
    const known = new Set(ids.map((id) => groups.get(id)).filter((group) => group !== undefined));
    const merged = [...[...known].flat(), entity];
    const all = ids.length === 0 ? [] : [...ids, ...merged.flatMap(idsOf)];
    for (const id of all) groups.set(id, merged);
  }
  const several = [...new Set(groups.values())].filter((group) => group.length > 1);
  return new Map(several.flatMap((group) => group.map((entity) => [entity.key, group] as const)));
}

/** Of a hundred thousand leaks nearly all are known once: they need no group. */
function sharedIds(entities: readonly JoinEntity[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const id of entities.flatMap(idsOf)) (seen.has(id) ? shared : seen).add(id);
  return shared;
}

/** Its fingerprint, and that of the hash by which a server knows it, and GitHub's hash of it: a leaked token has them too. */
function idsOf({ key, properties }: JoinEntity): string[] {
  const { hashedToken: hash, hashFingerprint: ofHash } = properties;
  const ids = [
    fingerprintOf({ key, properties }),
    typeof ofHash === 'string' ? `hash:${ofHash}` : undefined,
    typeof hash === 'string' ? `sha256:${hash}` : undefined,
  ];
  return ids.filter((id) => id !== undefined);
}

/** A leak that no inventory knows has its fingerprint as its key. A redacted one has none: it equals nothing. */
function fingerprintOf({ key, properties }: Pick<JoinEntity, 'key' | 'properties'>): string | undefined {
  const stated = properties['fingerprint'];
  if (typeof stated === 'string' && stated.startsWith('fp:')) return stated;
  return key.startsWith('leak:fp:') ? key.slice('leak:'.length) : undefined;
}

function copiesOf(relationship: RelationshipFact, twins: ReadonlyMap<string, readonly JoinEntity[]>): RelationshipFact[] {
  const end = (INTO as readonly string[]).includes(relationship.kind) ? 'target' : 'source';
  const own = relationship[end];
  return (twins.get(own) ?? [])
    .filter(({ key }) => key !== own)
    .map(({ key }) => ({
      ...factOf(relationship),
      [end]: key,
      reason: `same fingerprint as ${own}${relationship.reason ? `: ${relationship.reason}` : ''}`,
    }));
}

/** Proof that is known to be dead under one key is dead under the other. */
function statesOf(group: readonly JoinEntity[]): EntityFact[] {
  const told = group.find(({ state }) => state !== 'unknown');
  if (!told) return [];
  return group
    .filter(({ state }) => state === 'unknown')
    .map(({ key, kind, name, provider }) => ({
      key,
      kind,
      name,
      provider,
      stub: true,
      state: told.state,
      ...(told.expiresAt === undefined ? {} : { expiresAt: told.expiresAt }),
    }));
}
