import { expect, it } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import { sha256 } from '../../../src/model/ledger.ts';
import type { Store, Token } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const token = (id: string, expiresAt: string | null = null): Token => ({
  id,
  name: `name of ${id}`,
  role: 'responder',
  hash: sha256(id),
  createdAt: say.at(0),
  expiresAt,
});

export function tokensContract(open: () => Promise<Store>): void {
  it('keeps tokens by hash, and forgets the removed', async () => {
    await using store = await open();
    await store.addToken(token('b', say.at(60)), say.draft('t1', 'token'));
    await store.addToken(token('a'), say.draft('t2', 'token'));
    await store.addToken(token('a'), say.draft('t2', 'token'));
    expect((await store.tokens()).map((t) => t.id).sort()).toEqual(['a', 'b']);
    expect(await store.tokenByHash(sha256('b'))).toEqual(token('b', say.at(60)));
    expect(await store.tokenByHash(sha256('c'))).toBeUndefined();
    expect(await store.removeToken('b', say.draft('t3', 'token'))).toBe(true);
    expect(await store.removeToken('b', say.draft('t4', 'token'))).toBe(false);
    expect(await store.tokenByHash(sha256('b'))).toBeUndefined();
    expect((await store.ledger(0, 10)).map((r) => r.id)).toEqual(['t1', 't2', 't3']);
  });

  it('holds to the first fingerprint key', async () => {
    await using store = await open();
    await store.checkFingerprintKey('check-one');
    await store.checkFingerprintKey('check-one');
    await expect(store.checkFingerprintKey('check-two')).rejects.toThrow(RefusedError);
    await expect(store.checkFingerprintKey('check-two')).rejects.toThrow(/INTERLOCK_FINGERPRINT_KEY/);
  });

  it('answers a ping, its name and a schema version', async () => {
    await using store = await open();
    await store.ping();
    expect(store.name).toMatch(/^(sqlite|neo4j)$/);
    expect(await store.schemaVersion()).toBeGreaterThanOrEqual(1);
  });

  it('refuses to answer after it was closed', async () => {
    const store = await open();
    await store[Symbol.asyncDispose]();
    await expect(store.generation()).rejects.toThrow(RefusedError);
    await expect(store.append(say.draft('x'))).rejects.toThrow(/closed/);
    await expect(say.listOf(store.readGraph())).rejects.toThrow(/closed/);
    await store[Symbol.asyncDispose]();
  });
}
