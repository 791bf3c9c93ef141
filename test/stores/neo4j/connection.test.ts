import { describe, expect, it } from 'vitest';
import { RefusedError, UsageError } from '../../../src/model/errors.ts';
import { addressOf } from '../../../src/stores/neo4j/address.ts';
import { openNeo4jStore } from '../../../src/stores/neo4j/neo4j-store.ts';

describe('the address of a Neo4j store', () => {
  it('is read from a URL, with escapes and the default database', () => {
    expect(addressOf('neo4j+s://ann:p%40ss@db.example:7687')).toEqual({
      server: 'neo4j+s://db.example:7687',
      user: 'ann',
      password: 'p@ss',
      database: 'neo4j',
      place: 'neo4j+s://db.example:7687/neo4j',
    });
  });

  it.each(['neo4j', 'http://a:b@host/x', 'neo4j://host:7687/neo4j', 'bolt://ann@host'])('is refused when it is %s', (url) => {
    expect(() => addressOf(url)).toThrow(UsageError);
  });
});

it('says in one line that a server does not answer, soon and without the password', async () => {
  const began = performance.now();
  const opening = openNeo4jStore({ url: 'neo4j://ann:hidden-word@127.0.0.1:1/neo4j' });
  await expect(opening).rejects.toThrow(RefusedError);
  await expect(opening).rejects.toThrow(/127\.0\.0\.1:1\/neo4j: the Neo4j server does not answer; check/);
  await expect(opening).rejects.not.toThrow(/hidden-word/);
  expect(performance.now() - began).toBeLessThan(8_000);
});
