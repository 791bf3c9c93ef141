/**
 * How the parts of the store reach the file: a write is one IMMEDIATE transaction, a read one transaction, a stream its own
 * connection with one snapshot for as long as it is read. Between the steps of an import nobody else of this process writes.
 */
import { closeSync, openSync } from 'node:fs';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { Connection } from './connection.ts';
import { forgetIds } from './entity-ids.ts';
import { migrate } from './migrate.ts';
import { forgetOrigins } from './origins.ts';

export interface AccessOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly migrations: readonly string[];
}

export class Access implements AsyncDisposable {
  readonly path: string;
  readonly #options: AccessOptions;
  readonly #db: Connection;
  #closed = false;
  #import: Promise<unknown> | undefined;

  constructor(options: AccessOptions) {
    this.path = options.path;
    this.#options = options;
    this.#db = openFile(options);
  }

  async write<T>(work: (db: Connection) => T): Promise<T> {
    while (this.#import) await this.#import.catch(() => undefined);
    return this.#guarded(() => transaction(this.#db, 'IMMEDIATE', work));
  }

  async read<T>(work: (db: Connection) => T): Promise<T> {
    return this.#guarded(() => transaction(this.#db, 'DEFERRED', work));
  }

  /** Batches from one snapshot, however long the reader takes. */
  async *stream<T>(batches: (db: Connection) => Iterable<T>): AsyncGenerator<T> {
    const db = this.#guarded(() => this.#connect());
    try {
      db.exec('BEGIN');
      yield* batches(db);
    } finally {
      rollback(db);
      db.close();
    }
  }

  /** A write that waits for its input; on a connection of its own, so that no reader of this process sees half of it. */
  async writeSlowly<T>(work: (db: Connection) => Promise<T>): Promise<T> {
    while (this.#import) await this.#import.catch(() => undefined);
    const db = this.#guarded(() => this.#connect());
    const writing = (async () => {
      this.#guarded(() => db.exec('BEGIN IMMEDIATE'));
      const result = await work(db);
      db.exec('COMMIT');
      return result;
    })();
    this.#import = writing;
    try {
      return await writing;
    } finally {
      this.#import = undefined;
      rollback(db);
      db.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    while (this.#import) await this.#import.catch(() => undefined);
    this.#closed = true;
    this.#db.close();
  }

  #connect(): Connection {
    return new Connection(this.path, this.#options.busyTimeoutMs);
  }

  /** libsql would answer after close; this does not. */
  #guarded<T>(work: () => T): T {
    if (this.#closed) throw new RefusedError(`${this.path}: the store is closed; open it again`);
    try {
      return work();
    } catch (error) {
      throw explained(this.path, error);
    }
  }
}

function transaction<T>(db: Connection, mode: 'IMMEDIATE' | 'DEFERRED', work: (db: Connection) => T): T {
  db.exec(`BEGIN ${mode}`);
  try {
    const result = work(db);
    db.exec('COMMIT');
    return result;
  } catch (error) {
    forgetIds(db);
    forgetOrigins(db);
    rollback(db);
    throw error;
  }
}

/** Ends what is open: a connection that is closed inside a transaction would keep its lock. SQLite has already rolled back after some errors, such as a full disk. */
function rollback(db: Connection): void {
  if (db.isInTransaction) db.exec('ROLLBACK');
}

/**
 * A load in many batches touches the same pages again and again: they are moved from the log to the file every 64 MB, not every 4. What
 * is sorted, such as an index that is built, goes to a file when it is more than the cache: memory does not grow with the graph.
 */
const SETTINGS = `PRAGMA synchronous = NORMAL; PRAGMA cache_size = -131072; PRAGMA temp_store = FILE;
  PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864`;

function openFile({ path, busyTimeoutMs, migrations }: AccessOptions): Connection {
  try {
    // The file names who holds which right: for its owner only.
    closeSync(openSync(path, 'a', 0o600));
    const db = new Connection(path, busyTimeoutMs);
    db.get('PRAGMA journal_mode = WAL');
    db.exec(SETTINGS);
    migrate(db, migrations);
    return db;
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw new RefusedError(
      `${path}: cannot open the store (${messageOf(error)}); name a file in a folder that exists and that you may write, or set INTERLOCK_STORE`,
      { cause: error },
    );
  }
}

function explained(path: string, error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return error;
  if (code.startsWith('SQLITE_BUSY')) {
    return new RefusedError(`${path}: another process is writing to the store; try again when it is done`, { cause: error });
  }
  if (/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB)/.test(code)) {
    return new RefusedError(
      `${path}: the store cannot be used (${messageOf(error)}); check the disk and the rights of the file`,
      {
        cause: error,
      },
    );
  }
  return error;
}
