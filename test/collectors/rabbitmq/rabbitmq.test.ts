import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saltedHash } from '../../../src/apis/rabbitmq/password-hash.ts';
import { rabbitmqCollector } from '../../../src/collectors/rabbitmq/collector.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { checking, missingIn } from '../../contracts/checking.ts';
import { collecting, SAMPLE_KEY } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { describeLive } from '../../live.ts';
import { openRabbitmq, type RabbitmqServer } from '../../rabbitmq-server.ts';

const fingerprint = createFingerprinter(SAMPLE_KEY);
const salt = Buffer.from([1, 2, 3, 4]);
const hash = (password: string): string => saltedHash(password, salt);

function folderOf(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-rabbitmq-files-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return { settings: { files: folder }, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const may = (user: string, configure: string, write: string, read: string, vhost = '/') => ({
  user,
  vhost,
  configure,
  write,
  read,
});
const account = (name: string, tags: string[] = [], password = name) => ({
  name,
  password_hash: password && hash(password),
  hashing_algorithm: 'rabbit_password_hashing_sha256',
  tags,
  limits: {},
});
const [UPSTREAM, OWN] = [['up', 'stream', 'word'].join('-'), 'reader'];

const DEFINITIONS = {
  rabbit_version: '3.10.8',
  users: [
    account('admin', ['administrator']),
    account('guest', ['administrator']),
    account('reader'),
    account('sender'),
    account('direct'),
    account('topical'),
    account('worker', ['policymaker']),
    account('certified', [], ''),
    account('odd'),
  ],
  vhosts: [{ name: '/' }, { name: 'shop' }],
  permissions: [
    may('admin', '.*', '.*', '.*'),
    may('reader', '', '', '^orders$'),
    may('sender', '^$', '^events$', '^$'),
    may('direct', '^$', '^amq\\.default$', '^$'),
    may('topical', '^$', '^topics$', '^$'),
    may('worker', '^app', '^app|^events$', '^app|^events$'),
    may('certified', '.*', '.*', '.*', 'shop'),
    may('odd', '^$', '^$', '(?i)ORDERS'),
  ],
  topic_permissions: [{ user: 'topical', vhost: '/', exchange: 'topics', write: '^eu\\.', read: '^$' }],
  parameters: [
    {
      vhost: '/',
      component: 'shovel',
      name: 'to-dc2',
      value: { 'src-uri': `amqp://${OWN}:${OWN}@localhost`, 'dest-uri': [`amqps://mover:${UPSTREAM}@dc2.example:5671/x`] },
    },
    { vhost: '/', component: 'federation-upstream', name: 'local', value: { uri: 'amqp:///shop' } },
  ],
  queues: ['orders', 'app-in', 'eu-orders', 'us-orders', 'audit'].map((name) => ({ name, vhost: '/', durable: true })),
  exchanges: [
    { name: 'events', vhost: '/', type: 'fanout' },
    { name: 'topics', vhost: '/', type: 'topic' },
    { name: 'hidden', vhost: '/', type: 'fanout', internal: true },
  ],
  bindings: [
    { source: 'events', vhost: '/', destination: 'orders', destination_type: 'queue', routing_key: '' },
    { source: 'events', vhost: '/', destination: 'hidden', destination_type: 'exchange', routing_key: '' },
    { source: 'hidden', vhost: '/', destination: 'audit', destination_type: 'queue', routing_key: '' },
    { source: 'topics', vhost: '/', destination: 'eu-orders', destination_type: 'queue', routing_key: 'eu.orders' },
    { source: 'topics', vhost: '/', destination: 'us-orders', destination_type: 'queue', routing_key: 'us.#' },
  ],
};

const connection = (user: string, change: object = {}) => ({
  name: `10.0.0.5:1 -> 10.0.0.1:5672 ${user}`,
  user,
  vhost: '/',
  peer_host: '10.0.0.5',
  protocol: 'AMQP 0-9-1',
  auth_mechanism: 'PLAIN',
  connected_at: 1_767_225_600_000,
  client_properties: { product: 'pika' },
  ...change,
});
const CONNECTIONS = [
  connection('reader', { user_provided_name: 'billing#0a1b2c:0' }),
  connection('reader', { user_provided_name: 'billing#0a1b2c:1', connected_at: 1_767_312_000_000 }),
  connection('sender'),
  connection('certified', { auth_mechanism: 'EXTERNAL', user_provided_name: 'gateway' }),
];

const good = { 'definitions.json': JSON.stringify(DEFINITIONS), 'connections.json': JSON.stringify(CONNECTIONS) };
const user = (name: string): string => `rabbitmq:test/users/${name}`;
const at = (type: string, name: string): string => `rabbitmq:test/vhosts/%2F/${type}/${name}`;

describe('the RabbitMQ collector on files', () => {
  collectorContract({
    collector: rabbitmqCollector,
    good: async () => folderOf(good),
    broken: async () => ({
      ...folderOf({ ...good, 'bad.json': '{"rabbit_version": "3", "users": [1]}' }),
      names: 'bad.json: users[0]',
    }),
  });

  const rightsOf = async (name: string, definitions: unknown = DEFINITIONS) => {
    await using source = folderOf({ d: JSON.stringify(definitions) });
    const { relationships } = await collecting(rabbitmqCollector, source.settings);
    const grants = relationships.filter((e) => e.kind === 'HAS_GRANT' && e.source === user(name)).map((e) => e.target);
    return relationships
      .filter((e) => grants.includes(e.source))
      .map(
        (e) =>
          `${e.kind} ${e.target.replace('rabbitmq:test', '').replace('/vhosts/%2F/', '')}${e.certainty === 'definite' ? '' : ` ${e.certainty}`}`,
      )
      .sort();
  };

  it.each([
    ['admin', ['CAN_CONTROL ']],
    ['reader', ['CAN_READ queues/orders']],
    ['sender', ['CAN_PUT exchanges/events', 'CAN_PUT queues/audit', 'CAN_PUT queues/orders']],
    ['direct', ['app-in', 'audit', 'eu-orders', 'orders', 'us-orders'].map((name) => `CAN_PUT queues/${name}`)],
    ['topical', ['CAN_PUT exchanges/topics', 'CAN_PUT queues/eu-orders']],
    ['certified', ['CAN_WRITE /vhosts/shop']],
    [
      'worker',
      [
        'CAN_PUT /vhosts/%2F',
        'CAN_PUT queues/audit',
        'CAN_PUT queues/orders',
        'CAN_READ parameters/shovel/to-dc2',
        'CAN_WRITE exchanges/events',
        'CAN_WRITE queues/app-in',
      ],
    ],
    ['odd', ['app-in', 'audit', 'eu-orders', 'orders', 'us-orders'].map((name) => `CAN_READ queues/${name} possible`)],
  ])('resolves what %s may do, on what is there', async (name, expected) => {
    expect((await rightsOf(name)).map((one) => one.trimEnd())).toEqual(expected.map((one) => one.trimEnd()).sort());
  });

  it('lets nobody read an exchange who can bind no queue to it', async () => {
    const definitions = { ...DEFINITIONS, permissions: [may('reader', '^$', '^$', '^events$')] };
    expect(await rightsOf('reader', definitions)).toEqual([]);
    const own = { ...DEFINITIONS, permissions: [may('reader', '^amq\\.gen', '^amq\\.gen', '^amq\\.gen|^events$')] };
    expect(await rightsOf('reader', own)).toEqual(['CAN_READ exchanges/events']);
  });

  it('keeps no hash and no login of an address, and knows whose the login is', async () => {
    await using source = folderOf(good);
    const found = await collecting(rabbitmqCollector, source.settings);
    const place = at('parameters', 'shovel/to-dc2');
    const exposed = found.relationships.filter((e) => e.source === place && e.kind === 'EXPOSES').map((e) => e.target);
    expect(exposed.sort()).toEqual([`${user(OWN)}/password`, `${place}#mover@dc2.example:5671`].sort());
    expect(found.entity(`${place}#mover@dc2.example:5671`)?.properties).toEqual({ fingerprint: fingerprint(UPSTREAM) });
    expect(found.edges).toContain(`${at('links', 'shovel/to-dc2')} USES ${user(OWN)}/password`);
    expect(found.entity(at('parameters', 'federation-upstream/local'))).toBeUndefined();
    const text = JSON.stringify(found.said);
    for (const secret of [UPSTREAM, ...DEFINITIONS.users.map((one) => one.password_hash).filter(Boolean)])
      expect(text).not.toContain(secret);
  });

  it('shows a user without a password as one that no password proves, and the delivered password as known to all', async () => {
    await using source = folderOf(good);
    const found = await collecting(rabbitmqCollector, source.settings);
    expect(found.entity(`${user('certified')}/password`)?.state).toBe('inactive');
    expect(found.entity(`${user('reader')}/password`)).toMatchObject({
      state: 'active',
      properties: { hashFingerprint: fingerprint(hash('reader')) },
    });
    const anyone = found.relationships.filter((e) => e.source === 'external:anyone');
    expect(anyone).toMatchObject([
      { target: user('guest'), certainty: 'conditional', condition: expect.stringContaining('from its own host') },
    ]);
  });

  it('folds connections of one client, and takes a certificate for no use of the password', async () => {
    await using source = folderOf(good);
    const { relationships } = await collecting(rabbitmqCollector, source.settings);
    const observed = relationships
      .filter((e) => e.basis === 'observed')
      .map((e) => [
        e.source.replace('rabbitmq:test/sessions/', ''),
        e.kind,
        e.target.replace('rabbitmq:test/users/', ''),
        e.uses,
      ]);
    expect(observed.map((one) => one.join(' ')).sort()).toEqual(
      [
        'reader/billing@10.0.0.5 USES reader/password 2',
        'reader/billing@10.0.0.5 RUNS_AS reader 2',
        'origin:10.0.0.5/pika USES sender/password 1',
        'certified/gateway@10.0.0.5 RUNS_AS certified 1',
      ].sort(),
    );
    expect(relationships.find((e) => e.kind === 'USES' && e.uses === 2)).toMatchObject({
      firstSeen: '2026-01-01T00:00:00.000Z',
      lastUsed: '2026-01-02T00:00:00.000Z',
    });
  });

  it('refuses the export of one vhost, what was saved under another key, and connections without definitions', async () => {
    const errorsOf = async (files: Readonly<Record<string, string>>) => {
      await using source = folderOf(files);
      const { errors, scopes } = await collecting(rabbitmqCollector, source.settings);
      return [...errors, ...scopes.flatMap(({ missing }) => missing)].join('\n');
    };
    const { users: _, ...vhost } = DEFINITIONS;
    expect(await errorsOf({ 'vhost.json': JSON.stringify(vhost) })).toContain(
      'vhost.json: users: missing, as in an export of one vhost',
    );
    expect(await errorsOf({ 'd.json': JSON.stringify({ fingerprintCheck: 'fp:x', users: [], parameters: [] }) })).toContain(
      'd.json: was saved under another fingerprint key',
    );
    expect(await errorsOf({ c: JSON.stringify(CONNECTIONS) })).toContain('save /api/definitions beside them');
  });

  it('does not hang on an expression that takes for ever', async () => {
    const queues = [{ name: `${'a'.repeat(80)}!`, vhost: '/' }];
    expect(await rightsOf('reader', { ...DEFINITIONS, queues, permissions: [may('reader', '^$', '^$', '(a+)+$')] })).toEqual([
      `CAN_READ queues/${'a'.repeat(80)}! possible`,
    ]);
  });
});

describeLive('rabbitmq', 'the RabbitMQ collector on a broker', (url) => {
  let server: RabbitmqServer;
  let made: { name: string; password: string };
  beforeAll(async () => {
    server = await openRabbitmq(url);
    made = { name: server.name('app'), password: server.password() };
    const vhost = encodeURIComponent(server.vhost);
    await server.call('PUT', `/users/${made.name}`, { password: made.password, tags: 'management' });
    await server.call('PUT', `/permissions/${vhost}/${made.name}`, { configure: '^app', write: '^app', read: '^app' });
    await server.call('PUT', `/queues/${vhost}/app-orders`, { durable: true });
    await server.call('PUT', `/queues/${vhost}/other`, { durable: true });
    const value = {
      'src-protocol': 'amqp091',
      'src-uri': 'amqp://',
      'src-queue': 'app-orders',
      'dest-protocol': 'amqp091',
      'dest-queue': 'x',
    };
    const uri = `amqp://${made.name}:${encodeURIComponent(made.password)}@127.0.0.1:1/${vhost}`;
    await server.call('PUT', `/parameters/shovel/${vhost}/away`, { value: { ...value, 'dest-uri': uri } });
    await server.session(made.name, made.password, 'invoicing');
    await server.listed(made.name, 1);
    for (let i = 0; i < 100; i++) {
      const { body } = await server.call('GET', '/connections');
      if ((body as { user?: string; auth_mechanism?: string }[]).some((one) => one.user === made.name && one.auth_mechanism))
        break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  it('knows its users, rights, shovels and consumers, keeps no secret, and says the same of what it saved', async () => {
    const saved = new Map<string, string>();
    const found = await collecting(
      rabbitmqCollector,
      { live: server.api },
      { save: async (path, content) => void saved.set(path, content) },
    );
    expect(found.errors).toEqual([]);
    const vhost = `rabbitmq:test/vhosts/${server.vhost.replace('/', '%2F')}`;
    const [grant] = found.relationships.filter((e) => e.kind === 'HAS_GRANT' && e.source === user(made.name));
    const may = found.relationships.filter((e) => e.source === grant?.target).map((e) => `${e.kind} ${e.target}`);
    expect(may).toEqual([`CAN_WRITE ${vhost}/queues/app-orders`]);
    expect(found.edges).toContain(`${vhost}/parameters/shovel/away EXPOSES ${user(made.name)}/password`);
    expect(found.relationships.find((e) => e.source.includes('/invoicing@') && e.kind === 'USES')).toMatchObject({
      source: `rabbitmq:test/sessions/${made.name}/invoicing@127.0.0.1`,
      certainty: 'definite',
    });
    const text = JSON.stringify([found.said, ...saved]);
    const { body } = await server.call('GET', `/users/${made.name}`);
    for (const secret of [
      made.password,
      encodeURIComponent(made.password),
      server.api.password,
      (body as { password_hash: string }).password_hash,
    ])
      expect(text).not.toContain(secret);
    await using source = folderOf(Object.fromEntries(saved));
    const again = await collecting(rabbitmqCollector, source.settings);
    expect([again.entities, again.relationships, again.scopes]).toEqual([found.entities, found.relationships, found.scopes]);
  });

  it('foresees and says what a login that is no administrator may not read', async () => {
    const limited = { live: { ...server.api, user: made.name, password: made.password } };
    const missing = missingIn(await checking(rabbitmqCollector, limited));
    expect(missing).toEqual([
      expect.stringContaining(`rabbitmqctl set_user_tags ${made.name} administrator`),
      expect.stringContaining('sessions'),
    ]);
    const found = await collecting(rabbitmqCollector, limited);
    expect(found.scopes).toMatchObject([
      { coverage: 'partial', missing: [expect.stringContaining('needs the tag administrator')] },
    ]);
    const wrong = await checking(rabbitmqCollector, { live: { ...server.api, password: 'not-for-logs' } });
    expect(wrong).toEqual([{ type: 'blocked', text: expect.stringContaining('the login is refused') }]);
    expect(JSON.stringify(wrong)).not.toContain('not-for-logs');
  });
});
