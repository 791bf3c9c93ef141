/** The real RabbitMQ of the live suites. Its users are everybody's: each test makes its own, in a vhost of its own. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { RabbitmqApiSettings } from '../src/apis/rabbitmq/settings.ts';
import { type AmqpConnection, openAmqp } from './amqp-connection.ts';

export interface RabbitmqServer extends AsyncDisposable {
  readonly api: RabbitmqApiSettings;
  readonly vhost: string;
  /** A name that nobody else uses; a user of it is deleted at the end. */
  name(prefix: string): string;
  /** A random password: no test holds one in its text. */
  password(): string;
  call(method: string, path: string, json?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** What the broker would export of a user, byte for byte. */
  definition(user: string): Promise<unknown>;
  session(user: string, password: string, name?: string): Promise<AmqpConnection>;
  canLogIn(user: string, password: string): Promise<boolean>;
  /** Waits until the API lists as many connections of the user: it takes up to five seconds. */
  listed(user: string, count: number): Promise<void>;
}

export async function openRabbitmq(url: string): Promise<RabbitmqServer> {
  const { origin, username, password: secret } = new URL(url);
  const api = { url: origin, user: decodeURIComponent(username), password: decodeURIComponent(secret) };
  const amqp = process.env['INTERLOCK_TEST_RABBITMQ_AMQP'] ?? '';
  const vhost = `test/${randomBytes(6).toString('hex')}`;
  const names: string[] = [];
  const open: AmqpConnection[] = [];
  const call: RabbitmqServer['call'] = async (method, path, json) => {
    const answer = await fetch(`${origin}/api${path}`, {
      method,
      headers: { authorization: `Basic ${btoa(`${api.user}:${api.password}`)}`, 'content-type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  await call('PUT', `/vhosts/${encodeURIComponent(vhost)}`);
  await call('PUT', `/permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(api.user)}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  return {
    api,
    vhost,
    name(prefix) {
      const made = `${prefix}_${randomBytes(6).toString('hex')}`;
      names.push(made);
      return made;
    },
    password: () => randomBytes(18).toString('base64url'),
    call,
    async definition(user) {
      const { body } = await call('GET', '/definitions');
      const all = body as Record<'users' | 'permissions' | 'topic_permissions', Record<string, unknown>[]>;
      return [
        all.users.filter(({ name }) => name === user),
        all.permissions.filter((one) => one['user'] === user),
        all.topic_permissions.filter((one) => one['user'] === user),
      ];
    },
    async session(user, password, name = '') {
      const connection = await openAmqp(amqp, { user, password, vhost, name });
      open.push(connection);
      return connection;
    },
    async canLogIn(user, password) {
      try {
        await (await openAmqp(amqp, { user, password, vhost }))[Symbol.asyncDispose]();
        return true;
      } catch {
        return false;
      }
    },
    async listed(user, count) {
      for (let i = 0; i < 200; i++) {
        const { body } = await call('GET', `/connections/username/${encodeURIComponent(user)}`);
        if ((body as unknown[]).length === count) return;
        await wait(50);
      }
      throw new Error(`the API does not list ${count} connections of ${user}`);
    },
    async [Symbol.asyncDispose]() {
      for (const connection of open) await connection[Symbol.asyncDispose]();
      for (const name of names) await call('DELETE', `/users/${encodeURIComponent(name)}`);
      await call('DELETE', `/vhosts/${encodeURIComponent(vhost)}`);
    },
  };
}
