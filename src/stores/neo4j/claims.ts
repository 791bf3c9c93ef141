/**
 * Claims as a node or relationship keeps them: parallel lists, so that a refresh writes only small numbers.
 *
 *     origins  ['aws/111111111111', 'facts/one']   who says it: origin/scope
 *     claims   ['{"kind":…}', '{"stub":true,…}']   what: the fact as JSON, without its key
 *     runs     [12, 7]                             the run that said it last  ─┐ (:Run {number, at, generation})
 *     firsts   [3, 7]                              the run that said it first ─┘
 */
import type {
  Entity,
  EntityClaim,
  EntityFact,
  Relationship,
  RelationshipClaim,
  RelationshipFact,
  RelationshipName,
} from '../../model/entity.ts';
import { entityFactFrom, explanationText } from '../../model/fact-text.ts';
import { foldKey } from '../../model/keys.ts';
import { canonicalJson } from '../../model/ledger.ts';
import { mergeEntity, mergeRelationship } from '../../model/merge.ts';

export interface ClaimLists {
  readonly origins: readonly string[];
  readonly runs: readonly number[];
  readonly firsts: readonly number[];
  readonly claims: readonly string[];
}

export interface HeldClaim {
  /** `origin/scope`; an origin's name holds no slash. */
  readonly place: string;
  readonly run: number;
  readonly first: number;
  readonly text: string;
}

export interface RunRecord {
  readonly at: string;
  readonly generation: number;
}

export type Runs = ReadonlyMap<number, RunRecord>;

export const placeOf = (origin: string, scope: string): string => `${origin}/${scope}`;

export const originOf = (place: string): string => place.slice(0, place.indexOf('/'));
const scopeOf = (place: string): string => place.slice(place.indexOf('/') + 1);

export const heldFrom = ({ origins, runs, firsts, claims }: ClaimLists): HeldClaim[] =>
  origins.map((place, i) => ({ place, run: runs[i] as number, first: firsts[i] as number, text: claims[i] as string }));

export const listsOf = (held: readonly HeldClaim[]): ClaimLists => ({
  origins: held.map((claim) => claim.place),
  runs: held.map((claim) => claim.run),
  firsts: held.map((claim) => claim.first),
  claims: held.map((claim) => claim.text),
});

export const isStubText = (text: string): boolean => (JSON.parse(text) as EntityFact).stub === true;

/** Everything but the name, as JSON; equal exactly when the fact is. */
export function relationshipFactText(fact: RelationshipFact): string {
  const { basis, certainty, condition, levels, alternative, version, lastUsed, uses } = fact;
  const lean = JSON.stringify({ basis, certainty, condition, levels, alternative, version, lastUsed, uses });
  const rest = explanationText(fact);
  return rest === null ? lean : `${lean.slice(0, -1)},${rest.slice(1)}`;
}

const relationshipFactFrom = ({ source, kind, target }: RelationshipName, text: string): RelationshipFact => ({
  source,
  kind,
  target,
  ...(JSON.parse(text) as Omit<RelationshipFact, keyof RelationshipName>),
});

const nothing: RunRecord = { at: '', generation: 0 };

/** Where a claim came from and when. Without `runs` the times are empty: enough to merge, and to compare. */
function lifeOf({ place, run, first }: HeldClaim, runs?: Runs): Omit<EntityClaim, 'fact'> {
  const last = runs?.get(run) ?? nothing;
  const since = runs?.get(first) ?? nothing;
  return { origin: originOf(place), scope: scopeOf(place), generation: last.generation, lastSeen: last.at, since: since.at };
}

export const entityFrom = (key: string, held: readonly HeldClaim[], runs?: Runs): Entity =>
  mergeEntity(
    key,
    held.map((claim): EntityClaim => ({ ...lifeOf(claim, runs), fact: entityFactFrom(key, claim.text) })),
  );

export const relationshipFrom = (name: RelationshipName, held: readonly HeldClaim[], runs?: Runs): Relationship =>
  mergeRelationship(
    held.map((claim): RelationshipClaim => ({ ...lifeOf(claim, runs), fact: relationshipFactFrom(name, claim.text) })),
  );

/** What everybody sees of a thing, without its life: what versions keep, and what a change is a change of. */
export function visibleText(thing: Entity | Relationship): string {
  const { claims: _claims, firstSeen: _first, lastSeen: _last, generation: _generation, ...visible } = thing;
  return canonicalJson(visible);
}

/** Merged fields as properties of a node, for those who query the graph themselves. */
export function entityFields(entity: Entity): Record<string, unknown> {
  const { claims: _claims, firstSeen: _first, lastSeen: _last, generation: _generation, properties, ...fields } = entity;
  return {
    ...fields,
    properties: JSON.stringify(properties),
    search: searchText(entity.key, entity.name),
    ...(ignoresCase(entity.key) && { folded: foldKey(entity.key) }),
  };
}

function ignoresCase(key: string): boolean {
  const loud = key.toUpperCase();
  return foldKey(loud) !== loud;
}

/** What the text index holds: key and name in small letters. */
const searchText = (key: string, name: string): string => `${key}\n${name}`.toLowerCase();

export function relationshipFields(id: string, relationship: Relationship): Record<string, unknown> {
  const { basis, certainty, reason, condition, conditionClass, levels, alternative, version, lastUsed, uses } = relationship;
  const fields: Record<string, unknown> = { id, basis, certainty };
  const optional = {
    reason,
    condition,
    conditionClass,
    levels,
    alternativeGroup: alternative?.group,
    alternativeOption: alternative?.option,
    version,
    firstSeen: relationship.claims.flatMap(({ fact }) => fact.firstSeen ?? []).sort()[0],
    lastUsed,
    uses,
    properties: relationship.properties && JSON.stringify(relationship.properties),
  };
  for (const [name, value] of Object.entries(optional)) if (value !== undefined) fields[name] = value;
  return fields;
}
