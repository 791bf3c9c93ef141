import { expect, it } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { openNeo4jStore } from '../../../src/stores/neo4j/neo4j-store.ts';
import { openLiveDatabase } from './live-database.ts';

/** Called from the one live file: tests of a shared database are serial. */
export function serverSuite(url: string): void {
  it('refuses another password in one line', async () => {
    const wrong = new URL(url);
    wrong.password = 'not-this-one';
    const opening = openNeo4jStore({ url: wrong.href });
    await expect(opening).rejects.toThrow(RefusedError);
    await expect(opening).rejects.toThrow(/refused the user neo4j; check user and password/);
  });

  it('names a database that is not there', async () => {
    const other = new URL(url);
    other.pathname = '/elsewhere';
    await expect(openNeo4jStore({ url: other.href })).rejects.toThrow(/there is no database elsewhere/);
  });

  it('refuses a newer schema, and applies its own once', async () => {
    await using database = await openLiveDatabase(url);
    await database.wipe();
    const store = await openNeo4jStore({ url });
    const version = await store.schemaVersion();
    await store[Symbol.asyncDispose]();
    await database.run('MATCH (h:Head) SET h.schema = $version', { version: version + 1 });
    await expect(openNeo4jStore({ url })).rejects.toThrow(
      new RegExp(`version ${version + 1}(\\.0)?, this interlock knows ${version}; use the version that wrote it`),
    );
    await database.wipe();
  });

  it('takes away what a cut-off import left when the store is opened', async () => {
    await using database = await openLiveDatabase(url);
    await database.wipe();
    await (await openNeo4jStore({ url }))[Symbol.asyncDispose]();
    await database.run("MATCH (h:Head) SET h.importing = true CREATE (:Entity {key: 'half'})");
    await using store = await openNeo4jStore({ url });
    expect(await store.candidates('half', 1)).toEqual([]);
    expect(await database.run('MATCH (e:Entity) RETURN count(e) AS left')).toEqual([{ left: 0 }]);
  });

  it('keeps the graph open to everybody: kinds as labels and types, merged fields as properties', async () => {
    await using database = await openLiveDatabase(url);
    await database.wipe();
    await using store = await openNeo4jStore({ url });
    const run = await store.beginCollection('aws', 'r1', '2026-01-05T08:00:00.000Z');
    await store.writeFacts(run, {
      scope: 'one',
      entities: [
        { key: 'aws:a', kind: 'Role', name: 'a', provider: 'aws', tier: 0 },
        { key: 'aws:b', kind: 'Resource', name: 'b', provider: 'aws' },
      ],
      relationships: [{ source: 'aws:a', kind: 'CAN_READ', target: 'aws:b', basis: 'entitled', certainty: 'definite', uses: 3 }],
      documents: [],
    });
    const rows = await database.run(
      'MATCH (s:Entity:Role {key: $key})-[r:CAN_READ]->(t:Resource) WHERE s.tier = 0 AND r.uses / 2 = 1 RETURN r.id AS id, r.origins AS origins',
      { key: 'aws:a' },
    );
    expect(rows).toEqual([{ id: 'aws:a CAN_READ aws:b', origins: ['aws/one'] }]);
  });

  it('takes in one batch of a first load what is new, what was said before, and refuses an end that nobody claims', async () => {
    await using database = await openLiveDatabase(url);
    await database.wipe();
    await using store = await openNeo4jStore({ url });
    const run = await store.beginCollection('aws', 'r1', '2026-01-05T08:00:00.000Z');
    const write = (certainty: 'possible' | 'definite', ...targets: readonly string[]) =>
      store.writeFacts(run, {
        scope: 'one',
        entities: targets.map((key) => ({ key, kind: 'Resource', name: key, provider: 'aws' })),
        relationships: targets.map((target) => ({ source: 'aws:a', kind: 'CAN_READ', target, basis: 'entitled', certainty })),
        documents: [],
      });
    await write('possible', 'aws:a', 'aws:b');
    await write('definite', 'aws:b', 'aws:c');
    const hanging = {
      source: 'aws:a',
      kind: 'CAN_READ',
      target: 'aws:nobody',
      basis: 'entitled',
      certainty: 'definite',
    } as const;
    const batch = { scope: 'one', entities: [], relationships: [hanging], documents: [] };
    await expect(store.writeFacts(run, batch)).rejects.toThrow(/nobody claims aws:nobody/);
    const rows = await database.run(
      'MATCH (:Entity {key: $key})-[r:CAN_READ]->(t) RETURN t.key AS key, r.certainty AS certainty ORDER BY key',
      { key: 'aws:a' },
    );
    expect(rows).toEqual([
      { key: 'aws:a', certainty: 'possible' },
      { key: 'aws:b', certainty: 'definite' },
      { key: 'aws:c', certainty: 'definite' },
    ]);
  });
}
