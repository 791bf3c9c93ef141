import type { ScopeCoverage } from '../../model/collection.ts';
import type { DocumentFact, EntityFact, RelationshipFact, Time } from '../../model/entity.ts';

/** One run over one source, or one pass of a join (`join:<name>`). */
export interface CollectionRun {
  readonly id: string;
  readonly origin: string;
  readonly at: Time;
  /** The generation that this run writes: `generation() + 1` when it began. */
  readonly generation: number;
}

export interface FactBatch {
  readonly scope: string;
  readonly entities: readonly EntityFact[];
  readonly relationships: readonly RelationshipFact[];
  readonly documents: readonly DocumentFact[];
}

export interface CollectionOutcome {
  readonly type: string;
  /** Scopes that this run saw. Only `complete` ones are swept; a known scope that is not named becomes `absent`. */
  readonly scopes: readonly ScopeCoverage[];
  readonly layersMissing: readonly string[];
  readonly newestEvent?: Time;
}

export interface CommittedCollection {
  readonly generation: number;
  /** Claims that went because a completely collected scope did not refresh them. Observed facts are never swept. */
  readonly swept: number;
  /** What this origin claims now. */
  readonly entities: number;
  readonly relationships: number;
}

/** What collectors and joins said, as claims by origin and scope. */
export interface FactStore {
  /** Ends what a crashed run of this origin left (its facts stay until a complete run sweeps), and gives the run to write with. */
  beginCollection(origin: string, id: string, at: Time): Promise<CollectionRun>;
  /**
   * Upserts claims of (run.origin, batch.scope). The same facts again change nothing but lastSeen and generation, and emit no
   * change. An entity that a relationship names and nobody claims is refused: collectors emit stubs. Several batches are written
   * one after the other, all of them or none.
   */
  writeFacts(run: CollectionRun, ...batches: readonly FactBatch[]): Promise<void>;
  /** Sweeps completely collected scopes, records coverage, advances the generation by one. */
  commitCollection(run: CollectionRun, outcome: CollectionOutcome): Promise<CommittedCollection>;
  /**
   * Replaces all that a join said (origin `join:<name>`, scope `all`) without advancing the generation. Returns how many claims
   * were written or removed because they differ.
   */
  replaceDerived(origin: string, at: Time, facts: Pick<FactBatch, 'entities' | 'relationships'>): Promise<number>;
  /** Removes the claims and documents of an origin, or of one of its scopes. Returns the number of claims removed. */
  forget(origin: string, scope?: string): Promise<number>;
}
