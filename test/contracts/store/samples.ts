/** Small facts, and the shortest way to put them into a store. */
import type { ScopeCoverage } from '../../../src/model/collection.ts';
import type { DocumentFact, EntityFact, RelationshipFact } from '../../../src/model/entity.ts';
import type { RelationshipKind } from '../../../src/model/kinds.ts';
import type { LedgerDraft, LedgerType } from '../../../src/model/ledger.ts';
import type {
  Change,
  CollectionOutcome,
  CollectionRun,
  CommittedCollection,
  FactBatch,
  Store,
} from '../../../src/ports/store.ts';

export const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 8, minute)).toISOString();

export const role = (name: string, more: Partial<EntityFact> = {}): EntityFact => ({
  key: `aws:arn:aws:iam::111111111111:role/${name}`,
  kind: 'Role',
  name,
  provider: 'aws',
  ...more,
});
export const bucket = (name: string, more: Partial<EntityFact> = {}): EntityFact => ({
  key: `aws:arn:aws:s3:::${name}`,
  kind: 'Resource',
  name,
  provider: 'aws',
  ...more,
});
export const stub = (fact: EntityFact): EntityFact => ({
  key: fact.key,
  kind: fact.kind,
  name: fact.key,
  provider: fact.provider,
  stub: true,
});

export const edge = (
  source: EntityFact,
  kind: RelationshipKind,
  target: EntityFact,
  more: Partial<RelationshipFact> = {},
): RelationshipFact => ({
  source: source.key,
  kind,
  target: target.key,
  basis: 'entitled',
  certainty: 'definite',
  ...more,
});
export const idOf = (fact: RelationshipFact): string => `${fact.source} ${fact.kind} ${fact.target}`;

export interface Facts {
  readonly scope?: string;
  readonly entities?: readonly EntityFact[];
  readonly relationships?: readonly RelationshipFact[];
  readonly documents?: readonly DocumentFact[];
}

export const batch = (facts: Facts): FactBatch => ({
  scope: facts.scope ?? 'one',
  entities: facts.entities ?? [],
  relationships: facts.relationships ?? [],
  documents: facts.documents ?? [],
});

export const complete = (scope: string): ScopeCoverage => ({ scope, coverage: 'complete', missing: [] });
export const partial = (scope: string, ...missing: string[]): ScopeCoverage => ({ scope, coverage: 'partial', missing });

export const outcome = (...scopes: ScopeCoverage[]): CollectionOutcome => ({ type: 'aws', scopes, layersMissing: [] });

let runs = 0;
export const begin = (store: Store, origin: string, minute = 0): Promise<CollectionRun> =>
  store.beginCollection(origin, `run-${++runs}`, at(minute));

/** One whole collection: every batch, and then all scopes that it named, completely unless said otherwise. */
export async function collect(
  store: Store,
  origin: string,
  batches: readonly Facts[],
  options: { readonly minute?: number; readonly scopes?: readonly ScopeCoverage[] } = {},
): Promise<CommittedCollection> {
  const run = await begin(store, origin, options.minute ?? 0);
  for (const facts of batches) await store.writeFacts(run, batch(facts));
  const named = [...new Set(batches.map((facts) => facts.scope ?? 'one'))].map(complete);
  return store.commitCollection(run, outcome(...(options.scopes ?? named)));
}

export async function rowsOf<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const some of batches) rows.push(...some);
  return rows;
}

export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export async function* streamOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield item;
}

export async function keysOf(store: Store): Promise<string[]> {
  return (await rowsOf(store.readEntities())).map((entity) => entity.key);
}

export async function namesOf(store: Store): Promise<string[]> {
  return (await rowsOf(store.readRelationships())).map((r) => `${r.source} ${r.kind} ${r.target}`);
}

export async function headOf(store: Store): Promise<number> {
  return (await store.changes(0, 1)).head;
}

/** Changes after `head` without seq and generation. */
export async function changesAfter(store: Store, head: number): Promise<Pick<Change, 'op' | 'type' | 'id'>[]> {
  const { changes } = await store.changes(head, 10_000);
  return changes.map(({ op, type, id }) => ({ op, type, id }));
}

export const draft = (id: string, type: LedgerType = 'plan', body: LedgerDraft['body'] = {}): LedgerDraft => ({
  id,
  at: at(0),
  actor: 'local:test',
  type,
  body,
});
