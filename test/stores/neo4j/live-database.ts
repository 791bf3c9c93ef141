import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';

const text = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

/** A real database for tests. It is wiped only when it was empty when it was first used, or a test marked it before. */
export interface LiveDatabase extends AsyncDisposable {
  wipe(): Promise<void>;
  /** A statement of the test's own. */
  run(statement: string, parameters?: Record<string, unknown>): Promise<Record<string, unknown>[]>;
}

export async function openLiveDatabase(url: string): Promise<LiveDatabase> {
  const { protocol, host, username, password, pathname } = new URL(url);
  const driver: Driver = neo4j.driver(`${protocol}//${host}`, neo4j.auth.basic(username, decodeURIComponent(password)), {
    disableLosslessIntegers: true,
  });
  const run = async (statement: string, parameters = {}): Promise<Record<string, unknown>[]> => {
    const session = driver.session({ database: pathname.slice(1) });
    try {
      return (await session.run(statement, parameters)).records.map((record) => record.toObject());
    } finally {
      await session.close();
    }
  };
  const close = () => driver.close();
  const marked = await run(text('mark.cypher'));
  if (marked.length === 0) {
    await close();
    throw new Error(`${host}: this database holds something and is not marked as a test's; it is left alone`);
  }
  return { wipe: async () => void (await run(text('wipe.cypher'))), run, [Symbol.asyncDispose]: close };
}
