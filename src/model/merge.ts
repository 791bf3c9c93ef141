/**
 * Claims → what everybody sees. Pure, order-independent, and the same for every store.
 *
 * Entities: claims that are no stubs come before stubs; the provider's own inventory before others; then by origin and scope,
 * so that two runs agree. Properties of the weaker claims fill what the stronger leave out.
 * Relationships: certainty is the strongest claim's, and basis, reason and condition are that claim's.
 */
import type {
  Entity,
  EntityClaim,
  EntityFact,
  Properties,
  Relationship,
  RelationshipClaim,
  RelationshipFact,
  Time,
} from './entity.ts';
import { BASES, CERTAINTIES, LEVELS, type Level } from './kinds.ts';

const later = (a: Time, b: Time): Time => (a > b ? a : b);
const earlier = (a: Time, b: Time): Time => (a < b ? a : b);

const rank = ({ fact, origin }: EntityClaim): number =>
  (fact.stub ? 4 : 0) + (origin.startsWith('join:') ? 2 : 0) + (fact.provider === fact.key.split(/[:@]/, 1)[0] ? 0 : 1);

const byPlace = (a: { origin: string; scope: string }, b: { origin: string; scope: string }): number =>
  a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : a.scope < b.scope ? -1 : a.scope > b.scope ? 1 : 0;

export function mergeEntity(key: string, claims: readonly EntityClaim[]): Entity {
  const first = claims[0];
  if (!first) throw new RangeError(`${key}: an entity lives while one claim lives`);
  if (claims.length === 1) return entityFrom(key, first.fact, first.fact.properties ?? {}, claims);
  const ordered = [...claims].sort((a, b) => rank(a) - rank(b) || byPlace(a, b));
  const strongest = ordered[0] as EntityClaim;
  // Stubs name a thing; they may still carry context, such as a declared tier.
  const context = pickContext(ordered);
  const properties: Record<string, Properties[string]> = {};
  for (const { fact } of [...ordered].reverse())
    if (!fact.stub || strongest.fact.stub) Object.assign(properties, fact.properties);
  const fact: EntityFact = { ...strongest.fact, ...context };
  const merged = entityFrom(key, fact, properties, ordered);
  const conflicts = [...kindConflicts(ordered), ...contextConflicts(ordered)];
  return conflicts.length === 0 ? merged : { ...merged, conflicts };
}

function kindConflicts(ordered: readonly EntityClaim[]): string[] {
  const stated = ordered.filter((c) => !c.fact.stub);
  if (new Set(stated.map((c) => c.fact.kind)).size < 2) return [];
  return stated.map((c) => `${c.origin}/${c.scope} says ${c.fact.kind}`);
}

const DISPUTED = ['owner', 'environment', 'tier', 'intendedUse', 'trustTier'] as const satisfies readonly ContextFields[];

/** What claims say differently of whose a thing is and where it belongs, also where a person's word decides. */
function contextConflicts(ordered: readonly EntityClaim[]): string[] {
  return DISPUTED.flatMap((field) => {
    if (!isDisputed(ordered, field)) return [];
    return ordered
      .filter((c) => saysOf(c, field) !== undefined)
      .map((c) => `${c.origin}/${c.scope} says ${field} ${c.fact[field]}`);
  });
}

function isDisputed(claims: readonly EntityClaim[], field: ContextFields): boolean {
  let first: string | undefined;
  for (const claim of claims) {
    const said = saysOf(claim, field);
    if (said !== undefined && first !== undefined && said !== first) return true;
    first ??= said;
  }
  return false;
}

