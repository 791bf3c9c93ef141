import type { Json, Time } from '../../model/entity.ts';

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
