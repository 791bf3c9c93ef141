/** Takes claims away: what a complete scope did not say again, what a join dropped, what is forgotten. */
import type { RelationshipFact } from '../../model/entity.ts';
import {
  type FoundEntity,
  type FoundRelationship,
  noWrites,
  rewriteEntity,
  rewriteRelationship,
  type Writing,
} from './change-set.ts';
import { type HeldClaim, heldFrom, originOf } from './claims.ts';
import { inBatches, type Run } from './client.ts';
import * as facts from './queries/facts.ts';
import type { Recorder } from './recorder.ts';
import { applyEntities, applyRelationships } from './write-batch.ts';

export interface Sweep {
  readonly run: Run;
  readonly recorder: Recorder;
  readonly writing: Omit<Writing, 'place'>;
  /** `origin/scope` of what may go. */
  readonly places: readonly string[];
  /** False when everything goes: somebody forgets a source. */
  readonly keepsObserved: boolean;
}

/** Returns how many claims went, those on relationships of entities that went included. */
export async function sweep(task: Sweep): Promise<number> {
  if (task.places.length === 0) return 0;
  const relationships = await sweepRelationships(task);
  return relationships + (await sweepEntities(task));
}

const isObserved = ({ text }: HeldClaim): boolean => (JSON.parse(text) as RelationshipFact).basis === 'observed';

async function sweepRelationships({ run, recorder, writing, places, keepsObserved }: Sweep): Promise<number> {
  const writes = noWrites();
  let gone = 0;
  for (const found of await run(facts.staleRelationships, { places, run: writing.run })) {
    const held = heldFrom(found);
    const left = held.filter((claim) => !isStale(claim, places, writing.run) || (keepsObserved && isObserved(claim)));
    if (left.length === held.length) continue;
    gone += held.length - left.length;
    rewriteRelationship(writes, recorder, writing, found, left);
  }
  await applyRelationships(run, writes);
  return gone;
}

const isStale = ({ place, run }: HeldClaim, places: readonly string[], now: number): boolean =>
  run !== now && places.includes(place);

async function sweepEntities(task: Sweep): Promise<number> {
  const { run, recorder, writing, places } = task;
  const stale = await run(facts.staleEntities, { places, run: writing.run });
  const needed = task.keepsObserved ? await observedEnds(run, stale, places) : new Set<string>();
  const writes = noWrites();
  let gone = 0;
  for (const found of stale) {
    if (needed.has(found.key)) continue;
    const held = heldFrom(found);
    const left = held.filter((claim) => !isStale(claim, places, writing.run));
    gone += held.length - left.length;
    rewriteEntity(writes, recorder, writing, found, left);
  }
  gone += await dropHanging(task, writes.deleted);
  await applyEntities(run, writes, writing);
  return gone;
}

/** Entities that an observed relationship of the same origin still needs. */
async function observedEnds(run: Run, stale: readonly FoundEntity[], places: readonly string[]): Promise<Set<string>> {
  const origins = new Set(places.map(originOf));
  const needed = new Set<string>();
  const keys = stale.map((found) => found.key);
  for (const found of await inBatches(keys, (portion) => run(facts.relationshipsAt, { keys: portion }))) {
    if (!heldFrom(found).some((claim) => origins.has(originOf(claim.place)) && isObserved(claim))) continue;
    needed.add(found.source).add(found.target);
  }
  return needed;
}

/** A relationship ends with either of its entities, whoever claims it. */
async function dropHanging({ run, recorder, writing }: Sweep, keys: readonly string[]): Promise<number> {
  const hanging = new Map<string, FoundRelationship>();
  for (const found of await inBatches(keys, (portion) => run(facts.relationshipsAt, { keys: portion }))) {
    hanging.set(found.element, found);
  }
  const writes = noWrites();
  let gone = 0;
  for (const found of hanging.values()) {
    gone += found.origins.length;
    rewriteRelationship(writes, recorder, writing, found, []);
  }
  await applyRelationships(run, writes);
  return gone;
}
