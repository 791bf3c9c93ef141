import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordHash } from '../../../src/apis/redis/acl.ts';
import { redisCollector } from '../../../src/collectors/redis/collector.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { checking, missingIn } from '../../contracts/checking.ts';
import { collecting, SAMPLE_KEY } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { describeLive } from '../../live.ts';
import { openRedisServer, type RedisServer } from '../../redis-server.ts';

const fingerprint = createFingerprinter(SAMPLE_KEY);
const hashed = (text: string): string => fingerprint(passwordHash(text));

function folderOf(files: Readonly<Record<string, string | Buffer>>) {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-redis-files-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return { settings: { files: folder }, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const ACL = [
  'user default on nopass sanitize-payload ~* &* +@all',
  `user app on sanitize-payload #${passwordHash('app-1')} #${passwordHash('app-2')} ~app:* &news:* -@all +@read +@write -@dangerous +publish`,
  `user logger on sanitize-payload #${passwordHash('logger')} %W~log:* -@all +rpush`,
  `user crossing on sanitize-payload #${passwordHash('crossing')} ~*:1 -@all +get`,
  `user left off sanitize-payload #${passwordHash('left')} ~* -@all +get`,
].join('\n');

const CLIENTS = [
  'id=3 addr=10.0.0.5:4001 laddr=10.0.0.1:6379 fd=8 name=checkout-1 age=5 idle=1 flags=N db=0 cmd=get user=logger redir=-1 resp=2',
  'id=4 addr=10.0.0.5:4002 laddr=10.0.0.1:6379 fd=9 name=checkout-2 age=5 idle=1 flags=N db=0 cmd=get user=logger redir=-1 resp=2',
  'id=5 addr=10.0.0.6:4003 laddr=10.0.0.1:6379 fd=10 name= age=5 idle=1 flags=N db=0 cmd=get user=app redir=-1 resp=2 lib-name=redis-py',
  'id=6 addr=10.0.0.7:4004 laddr=10.0.0.1:6379 fd=11 name= age=5 idle=1 flags=S db=0 cmd=replconf user=default redir=-1 resp=2',
].join('\n');

const SETTINGS = JSON.stringify({
  node: '10.0.0.1:6379',
  settings: {
    bind: '* -::*',
    protectedMode: false,
    protectedConfigs: false,
    modules: false,
    debug: false,
    masterauth: { value: fingerprint('elsewhere'), hash: hashed('elsewhere') },
  },
});

const user = (name: string): string => `redis:test/users/${name}`;
const password = (name: string, text: string): string => `${user(name)}/passwords/${hashed(text).slice(3, 19)}`;

describe('the Redis collector on files', () => {
  collectorContract({
    collector: redisCollector,
    good: async () => folderOf({ 'acl.txt': ACL, 'clients.txt': CLIENTS, 'server.json': SETTINGS }),
    broken: async () => ({
      ...folderOf({ 'acl.txt': ACL, 'clients.txt': CLIENTS, 'server.json': SETTINGS, 'bad.acl': `user x on (~a\n` }),
      names: 'bad.acl: line 1',
    }),
  });

  const rightsOf = async (name: string, files: Readonly<Record<string, string>>) => {
    await using source = folderOf(files);
    const { relationships } = await collecting(redisCollector, source.settings);
    const grants = relationships.filter((e) => e.kind === 'HAS_GRANT' && e.source === user(name)).map((e) => e.target);
    return relationships
      .filter((e) => grants.includes(e.source))
      .map((e) => `${e.kind} ${e.target.replace('redis:test', '')}${e.certainty === 'definite' ? '' : ` ${e.certainty}`}`)
      .sort();
  };

  it('draws what each user may do, to the pattern', async () => {
    const files = { 'acl.txt': ACL, 'server.json': SETTINGS };
    expect(await rightsOf('app', files)).toEqual(
      ['CAN_PUT /channels/news:*', 'CAN_READ /keys/*:1 possible', 'CAN_PUT /keys/*:1 possible', 'CAN_WRITE /keys/app:*'].sort(),
    );
    expect(await rightsOf('logger', files)).toEqual(['CAN_PUT /keys/*:1 possible', 'CAN_PUT /keys/log:*'].sort());
    expect(await rightsOf('crossing', files)).toEqual(
      ['CAN_READ /keys/*:1', 'CAN_READ /keys/app:* possible', 'CAN_READ /keys/log:* possible'].sort(),
    );
    expect(await rightsOf('default', files)).toEqual(
      [
        '',
        'users/default',
        'settings/masterauth',
        'channels/*',
        'channels/news:*',
        'keys/*',
        'keys/*:1',
        'keys/app:*',
        'keys/log:*',
      ]
        .map((place, at) => `${['CAN_CONTROL', 'CAN_CONTROL', 'CAN_READ'][at] ?? 'CAN_WRITE'} ${place && `/${place}`}`)
        .sort(),
    );
  });

  it('knows passwords by the fingerprint of their hash alone, one credential each', async () => {
    await using source = folderOf({ 'acl.txt': ACL });
    const found = await collecting(redisCollector, source.settings);
    expect(found.entity(password('app', 'app-1'))).toMatchObject({
      state: 'active',
      properties: { hashFingerprint: hashed('app-1'), passwordsOfUser: 2 },
    });
    expect(found.entity(password('left', 'left'))?.state).toBe('inactive');
    expect(found.entity(user('left'))?.state).toBe('inactive');
    expect(found.edges).toContain(`${password('app', 'app-2')} AUTHENTICATES_AS ${user('app')}`);
    for (const text of ['app-1', 'logger']) expect(JSON.stringify(found.said)).not.toContain(passwordHash(text));
  });

  it('reads an ACL file that holds passwords in the clear, and keeps none', async () => {
    await using source = folderOf({ 'users.acl': '# made by hand\nuser app on >open-sesame ~* +@all\n' });
    const found = await collecting(redisCollector, source.settings);
    expect(found.entity(password('app', 'open-sesame'))).toBeDefined();
    expect(JSON.stringify(found.said)).not.toContain('open-sesame');
  });

  it.each([
    ['as text', ACL],
    [
      'as redis-cli numbers it',
      ACL.split('\n')
        .map((line, at) => `${at + 1}) "${line}"`)
        .join('\n'),
    ],
    ['as JSON', JSON.stringify(ACL.split('\n'))],
    ['packed', gzipSync(ACL)],
  ])('says the same of a list %s', async (_, content) => {
    await using plain = folderOf({ x: ACL });
    await using source = folderOf({ x: content });
    const [expected, found] = [
      await collecting(redisCollector, plain.settings),
      await collecting(redisCollector, source.settings),
    ];
    expect(found.edges).toEqual(expected.edges);
    expect(found.edges.length).toBeGreaterThan(20);
  });

  it('reads CLIENT LIST as JSON, which is one text', async () => {
    await using source = folderOf({ a: ACL, c: JSON.stringify(`${CLIENTS}\n`) });
    expect(
      (await collecting(redisCollector, source.settings)).entity('redis:test/sessions/logger/checkout@10.0.0.5'),
    ).toBeDefined();
  });

  it('folds connections of one client into a consumer, and is sure of the password only where there is one', async () => {
    await using source = folderOf({ 'acl.txt': ACL, 'clients.txt': CLIENTS });
    const { relationships } = await collecting(redisCollector, source.settings);
    const uses = relationships.filter((e) => e.kind === 'USES').map((e) => [e.source, e.target, e.certainty, e.uses]);
    expect(uses).toEqual([
      ['redis:test/sessions/logger/checkout@10.0.0.5', password('logger', 'logger'), 'definite', 2],
      ...['app-1', 'app-2']
        .map((text) => hashed(text))
        .sort()
        .map((hash) => ['origin:10.0.0.6/redis-py', `${user('app')}/passwords/${hash.slice(3, 19)}`, 'possible', 1]),
    ]);
    expect(relationships.find((e) => e.kind === 'RUNS_AS' && e.target === user('default'))?.source).toBe(
      'redis:test/sessions/default/replica@10.0.0.7',
    );
  });

  it('lets anyone in where any password is taken, on condition that they get there, and not where only the host itself can', async () => {
    const anyone = async (settings: object | undefined) => {
      await using source = folderOf({ a: ACL, ...(settings && { s: JSON.stringify({ node: 'n', settings }) }) });
      const found = await collecting(redisCollector, source.settings);
      return found.relationships
        .filter((e) => e.source === 'external:anyone')
        .map((e) => `${e.target} ${e.certainty} ${e.conditionClass}`);
    };
    const open = [`${user('default')} conditional position`];
    expect(await anyone(undefined)).toEqual(open);
    expect(await anyone({ bind: '*', protectedMode: false })).toEqual(open);
    expect(await anyone({ bind: '*', protectedMode: true })).toEqual([]);
    expect(await anyone({ bind: '127.0.0.1 -::1', protectedMode: false })).toEqual([]);
  });

  it('warns of nodes that differ and of rules that it does not know', async () => {
    await using source = folderOf({
      a: 'user app on >x ~* +@all',
      b: 'user app off >x ~* +@all',
      c: 'user other on nopass +json.get',
    });
    const { warnings, entity } = await collecting(redisCollector, source.settings);
    expect(warnings.join('\n')).toContain('user "app" is not the same on every node');
    expect(warnings.join('\n')).toContain('user "other": +json.get: not of Redis 7.0');
    expect(entity(user('app'))?.state).toBe('active');
  });

  it('refuses what was saved under another fingerprint key, and clients without users', async () => {
    await using source = folderOf({
      'node-1.json': JSON.stringify({ node: 'n', check: 'fp:other', users: ['user a on #fp:abc +@all'] }),
    });
    expect((await collecting(redisCollector, source.settings)).errors.join()).toContain(
      'node-1.json: was saved under another fingerprint key',
    );
    await using clients = folderOf({ c: CLIENTS });
    const found = await collecting(redisCollector, clients.settings);
    expect(found.scopes.find(({ scope }) => scope === 'users')).toMatchObject({
      coverage: 'partial',
      missing: [expect.stringContaining('ACL LIST')],
    });
  });
});

describeLive('redis', 'the Redis collector on a server', () => {
  let server: RedisServer;
  const passwords: string[] = [];
  beforeAll(async () => {
    server = await openRedisServer('aclfile', ['masterauth', 'a-master', 'masteruser', 'app']);
    const made = [server.password(), server.password()];
    passwords.push(...made);
    await server.call(
      'ACL',
      'SETUSER',
      'app',
      'on',
      `>${made[0]}`,
      '~app:*',
      '&*',
      '-@all',
      '+@read',
      '+ping',
      '+client|setname',
    );
    await server.call(
      'ACL',
      'SETUSER',
      'limited',
      'on',
      `>${made[1]}`,
      '-@all',
      '+ping',
      '+acl|list',
      '+acl|whoami',
      '+client|setname',
    );
    await server.session('app', made[0] as string, 'invoicing');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('knows its users and consumers, keeps no secret, and says the same of what it saved', async () => {
    const saved = new Map<string, string>();
    const found = await collecting(
      redisCollector,
      { live: { url: server.url } },
      { save: async (path, content) => void saved.set(path, content) },
    );
    expect(found.errors).toEqual([]);
    expect(found.entity('redis:test/sessions/app/invoicing@127.0.0.1')).toBeDefined();
    expect(found.relationships.find((e) => e.kind === 'USES')).toMatchObject({
      certainty: 'definite',
      lastUsed: '2026-01-15T12:00:00.000Z',
    });
    expect(found.relationships.filter((e) => e.source === 'external:anyone')).toEqual([]);
    expect(found.entity('redis:test/settings/masterauth#value')?.properties).toMatchObject({
      fingerprint: fingerprint('a-master'),
    });
    const text = JSON.stringify([found.said, ...saved]);
    for (const secret of [...passwords, 'a-master']) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(passwordHash(secret));
    }
    await using source = folderOf(Object.fromEntries(saved));
    const again = await collecting(redisCollector, source.settings);
    expect([again.entities, again.relationships, again.scopes]).toEqual([found.entities, found.relationships, found.scopes]);
  });

  it('foresees and says what its user may not read, and loads the rest', async () => {
    const settings = { live: { url: server.urlAs('limited', passwords[1] as string) } };
    const missing = missingIn(await checking(redisCollector, settings));
    expect(missing).toEqual([
      expect.stringContaining('ACL SETUSER limited +client|list'),
      expect.stringContaining('ACL SETUSER limited +config|get'),
    ]);
    const found = await collecting(redisCollector, settings);
    expect(found.scopes.map(({ scope, coverage }) => [scope, coverage])).toEqual([
      ['users', 'complete'],
      ['settings', 'partial'],
      ['sessions', 'partial'],
    ]);
    expect(found.entity(user('app'))).toBeDefined();
  });

  it('is blocked by a wrong password, which no word tells, and partial where one of two nodes does not answer', async () => {
    const wrong = ['not', 'for', 'logs'].join('-');
    const said = await checking(redisCollector, { live: { url: server.urlAs('app', wrong) } });
    expect(said).toEqual([{ type: 'blocked', text: expect.stringContaining('WRONGPASS') }]);
    const found = await collecting(redisCollector, { live: { nodes: [server.url, `redis://u:${wrong}@127.0.0.1:1`] } });
    expect(found.scopes.map(({ coverage }) => coverage)).toEqual(['partial', 'partial', 'partial']);
    expect(found.entity(user('app'))).toBeDefined();
    expect(JSON.stringify([said, found.said])).not.toContain(wrong);
  });

  it('shows a user that was turned off as inactive', async () => {
    await server.call('ACL', 'SETUSER', 'app', 'off');
    const found = await collecting(redisCollector, { live: { url: server.url } });
    expect(found.entity(user('app'))?.state).toBe('inactive');
    expect(found.entity(password('app', passwords[0] as string))?.state).toBe('inactive');
  });
});
