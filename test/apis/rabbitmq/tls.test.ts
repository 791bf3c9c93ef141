import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openManagement, whoAmI } from '../../../src/apis/rabbitmq/management.ts';
import { describeLive, LIVE_SERVERS } from '../../live.ts';

describeLive('rabbitmqTls', 'RabbitMQ over TLS', (address) => {
  const broker = () => {
    const { origin: url, username: user, password } = new URL(address);
    return { url, user, password };
  };
  const { signal } = new AbortController();
  const file = (name: string): string => join(process.env[`${LIVE_SERVERS.rabbitmqTls}_FILES`] ?? '', name);
  const asked = async (change: { readonly url?: string; readonly caFile?: string }) => {
    await using api = await openManagement({ ...broker(), ...change }, signal);
    return (await api.read('/whoami', whoAmI)).name;
  };

  it('is spoken with a broker of a known authority, by address and by name', async () => {
    const caFile = file('ca.pem');
    expect(await asked({ caFile })).toBe('admin');
    expect(await asked({ caFile, url: broker().url.replace('127.0.0.1', 'localhost') })).toBe('admin');
  });

  it.each([
    ['no authority', {}],
    ['another authority', { caFile: file('other.pem') }],
  ])('is not spoken with a broker of %s that we know', async (_, change) => {
    await expect(asked(change)).rejects.toThrow(/does not answer: (SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)/);
  });

  it('never becomes a plain connection, whichever side is plain', async () => {
    const plain = new URL(process.env[LIVE_SERVERS.rabbitmq] ?? '').origin;
    await expect(asked({ caFile: file('ca.pem'), url: plain.replace('http:', 'https:') })).rejects.toThrow('does not answer');
    await expect(asked({ caFile: file('ca.pem'), url: plain })).rejects.toThrow(/caFile is set, and the url is not https/);
    await expect(asked({ url: broker().url.replace('https:', 'http:') })).rejects.toThrow();
  });
});
