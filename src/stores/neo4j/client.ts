/** Transactions on one database, and its failures in words for a person. */
import neo4j, { type Driver, type ManagedTransaction, type Session } from 'neo4j-driver';
import { RefusedError } from '../../model/errors.ts';
import { type Address, addressOf } from './address.ts';
import { decodeRow, encodeParameters, type Query, textOf } from './query.ts';
import type { Shapes, ValuesOf } from './shapes.ts';

/** Runs a query inside one transaction. Calls that are not awaited one by one are pipelined. */
export type Run = <P extends Shapes, R extends Shapes>(query: Query<P, R>, values: ValuesOf<P>) => Promise<ValuesOf<R>[]>;

export interface Client {
  /** `neo4j://host:port/database`, without the password. */
  readonly place: string;
  /** One transaction; it is tried again for up to 10 s when the server says that it may succeed then. */
  write<T>(work: (run: Run) => Promise<T>): Promise<T>;
  read<T>(work: (run: Run) => Promise<T>): Promise<T>;
  /** Rows as they come, in batches; the server waits while the caller does. Not tried again. */
  stream<P extends Shapes, R extends Shapes>(query: Query<P, R>, values: ValuesOf<P>): AsyncGenerator<ValuesOf<R>[]>;
  /**
   * Rows of queries without parameters, one after the other in one transaction that begins with a lock and changes nothing: one
   * consistent state, since Neo4j itself shows what others commit between two rows.
   */
  alone(
    lock: Query<Shapes, Shapes>,
    queries: readonly Query<Shapes, Shapes>[],
  ): AsyncGenerator<{ readonly query: Query<Shapes, Shapes>; readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
  /** A statement of its own, such as a schema change. */
  statement(text: string): Promise<void>;
  close(): Promise<void>;
}

const BATCH = 2_000;
const RETRY_MS = 10_000;
const CONNECT_MS = 5_000;

/** Throws a RefusedError that says what to do when the server does not answer or does not let us in. */
export async function connect(url: string): Promise<Client> {
  const address = addressOf(url);
  const driver = neo4j.driver(address.server, neo4j.auth.basic(address.user, address.password), {
    disableLosslessIntegers: true,
    maxTransactionRetryTime: RETRY_MS,
    connectionTimeout: CONNECT_MS,
    connectionAcquisitionTimeout: 60_000,
    telemetryDisabled: true,
    notificationFilter: { minimumSeverityLevel: 'OFF' },
    userAgent: 'interlock',
  });
  try {
    await driver.verifyConnectivity({ database: address.database });
  } catch (error) {
    await driver.close();
    throw inWords(error, address);
  }
  return createClient(driver, address);
}

function createClient(driver: Driver, address: Address): Client {
  let isClosed = false;
  const open = (): Session => {
    if (isClosed) throw new RefusedError(`${address.place}: this store was closed`);
    return driver.session({ database: address.database, fetchSize: BATCH * 2 });
  };
  const within = async <T>(use: (session: Session) => Promise<T>): Promise<T> => {
    const session = open();
    try {
      return await use(session);
    } catch (error) {
      throw inWords(error, address);
    } finally {
      await session.close();
    }
  };
  return {
    place: address.place,
    write: (work) => within((session) => session.executeWrite((transaction) => work(runIn(transaction)))),
    read: (work) => within((session) => session.executeRead((transaction) => work(runIn(transaction)))),
    async *stream(query, values) {
      const session = open();
      try {
        yield* rowsOf(query, session.run(textOf(query.file), encodeParameters(query, values)));
      } catch (error) {
        throw inWords(error, address);
      } finally {
        await session.close();
      }
    },
    async *alone(first, queries) {
      const session = open();
      try {
        const transaction = await session.beginTransaction();
        await transaction.run(textOf(first.file), {});
        for (const query of queries) {
          for await (const rows of rowsOf(query, transaction.run(textOf(query.file), {}))) yield { query, rows };
        }
        await transaction.rollback();
      } catch (error) {
        throw inWords(error, address);
      } finally {
        await session.close();
      }
    },
    statement: (text) => within(async (session) => void (await session.run(text))),
    async close() {
      isClosed = true;
      await driver.close();
    },
  };
}

/**
 * Neo4j keeps the plan that it made when the database was almost empty, and only asks itself after 10 s whether it still fits: a
 * first load of 28,000 relationships took 32 s with the plan for none (a scan of all for each row). So a query that takes many rows
 * is planned anew once in each transaction.
 * https://neo4j.com/docs/cypher-manual/5/planning-and-tuning/query-tuning/#cypher-replanning
 */
const REPLAN = 'CYPHER replan=force ';
const MANY = 500;

const rowsIn = (values: Readonly<Record<string, unknown>>): number =>
  Math.max(0, ...Object.values(values).map((value) => (Array.isArray(value) ? value.length : 0)));

function runIn(transaction: ManagedTransaction): Run {
  const planned = new Set<string>();
  return async (query, values) => {
    const isPlanned = query.isSteady || planned.has(query.file) || rowsIn(values) < MANY;
    if (!isPlanned) planned.add(query.file);
    const text = `${isPlanned ? '' : REPLAN}${textOf(query.file)}`;
    const { records } = await transaction.run(text, encodeParameters(query, values));
    return records.map((record) => decodeRow(query, record));
  };
}

async function* rowsOf<R extends Shapes>(
  query: Query<Shapes, R>,
  records: AsyncIterable<Parameters<typeof decodeRow>[1]>,
): AsyncGenerator<ValuesOf<R>[]> {
  let rows: ValuesOf<R>[] = [];
  for await (const record of records) {
    rows.push(decodeRow(query, record));
    if (rows.length < BATCH) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

const ROWS = 5_000;

/** Hands rows over in portions, one behind the other without waiting for answers between. */
export async function inBatches<T, R>(rows: readonly T[], send: (portion: readonly T[]) => Promise<readonly R[]>): Promise<R[]> {
  const answers: Promise<readonly R[]>[] = [];
  for (let from = 0; from < rows.length; from += ROWS) answers.push(send(rows.slice(from, from + ROWS)));
  return (await Promise.all(answers)).flat();
}

/** Codes: https://neo4j.com/docs/status-codes/current/errors/all-errors/ */
function inWords(error: unknown, { place, user, database }: Address): unknown {
  const code = (error as { code?: string }).code ?? '';
  if (code === 'ServiceUnavailable' || code === 'SessionExpired') {
    return new RefusedError(`${place}: the Neo4j server does not answer; check that it runs and that host and port are right`);
  }
  if (code.startsWith('Neo.ClientError.Security.')) {
    return new RefusedError(`${place}: Neo4j refused the user ${user}; check user and password in the store's URL`);
  }
  if (code === 'Neo.ClientError.Database.DatabaseNotFound') {
    return new RefusedError(`${place}: there is no database ${database}; Neo4j Community has one, named neo4j`);
  }
  return error;
}