/** `owner:team/shop`, `team/shop` and `shop` are one owner. */
function saysOf({ fact }: EntityClaim, field: ContextFields): string | undefined {
  const said = fact[field];
  if (said === undefined || said === 'unknown') return undefined;
  return field === 'owner'
    ? String(said)
        .replace(/^owner:/, '')
        .replace(/^team\//, '')
        .toLowerCase()
    : String(said);
}

type ContextFields = 'owner' | 'environment' | 'tier' | 'intendedUse' | 'trustTier' | 'state' | 'expiresAt';
const CONTEXT: readonly ContextFields[] = ['owner', 'environment', 'tier', 'intendedUse', 'trustTier', 'state', 'expiresAt'];

/** What the claims say of a field: a person's declaration first, then the strongest claim. */
function pickContext(ordered: readonly EntityClaim[]): Partial<EntityFact> {
  const out: Record<string, unknown> = {};
  for (const field of CONTEXT) {
    const declared = ordered.find((c) => c.fact.overlay && c.fact[field] !== undefined);
    const found = declared ?? ordered.find((c) => c.fact[field] !== undefined && c.fact[field] !== 'unknown');
    if (found) out[field] = found.fact[field];
  }
  return out;
}

function entityFrom(key: string, fact: EntityFact, properties: Properties, claims: readonly EntityClaim[]): Entity {
  const entity: Record<string, unknown> = {
    key,
    kind: fact.kind,
    name: fact.name,
    provider: fact.provider,
    properties,
    state: fact.state ?? 'unknown',
    stub: claims.every((c) => c.fact.stub === true),
    firstSeen: claims.map((c) => c.since).reduce(earlier),
    lastSeen: claims.map((c) => c.lastSeen).reduce(later),
    generation: Math.max(...claims.map((c) => c.generation)),
    claims,
  };
  for (const field of CONTEXT) if (field !== 'state' && fact[field] !== undefined) entity[field] = fact[field];
  return entity as unknown as Entity;
}

/** The lower, the stronger: certainty decides, then basis. */
export const strengthOf = (fact: Pick<RelationshipFact, 'certainty' | 'basis'>): number =>
  CERTAINTIES.indexOf(fact.certainty) * BASES.length + BASIS_ORDER.indexOf(fact.basis);
const strength = ({ fact }: RelationshipClaim): number => strengthOf(fact);

/** Among equally certain claims the one that saw it happen speaks first. */
const BASIS_ORDER = ['observed', 'declared', 'entitled', 'inferred'] as const satisfies readonly (typeof BASES)[number][];

export function mergeRelationship(claims: readonly RelationshipClaim[]): Relationship {
  const first = claims[0];
  if (!first) throw new RangeError('a relationship lives while one claim lives');
  if (claims.length === 1) return relationshipFrom(first, claims);
  const ordered = [...claims].sort((a, b) => strength(a) - strength(b) || byPlace(a, b));
  const merged: Record<string, unknown> = { ...relationshipFrom(ordered[0] as RelationshipClaim, ordered) };
  const facts = ordered.map((c) => c.fact);
  const alternative = facts.find((f) => f.alternative)?.alternative;
  const lastUsed = facts.map((f) => f.lastUsed).filter((t) => t !== undefined);
  const uses = facts.map((f) => f.uses).filter((n) => n !== undefined);
  // Logs show that something is; a policy of the same certainty also says why.
  const reason = facts.find((f) => f.reason !== undefined && f.certainty === facts[0]?.certainty)?.reason;
  if (reason !== undefined) merged['reason'] = reason;
  if (alternative) merged['alternative'] = alternative;
  if (lastUsed.length > 0) merged['lastUsed'] = lastUsed.reduce(later);
  if (uses.length > 0) merged['uses'] = Math.max(...uses);
  if (facts[0]?.kind === 'CONTAINS') {
    const levels = unionOfLevels(facts.map((f) => f.levels));
    if (levels) merged['levels'] = levels;
    else delete merged['levels'];
  }
  return merged as unknown as Relationship;
}

/** Undefined (all levels) if any claim says all. */
function unionOfLevels(sets: readonly (readonly Level[] | undefined)[]): Level[] | undefined {
  if (sets.some((levels) => levels === undefined)) return undefined;
  const all = new Set(sets.flatMap((levels) => levels ?? []));
  return LEVELS.filter((level) => all.has(level));
}

function relationshipFrom(strongest: RelationshipClaim, claims: readonly RelationshipClaim[]): Relationship {
  const seen = claims.map((c) => c.fact.firstSeen ?? c.since);
  return {
    ...strongest.fact,
    firstSeen: seen.reduce(earlier),
    lastSeen: claims.map((c) => c.lastSeen).reduce(later),
    generation: Math.max(...claims.map((c) => c.generation)),
    claims,
  };
}
