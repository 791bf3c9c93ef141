import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { EntityFact } from '../../../src/model/entity.ts';
import { heldEntities } from '../../../src/stores/sqlite/claims.ts';
import { Connection } from '../../../src/stores/sqlite/connection.ts';
import { shownColumns, shownRows } from '../../../src/stores/sqlite/shown-columns.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import { collect } from '../../contracts/store/samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-columns-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const maybe = <T>(...values: T[]) => fc.constantFrom<(T | undefined)[]>(undefined, undefined, ...values);
const facts = fc
  .record({
    kind: fc.constantFrom('Role', 'Role', 'User'),
    name: fc.constantFrom('one', 'one', 'two'),
    provider: fc.constantFrom('aws', 'github'),
    stub: maybe(true),
    overlay: maybe(true),
    state: maybe('active', 'inactive', 'unknown'),
    environment: maybe('prod', 'dev', 'unknown'),
    tier: maybe(0, 1),
    owner: maybe('team/shop'),
    expiresAt: maybe('2026-02-01T00:00:00.000Z'),
  })
  .map((said) => {
    const told = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    return { key: 'aws:arn:aws:iam::111111111111:role/shared', ...told } as EntityFact;
  });
const collections = fc.array(
  fc.record({
    origin: fc.constantFrom('aws', 'declared', 'join:x'),
    batches: fc.array(
      fc.record({ scope: fc.constantFrom('a', 'b', 'c'), entities: fc.array(facts, { minLength: 1, maxLength: 2 }) }),
      {
        maxLength: 4,
      },
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

it('order and search read what the claims merge to, in whatever order scopes claim and claim anew', async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(collections, async (said) => {
      const path = join(folder, `${++files}.db`);
      await using store = await openSqliteStore({ path });
      for (const { origin, batches } of said) await collect(store, origin, batches);
      const db = new Connection(path, 1000);
      const held = heldEntities(db, [1]);
      const rows = shownRows(db, [1]);
      db.close();
      expect(held.map(({ entity }) => shownColumns(entity))).toEqual([...rows.values()].map(({ columns }) => columns));
    }),
    { numRuns: 40 },
  );
}, 20_000);
