/**
 * What a store promises, in narrow pieces: a use case asks for the piece that it needs.
 *
 * Every method is atomic: it happened wholly, or not at all, also when the process dies in it. No method shows a session, a
 * transaction or a connection. Every append carries its own id, since drivers retry: the same call twice is one.
 * `test/contracts/store.ts` is the promise as a suite; each implementation runs it.
 */
import type { ScopeCoverage, SourceRecord } from '../model/collection.ts';
import type {
  DocumentFact,
  Entity,
  EntityFact,
  Json,
  Relationship,
  RelationshipFact,
  RelationshipName,
  StoredDocument,
  Time,
} from '../model/entity.ts';
import type { Finding, Risk, RiskAcceptance } from '../model/findings.ts';
import type { JobRecord, JobState } from '../model/jobs.ts';
import type { EntityKind, RelationshipKind, Tier } from '../model/kinds.ts';
import type { LedgerDraft, LedgerRecord } from '../model/ledger.ts';
import type { Approval, Hold, Plan, PlanState, StepRecord, StepState, StoredPlan } from '../model/plan.ts';

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

/** The columns that the in-memory graph is built from: merged, without claims, reasons and properties. */
export interface GraphEntity {
  readonly key: string;
  readonly kind: EntityKind;
  readonly tier?: Tier;
  readonly state: Entity['state'];
  readonly expiresAt?: Time;
}

export type GraphRelationship = Pick<
  RelationshipFact,
  'source' | 'kind' | 'target' | 'basis' | 'certainty' | 'levels' | 'alternative' | 'version' | 'firstSeen' | 'lastUsed' | 'uses'
> & { readonly condition?: string };

export interface GraphRows {
  readonly entities?: readonly GraphEntity[];
  readonly relationships?: readonly GraphRelationship[];
}

export type EntityOrder = 'key' | 'name' | 'kind';

export interface EntityFilter {
  readonly kinds?: readonly EntityKind[];
  readonly provider?: string;
  readonly tier?: Tier;
  readonly environment?: string;
  readonly owner?: string;
  readonly state?: Entity['state'];
  /** Substring of key or name, case ignored; three letters or more use the index. */
  readonly text?: string;
}

export interface EntityPageRequest {
  readonly filter: EntityFilter;
  readonly orderBy: EntityOrder;
  readonly first: number;
  /** Keyset: the last row's order value and key. */
  readonly after?: { readonly value: string; readonly key: string };
}

export interface EntityPage {
  readonly entities: readonly Entity[];
  readonly hasMore: boolean;
  readonly total: number;
}

export interface NeighbourRequest {
  readonly keys: readonly string[];
  readonly direction: 'out' | 'in';
  readonly kinds?: readonly RelationshipKind[];
  /** Per key. */
  readonly limit: number;
}

/** The merged graph, whole or in parts, and what it was made of. */
export interface GraphReader {
  generation(): Promise<number>;
  /** Lean rows, all entities before all relationships; entities by key, relationships by (source, kind, target). One consistent state. */
  readGraph(): AsyncIterable<GraphRows>;
  /** Everything, claims included, in the same order: for export. */
  readEntities(filter?: { readonly kinds?: readonly EntityKind[] }): AsyncIterable<readonly Entity[]>;
  readRelationships(filter?: { readonly kinds?: readonly RelationshipKind[] }): AsyncIterable<readonly Relationship[]>;
  /** Those that exist, in no order. */
  entities(keys: readonly string[]): Promise<Entity[]>;
  relationships(names: readonly RelationshipName[]): Promise<Relationship[]>;
  neighbours(request: NeighbourRequest): Promise<Relationship[]>;
  page(request: EntityPageRequest): Promise<EntityPage>;
  /**
   * Keys that a person may mean: the exact key (case-folded where the provider ignores case), else keys that end in
   * `/text`, `:text` or `#text`, else entities of that name. At most `limit`, by key.
   */
  candidates(text: string, limit: number): Promise<string[]>;
  /** Substring of key or name. */
  search(text: string, kinds: readonly EntityKind[], limit: number): Promise<Entity[]>;
  documents(filter?: {
    readonly subject?: string;
    readonly type?: string;
    readonly origin?: string;
  }): AsyncIterable<StoredDocument>;
  sources(): Promise<SourceRecord[]>;
  counts(): Promise<{ readonly entities: Record<string, number>; readonly relationships: Record<string, number> }>;
}

