/**
 * What a write makes of what is there: pure. A thing is written anew when its claims say something else, touched when they say the
 * same again, and removed when the last claim goes.
 */
import type { EntityFact, RelationshipFact, RelationshipName } from '../../model/entity.ts';
import { entityFactText } from '../../model/fact-text.ts';
import type { RelationshipKind } from '../../model/kinds.ts';
import { strengthOf } from '../../model/merge.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import {
  type ClaimLists,
  entityFields,
  entityFrom,
  type HeldClaim,
  heldFrom,
  isStubText,
  listsOf,
  relationshipFactText,
  relationshipFields,
  relationshipFrom,
  visibleText,
} from './claims.ts';
import type { Recorder } from './recorder.ts';

/** Who writes. */
export interface Writing {
  readonly place: string;
  /** The number of the run. */
  readonly run: number;
  readonly at: string;
  readonly generation: number;
}

export interface FoundEntity extends ClaimLists {
  readonly key: string;
  readonly kind: string;
  readonly changedIn: number;
}

export interface FoundRelationship extends ClaimLists {
  readonly source: string;
  readonly kind: string;
  readonly target: string;
  readonly element: string;
  readonly changedIn: number;
}

type Row = Readonly<Record<string, unknown>>;

export interface EntityWrites {
  readonly created: Row[];
  readonly updated: Row[];
  readonly refreshed: Row[];
  readonly deleted: string[];
}
export type RelationshipWrites = EntityWrites;

export const noWrites = (): EntityWrites => ({ created: [], updated: [], refreshed: [], deleted: [] });

/** The claims after a place says a text; undefined when they say it already and only the run is newer. */
function said(held: readonly HeldClaim[], at: number, text: string, { place, run }: Writing): HeldClaim[] | undefined {
  const before = held[at];
  if (before?.text === text) return undefined;
  const claim = { place, run, first: before?.first ?? run, text };
  return before ? held.with(at, claim) : [...held, claim];
}

const refreshedRuns = (held: readonly HeldClaim[], at: number, run: number): number[] =>
  held.map((claim, i) => (i === at ? run : claim.run));

const lifeFields = ({ at, generation }: Writing, changedIn: number): Row => ({ lastSeen: at, generation, changedIn });

export interface SaidEntity {
  readonly writing: Writing;
  readonly fact: EntityFact;
}

/** All that one write says of one thing; returns how many of the facts show. */
export function sayEntity(writes: EntityWrites, recorder: Recorder, list: readonly SaidEntity[], found?: FoundEntity): number {
  const [{ fact, writing }] = list as readonly [SaidEntity, ...SaidEntity[]];
  let held: readonly HeldClaim[] = found ? heldFrom(found) : [];
  let changed = 0;
  for (const one of list) {
    const text = entityFactText(one.fact);
    const at = held.findIndex(
      (claim) => claim.place === one.writing.place && isStubText(claim.text) === (one.fact.stub === true),
    );
    const claims = said(held, at, text, one.writing);
    if (claims) changed++;
    held = claims ?? held.map((claim, i) => (i === at ? { ...claim, run: one.writing.run } : claim));
  }
  if (!found) {
    const fields = entityFields(entityFrom(fact.key, held));
    writes.created.push({ ...fields, ...listsOf(held), firstSeen: writing.at, ...lifeFields(writing, writing.generation) });
    recorder.change('upsert', 'entity', fact.key);
    return changed;
  }
  if (changed > 0) return rewriteEntity(writes, recorder, writing, found, held) ? changed : 0;
  writes.refreshed.push({ key: fact.key, runs: held.map(({ run }) => run) });
  return 0;
}

/** Gives an entity other claims, or removes it with the last one. True when everybody sees another thing. */
export function rewriteEntity(
  writes: EntityWrites,
  recorder: Recorder,
  writing: Omit<Writing, 'place'>,
  found: FoundEntity,
  claims: readonly HeldClaim[],
): boolean {
  const before = visibleText(entityFrom(found.key, heldFrom(found)));
  if (claims.length === 0) {
    writes.deleted.push(found.key);
    recorder.change('delete', 'entity', found.key);
    recorder.version(found.key, found.changedIn, before);
    return true;
  }
  const merged = entityFrom(found.key, claims);
  const isChanged = visibleText(merged) !== before;
  const changedIn = isChanged ? writing.generation : found.changedIn;
  const fields = { ...entityFields(merged), ...listsOf(claims), ...lifeFields({ place: '', ...writing }, changedIn) };
  writes.updated.push({ key: found.key, oldKind: found.kind, kind: merged.kind, fields });
  if (!isChanged) return false;
  recorder.change('upsert', 'entity', found.key);
  recorder.version(found.key, found.changedIn, before);
  return true;
}

export function sayRelationship(
  writes: RelationshipWrites,
  recorder: Recorder,
  writing: Writing,
  fact: RelationshipFact,
  found?: FoundRelationship,
): boolean {
  const text = relationshipFactText(fact);
  const id = relationshipId(fact);
  if (!found) {
    const held = [{ place: writing.place, run: writing.run, first: writing.run, text }];
    const fields = relationshipFields(id, relationshipFrom(fact, held));
    writes.created.push({
      source: fact.source,
      kind: fact.kind,
      target: fact.target,
      fields: { ...fields, ...listsOf(held), changedIn: writing.generation },
    });
    recorder.change('upsert', 'relationship', id);
    return true;
  }
  const held = heldFrom(found);
  const at = held.findIndex((claim) => claim.place === writing.place);
  const known = held[at];
  // One run may say it twice, in two batches: the surest statement stays.
  if (known?.run === writing.run && strengthOf(JSON.parse(known.text) as RelationshipFact) < strengthOf(fact)) return false;
  const claims = said(held, at, text, writing);
  if (claims) return rewriteRelationship(writes, recorder, writing, found, claims);
  writes.refreshed.push({ element: found.element, runs: refreshedRuns(held, at, writing.run) });
  return false;
}

export function rewriteRelationship(
  writes: RelationshipWrites,
  recorder: Recorder,
  writing: Omit<Writing, 'place'>,
  found: FoundRelationship,
  claims: readonly HeldClaim[],
): boolean {
  const name = nameOf(found);
  const id = relationshipId(name);
  const before = visibleText(relationshipFrom(name, heldFrom(found)));
  if (claims.length === 0) {
    writes.deleted.push(found.element);
    recorder.change('delete', 'relationship', id);
    recorder.version(id, found.changedIn, before);
    return true;
  }
  const merged = relationshipFrom(name, claims);
  const isChanged = visibleText(merged) !== before;
  const changedIn = isChanged ? writing.generation : found.changedIn;
  const fields = { ...relationshipFields(id, merged), ...listsOf(claims), changedIn };
  writes.updated.push({ element: found.element, fields });
  if (!isChanged) return false;
  recorder.change('upsert', 'relationship', id);
  recorder.version(id, found.changedIn, before);
  return true;
}

/** A row's own columns: what the store wrote is of our kinds. */
export const nameOf = ({ source, kind, target }: Pick<FoundRelationship, 'source' | 'kind' | 'target'>): RelationshipName => ({
  source,
  kind: kind as RelationshipKind,
  target,
});
