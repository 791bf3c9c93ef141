/**
 * The only place that calls libsql.
 *
 * libsql 0.5 aborts the process on a boolean or on a bare Buffer as the sole argument, turns missing parameters into NULL, and still
 * answers after close: so every value passes `bindable`, parameters are counted, and always go as one array.
 */
import Database from 'libsql';
import { InputError } from '../../model/errors.ts';

export type SqlValue = string | number | bigint | null | Uint8Array;
type Row = SqlValue[];

interface Prepared {
  readonly statement: Database.Statement;
  readonly parameters: number;
}

/** Rows of one multi-row statement. More rows save little and compile longer. */
const ROWS_AT_ONCE = 50;

const STATEMENTS_KEPT = 400;

export class Connection {
  readonly path: string;
  readonly #database: Database.Database;
  readonly #prepared = new Map<string, Prepared>();

  constructor(path: string, busyTimeoutMs: number) {
    this.path = path;
    this.#database = new Database(path, { timeout: busyTimeoutMs });
    this.exec(`PRAGMA busy_timeout = ${Math.trunc(busyTimeoutMs)}`);
  }

  get isInTransaction(): boolean {
    return this.#database.inTransaction;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Returns the number of rows changed. */
  run(sql: string, values: readonly SqlValue[] = []): number {
    return this.#prepare(sql, values).run(bindable(values)).changes;
  }

  all<T extends readonly SqlValue[] = Row>(sql: string, values: readonly SqlValue[] = []): T[] {
    return [...this.iterate<T>(sql, values)];
  }

  get<T extends readonly SqlValue[] = Row>(sql: string, values: readonly SqlValue[] = []): T | undefined {
    return this.all<T>(sql, values)[0];
  }

  /** Rows as arrays. To be read to the end: an open cursor keeps its snapshot. */
  iterate<T extends readonly SqlValue[] = Row>(sql: string, values: readonly SqlValue[] = []): IterableIterator<T> {
    return this.#prepare(sql, values).iterate(bindable(values)) as IterableIterator<T>;
  }

  /** `INSERT … VALUES` of many rows, given as one flat array; returns the number of rows changed. */
  insert(into: string, width: number, values: readonly SqlValue[], conflict = ''): number {
    const step = ROWS_AT_ONCE * width;
    const row = marks(width);
    const sql = (rows: number): string => `INSERT INTO ${into} VALUES ${Array(rows).fill(row).join(',')} ${conflict}`;
    const full = values.length >= step ? sql(ROWS_AT_ONCE) : '';
    const whole = values.length - (values.length % step);
    let changed = 0;
    for (let at = 0; at < whole; at += step) changed += this.run(full, values.slice(at, at + step));
    if (whole < values.length) changed += this.run(sql((values.length - whole) / width), values.slice(whole));
    return changed;
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(sql: string, values: readonly SqlValue[]): Database.Statement {
    let prepared = this.#prepared.get(sql);
    if (!prepared) {
      const statement = this.#database.prepare(sql);
      if (statement.reader) statement.raw(true);
      if (this.#prepared.size >= STATEMENTS_KEPT) this.#prepared.clear();
      prepared = { statement, parameters: countParameters(sql) };
      this.#prepared.set(sql, prepared);
    }
    if (prepared.parameters !== values.length) {
      throw new RangeError(`${prepared.parameters} parameters, ${values.length} values: ${sql.slice(0, 80)}`);
    }
    return prepared.statement;
  }
}

/** SQL of this folder holds no question mark but parameters. */
function countParameters(sql: string): number {
  let count = 0;
  for (let at = sql.indexOf('?'); at >= 0; at = sql.indexOf('?', at + 1)) count++;
  return count;
}

/** Throws a TypeError, for NUL in text an InputError, before libsql would abort the process or store something else. */
export function bindable(values: readonly SqlValue[]): SqlValue[] {
  for (const value of values) {
    if (typeof value === 'string' && value.includes('\0')) {
      throw new InputError(
        `${JSON.stringify(value.slice(0, 80))}: a NUL character; SQLite would cut the text there, so take it out at its source`,
      );
    }
    if (typeof value === 'string' || value === null || typeof value === 'bigint') continue;
    if (typeof value === 'number' ? Number.isFinite(value) : value instanceof Uint8Array) continue;
    throw new TypeError(
      `a parameter is ${typeof value === 'number' ? value : typeof value}; SQLite takes text, finite numbers, bigint, null and bytes`,
    );
  }
  return values as SqlValue[];
}

/** `(?,?,?)`. */
export const marks = (count: number): string => `(${Array(count).fill('?').join(',')})`;

/** Pieces of at most `size`, for `IN` lists. */
export function* pieces<T>(list: readonly T[], size = 200): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}
