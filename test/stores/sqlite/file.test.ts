import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { bindable, Connection, type SqlValue } from '../../../src/stores/sqlite/connection.ts';
import { MIGRATIONS } from '../../../src/stores/sqlite/schema/index.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import * as say from '../../contracts/store/samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const NEXT = 'CREATE TABLE tomorrow (x INTEGER) STRICT';

describe('the schema', () => {
  it('copies an older store, then migrates it, and keeps what it holds', async () => {
    const path = join(folder, 'older.db');
    const older = await openSqliteStore({ path });
    await say.collect(older, 'aws', [{ entities: [say.role('app')] }]);
    await older[Symbol.asyncDispose]();

    await using newer = await openSqliteStore({ path, migrations: [...MIGRATIONS, NEXT] });
    expect(await newer.schemaVersion()).toBe(MIGRATIONS.length + 1);
    expect(await say.keysOf(newer)).toEqual([say.role('app').key]);
    const copy = `${path}.v${MIGRATIONS.length}.bak`;
    await using kept = await openSqliteStore({ path: copy });
    expect(await kept.schemaVersion()).toBe(MIGRATIONS.length);
    expect(await say.keysOf(kept)).toEqual([say.role('app').key]);
  });

  it('refuses a newer store, naming both versions', async () => {
    const path = join(folder, 'newer.db');
    await (await openSqliteStore({ path, migrations: [...MIGRATIONS, NEXT] }))[Symbol.asyncDispose]();
    const opening = openSqliteStore({ path });
    await expect(opening).rejects.toThrow(RefusedError);
    await expect(opening).rejects.toThrow(`schema version ${MIGRATIONS.length + 1}, this interlock knows ${MIGRATIONS.length}`);
  });

  it('leaves an older store as it was when a migration fails', async () => {
    const path = join(folder, 'broken.db');
    await (await openSqliteStore({ path }))[Symbol.asyncDispose]();
    await expect(openSqliteStore({ path, migrations: [...MIGRATIONS, `${NEXT}; CREATE NONSENSE`] })).rejects.toThrow();
    await using store = await openSqliteStore({ path });
    expect(await store.schemaVersion()).toBe(MIGRATIONS.length);
  });

  it('makes no copy of a new store', async () => {
    const path = join(folder, 'fresh.db');
    await (await openSqliteStore({ path }))[Symbol.asyncDispose]();
    expect(existsSync(`${path}.v0.bak`)).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe.each([false, true])('a path that cannot be a store (thread: %s)', (thread) => {
  it.each(['missing/store.db', 'a-folder', 'text.db'])('%s is refused by name', async (name) => {
    const path = join(folder, name);
    mkdirSync(join(folder, 'a-folder'), { recursive: true });
    writeFileSync(join(folder, 'text.db'), 'this is no database, whatever its name says. '.repeat(50));
    const opening = openSqliteStore({ path, thread });
    await expect(opening).rejects.toThrow(RefusedError);
    await expect(opening).rejects.toThrow(path);
  });
});

describe('the binding of values', () => {
  it.each([true, undefined, Number.NaN, Number.POSITIVE_INFINITY, {}, [1], new Date(0), Symbol('x')])('refuses %s', (value) => {
    expect(() => bindable([value as unknown as SqlValue])).toThrow(TypeError);
  });

  it('brings text, numbers, null, bigint and bytes back, also alone', () => {
    const db = new Connection(join(folder, 'values.db'), 1000);
    for (const value of ['ü', 0, -1.5, 2 ** 52, null]) expect(db.get('SELECT ?', [value])).toEqual([value]);
    expect(db.get('SELECT typeof(?)', [7n])).toEqual(['integer']);
    expect(db.get('SELECT hex(?)', [new Uint8Array([1, 255])])).toEqual(['01FF']);
    db.close();
  });

  it('refuses text that libsql would cut', () => {
    expect(() => bindable(['a\u0000b'])).toThrow(/NUL/);
  });

  it('refuses a call with a parameter too few or too many', () => {
    const db = new Connection(join(folder, 'count.db'), 1000);
    expect(() => db.get('SELECT ?, ?', [1])).toThrow(RangeError);
    expect(() => db.run('SELECT 1', [1])).toThrow(RangeError);
    db.close();
  });
});