export interface Change {
  readonly seq: number;
  readonly op: 'upsert' | 'delete' | 'rebuild';
  readonly type: 'entity' | 'relationship' | 'graph';
  /** An entity's key, or `source KIND target`; empty for `rebuild`. */
  readonly id: string;
  readonly generation: number;
}

export interface Version {
  readonly id: string;
  readonly from: number;
  /** The generation that changed or removed it; null while it lives. */
  readonly to: number | null;
  readonly body: Json;
}

/** What changed since, and what was there before. */
export interface ChangeReader {
  /** Gap-free, in commit order. A first bulk load of an origin is one `rebuild`; so is an `after` that is too old. */
  changes(after: number, limit: number): Promise<{ readonly changes: readonly Change[]; readonly head: number }>;
  /** What the store held of an entity (its key) or relationship (`source KIND target`), oldest first. */
  versions(id: string): Promise<Version[]>;
  /** The newest generation whose collection began before a time; 0 when none is remembered that did. */
  generationBefore(at: Time): Promise<number>;
  /** Drops history and changes that ended before a generation. */
  pruneHistory(before: number): Promise<number>;
}

export interface AnalysisResult {
  readonly generation: number;
  readonly at: Time;
  readonly risks: readonly Risk[];
}

/** The analysis of one generation, and the risks that somebody accepted. */
export interface FindingStore {
  /** Replaces the analysis as a whole. */
  saveAnalysis(result: AnalysisResult): Promise<void>;
  analysis(): Promise<{ readonly generation: number; readonly at: Time; readonly subjects: number } | undefined>;
  /** Highest score first, then key. */
  risks(filter: { readonly kind?: EntityKind; readonly keys?: readonly string[]; readonly limit: number }): Promise<Risk[]>;
  findings(filter: { readonly nhi?: string; readonly subject?: string; readonly limit: number }): Promise<Finding[]>;
  acceptRisk(acceptance: RiskAcceptance, ledger: LedgerDraft): Promise<void>;
  acceptances(): Promise<RiskAcceptance[]>;
}

export interface StepTransition {
  readonly record: StepRecord;
  /** The states it may come from; otherwise nothing happens and the answer is false. */
  readonly from: readonly StepState[];
  readonly ledger: readonly LedgerDraft[];
  /** Placed with the transition, so that an intent and its hold are one. */
  readonly hold?: Hold;
}

/** Plans, how far each step is, and which controls are held. */
export interface PlanStore {
  savePlan(plan: Plan, requestedBy: string, ledger: LedgerDraft): Promise<void>;
  plan(id: string): Promise<StoredPlan | undefined>;
  plans(limit: number): Promise<StoredPlan[]>;
  setPlanState(plan: string, state: PlanState): Promise<void>;
  approve(approval: Approval, ledger: LedgerDraft): Promise<void>;
  /** False when this person had not approved the plan: then nothing happens. */
  withdrawApproval(plan: string, by: string, ledger: LedgerDraft): Promise<boolean>;
  moveStep(transition: StepTransition): Promise<boolean>;
  /** Each by itself as moveStep; all that move, move at once. Steps of one plan, each once. */
  moveSteps(transitions: readonly StepTransition[]): Promise<boolean[]>;
  /** Plans of which some step is in one of these states, by id. */
  plansWithSteps(states: readonly StepState[]): Promise<string[]>;
  /**
   * Steps of other plans that count against budgets of actions, by owner: called at or after a time, or approved since and about to be called.
   */
  actionsSince(at: Time, exceptPlan: string): Promise<{ readonly owner: string | null; readonly actions: number }[]>;
  holds(filter?: {
    readonly id?: string;
    readonly target?: string;
    readonly control?: string;
    readonly holder?: string;
    readonly open?: boolean;
  }): Promise<Hold[]>;
  /** Of a hold that is open: another end, or that it is due. False when it is not open. */
  changeHold(id: string, change: Pick<Hold, 'expires'> | Pick<Hold, 'due'>, ledger: LedgerDraft): Promise<boolean>;
  /** Marks it released. Returns the holds of the same target and control that are still open. */
  releaseHold(id: string, at: Time, ledger: LedgerDraft): Promise<Hold[]>;
  paused(): Promise<boolean>;
  setPaused(paused: boolean, ledger: LedgerDraft): Promise<void>;
}

