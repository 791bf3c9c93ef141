import type { Store } from '../../ports/store.ts';
import { MIGRATIONS } from './schema/index.ts';

export interface SqliteStoreOptions {
  /** The file; made when it does not exist. */
  readonly path: string;
  /** In a worker thread, so that a long write does not hold up this one. Default false. */
  readonly thread?: boolean;
  /** How long to wait for another process that writes. Default 30 s. */
  readonly busyTimeoutMs?: number;
  /** SQL in order; how many were applied is the schema version. Default those of this interlock. */
  readonly migrations?: readonly string[];
}

/** Throws a RefusedError naming the file when it cannot be opened, or when a newer interlock wrote it. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, thread = false, busyTimeoutMs = 30_000, migrations = MIGRATIONS } = options;
  if (thread) {
    const { openInThread } = await import('./thread.ts');
    return openInThread({ path, busyTimeoutMs, migrations });
  }
  const { createSqliteStore } = await import('./in-process.ts');
  return createSqliteStore({ path, busyTimeoutMs, migrations });
}
