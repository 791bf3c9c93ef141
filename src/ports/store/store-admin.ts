import type { Json } from '../../model/entity.ts';

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