/** Appended to and never changed: each record carries the hash of the one before. */
export interface LedgerStore {
  append(draft: LedgerDraft): Promise<LedgerRecord>;
  ledger(after: number, limit: number): Promise<LedgerRecord[]>;
}

/** Who may do what only one may do at a time, until when. */
export interface LeaseStore {
  /** True when nobody else holds it, or its time is over. The holder may take it again, which renews it. */
  acquireLease(name: string, holder: string, now: Time, until: Time): Promise<boolean>;
  releaseLease(name: string, holder: string): Promise<void>;
  leases(): Promise<{ readonly name: string; readonly holder: string; readonly until: Time }[]>;
}

export interface JobFilter {
  readonly states?: readonly JobState[];
  readonly name?: string;
  /** Not those of these names. */
  readonly exceptNames?: readonly string[];
  readonly order?: 'newest' | 'oldest';
  readonly after?: Pick<JobRecord, 'createdAt' | 'id'>;
  readonly limit: number;
}

/** Pending and finished work. A queue is only a nudge. */
export interface JobStore {
  /**
   * `coalesce`: a waiting job of the same (name, key) is returned instead of a second one. `never`: any job of the same
   * (name, key) is. The answer's `isNew` tells.
   */
  addJob(job: JobRecord, again: 'coalesce' | 'never'): Promise<{ readonly job: JobRecord; readonly isNew: boolean }>;
  updateJob(id: string, change: Partial<Pick<JobRecord, 'state' | 'attempts' | 'progress' | 'message'>>, at: Time): Promise<void>;
  job(id: string): Promise<JobRecord | undefined>;
  /** Newest first, or oldest first; `after` is the last one of the page before. */
  jobs(filter: JobFilter): Promise<JobRecord[]>;
}

export const ROLES = ['viewer', 'analyst', 'responder', 'approver', 'admin'] as const;
export type RoleName = (typeof ROLES)[number];

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: RoleName;
  /** SHA-256 of the token, hex. The token itself is shown once and never kept. */
  readonly hash: string;
  readonly createdAt: Time;
  readonly expiresAt: Time | null;
}

/** Bearer tokens, by their hashes. */
export interface TokenStore {
  addToken(token: Token, ledger: LedgerDraft): Promise<void>;
  tokenByHash(hash: string): Promise<Token | undefined>;
  tokens(): Promise<Token[]>;
  removeToken(id: string, ledger: LedgerDraft): Promise<boolean>;
}

/** One line of `export --all`: store-neutral, self-contained, in an order that `importAll` can replay. */
export interface BackupRecord {
  readonly type: string;
  readonly data: Json;
}

/** The store as a whole. */
export interface StoreAdmin {
  /** Throws a RefusedError that names the store and what to do when it cannot be reached. */
  ping(): Promise<void>;
  /** Keeps a check of the fingerprint key at the first call; afterwards throws a RefusedError under another key. */
  checkFingerprintKey(check: string): Promise<void>;
  schemaVersion(): Promise<number>;
  exportAll(): AsyncIterable<BackupRecord>;
  /** Into an empty store only. Returns the number of records. */
  importAll(records: AsyncIterable<BackupRecord>): Promise<number>;
}

export interface Store
  extends FactStore,
    GraphReader,
    ChangeReader,
    FindingStore,
    PlanStore,
    LedgerStore,
    LeaseStore,
    JobStore,
    TokenStore,
    StoreAdmin,
    AsyncDisposable {
  /** `sqlite` or `neo4j`. */
  readonly name: string;
}
