import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRedis } from '../../../src/apis/redis/connection.ts';
import type { RedisTlsFiles } from '../../../src/apis/redis/settings.ts';
import { enforcers } from '../../../src/enforcers/index.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import type { Checked } from '../../../src/ports/checked.ts';
import { describeLive, LIVE_SERVERS } from '../../live.ts';

const { signal } = new AbortController();
const connect = async (url: string, tls?: RedisTlsFiles) => {
  await using node = await openRedis({ url, tls, signal, name: 'interlock:test' });
  return node.call('PING');
};

describe('files of TLS', () => {
  it.each([
    ['redis://127.0.0.1:1', { caFile: 'ca.pem' }, 'caFile is set, and the url is not rediss://'],
    ['rediss://127.0.0.1:1', { certFile: 'a.pem' }, 'certFile and keyFile go together'],
    ['rediss://127.0.0.1:1', { caFile: '/nowhere/ca.pem' }, 'caFile: /nowhere/ca.pem: ENOENT'],
  ])('of %s that would not be used, or cannot be, are refused by name: %j', async (url, tls, text) => {
    const error = (await connect(url, tls).catch((thrown: unknown) => thrown)) as Error;
    expect([error.name, error.message]).toEqual(['RefusedError', expect.stringContaining(text)]);
  });
});

describeLive('redisTls', 'Redis over TLS', (url) => {
  const file = (name: string): string => join(process.env[`${LIVE_SERVERS.redisTls}_FILES`] ?? '', name);
  const own = { certFile: file('client.pem'), keyFile: file('client.key') };
  const files = { caFile: file('ca.pem'), ...own };

  it('is spoken with a server of a known authority, by address and by name', async () => {
    expect([await connect(url, files), await connect(url.replace('127.0.0.1', 'localhost'), files)]).toEqual(['PONG', 'PONG']);
  });

  it.each([
    ['no authority', own],
    ['another authority', { ...own, caFile: file('other.pem') }],
  ])('is not spoken with a server of %s that we know', async (_, tls) => {
    await expect(connect(url, tls)).rejects.toThrow(/its certificate is not taken \(\w+\): .*caFile/);
  });

  it('is not spoken without the client certificate that the server asks for, or with one of another authority', async () => {
    const other = { caFile: file('ca.pem'), certFile: file('other.pem'), keyFile: file('other.key') };
    for (const tls of [{ caFile: file('ca.pem') }, other]) {
      const error = (await connect(url, tls).catch((thrown: unknown) => thrown)) as Error;
      // TLS 1.3: the alert comes after the handshake, and may be overtaken by the end of the connection.
      expect(error.message).toMatch(/^redis 127\.0\.0\.1:\d+(: the server asks for another client certificate| does not answer)/);
    }
  });

  it('never becomes a plain connection, whichever side is plain', async () => {
    const plain = process.env[LIVE_SERVERS.redis] ?? '';
    await expect(connect(plain.replace('redis:', 'rediss:'), files)).rejects.toThrow(/does not (speak TLS|answer)/);
    await expect(connect(url.replace('rediss:', 'redis:'))).rejects.toThrow('does not answer');
  }, 30_000);

  it('is what a configured enforcer checks', async () => {
    const surroundings = { environment: {}, fingerprint: createFingerprinter('a fingerprint key of tests, 32 bytes and more') };
    await using cache = await enforcers.redis({ name: 'cache', source: 'shop', url, ...files }, surroundings);
    const found: Checked[] = [];
    for await (const one of cache.check?.(signal) ?? []) found.push(one);
    expect(found.at(-1)).toEqual({ type: 'works', text: `redis ${new URL(url).host} as "default"` });
  });
});
