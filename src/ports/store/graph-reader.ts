import type { SourceRecord } from '../../model/collection.ts';
import type { Entity, Relationship, RelationshipFact, RelationshipName, StoredDocument, Time } from '../../model/entity.ts';
import type { EntityKind, RelationshipKind, Tier } from '../../model/kinds.ts';

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
