import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aclRules, parseAclLine, passwordHash } from '../../../src/apis/redis/acl.ts';
import { REDIS_CATEGORIES, REDIS_COMMANDS } from '../../../src/apis/redis/commands.ts';
import { widened } from '../../../src/apis/redis/narrower.ts';
import { patternWithin } from '../../../src/apis/redis/patterns.ts';
import { redisPlace } from '../../../src/apis/redis/place.ts';
import { channelRights, keyRights, serverPowers } from '../../../src/apis/redis/rights.ts';
import { describeLive } from '../../live.ts';
import { openRedisServer, type RedisServer } from '../../redis-server.ts';

const user = (rules: string) => parseAclLine(`user app on ${rules}`);
const commandsOf = (rules: string) => [...(user(rules).selectors[0]?.commands ?? [])].sort();

describe('a line of ACL LIST', () => {
  it('tells the state, the passwords and the selectors apart', () => {
    const hash = passwordHash('a');
    const found = parseAclLine(`user app off sanitize-payload #${hash} >b ~x:* &y -@all +get (~z:* &* +set)`);
    expect(found).toMatchObject({
      name: 'app',
      enabled: false,
      noPassword: false,
      hashes: [hash, passwordHash('b')],
      unknown: [],
    });
    expect(found.selectors.map(({ keys, channels, commands }) => [keys.map((k) => k.pattern), channels, [...commands]])).toEqual([
      [['x:*'], ['y'], ['get']],
      [['z:*'], ['*'], ['set']],
    ]);
  });

  it('reads rules in order: a later one overrides', () => {
    expect(commandsOf('+@all -@all +get')).toEqual(['get']);
    expect(commandsOf('+get +set -get')).toEqual(['set']);
    expect(commandsOf('-@all +config|get +config|set -config|set')).toEqual(['config|get']);
    expect(commandsOf('-@all +acl -acl|setuser').includes('acl|setuser')).toBe(false);
    expect(commandsOf('-@all +acl -acl|setuser').includes('acl|whoami')).toBe(true);
    expect(parseAclLine('user app on >a nopass')).toMatchObject({ hashes: [], noPassword: true });
    expect(parseAclLine('user app on nopass >a')).toMatchObject({ noPassword: false });
    expect(parseAclLine('user app on >a >b <a')).toMatchObject({ hashes: [passwordHash('b')] });
  });

  it('says what it does not know, and never a rule that may be a password', () => {
    expect(user('+json.get +@tairhash hunter2').unknown).toEqual(['+json.get', '+@tairhash', 'a rule that begins with h']);
    expect(() => parseAclLine('default on')).toThrow('begins with `user`');
    expect(() => aclRules('user a on (~x +get')).toThrow('not closed');
  });
});

describe('the rights of a user', () => {
  it.each([
    ['~a:* +get', [['a:*', true, false]]],
    ['~a:* +set', [['a:*', true, true]]],
    ['%W~a:* +set', [['a:*', false, true]]],
    ['%R~a:* +set', []],
    ['%R~a:* +get +set', [['a:*', true, false]]],
    ['~a:* +lpush', [['a:*', false, true]]],
    ['~a:* +exists +type +ttl +scan +keys', []],
    ['~a:* +copy', [['a:*', false, true]]],
    ['%W~a:* +copy', []],
    ['%R~a:* %W~b:* +copy', [['b:*', false, true]]],
    ['~a:* +eval +evalsha +fcall', []],
    ['%R~a:* +sort', [['a:*', true, false]]],
    ['~a:* +xclaim', [['a:*', true, true]]],
    ['~a:* -@all (~b:* +get)', [['b:*', true, false]]],
    [
      '~a:* +get (%W~b:* +set)',
      [
        ['a:*', true, false],
        ['b:*', false, true],
      ],
    ],
    ['%R~a:* +getdel %W~a:*', [['a:*', true, true]]],
    ['+get', []],
  ] as const)('over keys of %s', (rules, expected) => {
    expect(keyRights(user(rules)).map(({ pattern, read, put }) => [pattern, read, put])).toEqual(expected);
  });

  it('over channels', () => {
    expect(channelRights(user('&news:* -@all +subscribe'))).toEqual([{ pattern: 'news:*', read: true, put: false }]);
    expect(channelRights(user('&* -@all +publish'))).toEqual([{ pattern: '*', read: false, put: true }]);
    expect(channelRights(user('+@all -@pubsub &*'))).toEqual([]);
  });

  const powers = (rules: string, settings = {}) =>
    serverPowers(user(rules), settings).map(
      ({ on, level, condition }) => `${level} ${on}${condition ? ` if ${condition.class}` : ''}`,
    );

  it('over the server, by the commands that yield it', () => {
    expect(powers('+@all')[0]).toBe('control server');
    expect(powers('+@all -@admin -@dangerous')).toEqual([]);
    expect(powers('-@all +config|set')).toEqual(['control default-user', 'control server if unknown']);
    expect(powers('-@all +config|set', { protectedConfigs: false })).toEqual(['control default-user']);
    expect(powers('-@all +config|set', { protectedConfigs: true })).toEqual(['control default-user', 'control server']);
    expect(powers('-@all +module', { modules: false })).toEqual([]);
    expect(powers('-@all +replicaof')).toEqual(['control server if position']);
    expect(powers('-@all +psync +monitor')).toEqual(['read all-keys', 'read all-keys if time']);
    expect(powers('-@all +flushall')).toEqual(['put all-keys']);
    expect(powers('-@all +acl|list +acl|getuser')).toEqual([]);
  });
});

describe('patterns', () => {
  it.each([
    ['a:1:*', 'a:*', 'all'],
    ['a:*', 'a:1:*', 'some'],
    ['a:*', 'b:*', 'none'],
    ['*:x', 'a:*', 'some'],
    ['a', '*', 'all'],
    ['*', '**', 'all'],
    ['a:?', 'a:*', 'all'],
    ['a:[12]', 'a:*', 'some'],
    ['a:[12]', 'a:[12]', 'all'],
  ] as const)('%s within %s: %s', (inner, outer, expected) => expect(patternWithin(inner, outer)).toBe(expected));

  it('takes for wider what allows more in any way, and nothing else', () => {
    const base = '~a:* &n -@all +get +set';
    const after = (rules: string) => widened(user(base), user(`${base} ${rules}`)) === undefined;
    expect(['-get', 'resetkeys ~a:1:*', 'resetchannels', '+get', 'resetkeys %R~a:*'].map(after)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(['+del', '~b', '&m', '(~a:* +get)', '(~a:* +del)', 'resetkeys ~*'].map(after)).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
  });
});

it('a url that cannot be used is refused without being shown', () => {
  for (const url of ['redis//:secret', 'http://u:secret@h']) {
    expect(() => redisPlace(url)).toThrow('redis://user:password@host:port');
    expect(() => redisPlace(url)).not.toThrow('secret');
  }
  expect(redisPlace('rediss://a%40b:p%2F@[::1]')).toEqual({
    host: '::1',
    port: 6379,
    tls: true,
    username: 'a@b',
    password: 'p/',
    text: '[::1]:6379',
  });
});

describeLive('redis', 'access rules as the server itself decides them', () => {
  let server: RedisServer;
  let arity: ReadonlyMap<string, number>;
  beforeAll(async () => {
    server = await openRedisServer();
    const rows = (await server.call('COMMAND')) as [string, number, ...unknown[]][];
    const all = rows.flatMap((row) => [row, ...((row[9] ?? []) as typeof rows)]);
    arity = new Map(all.map(([name, count]) => [name, Math.abs(count)]));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** Whether the server would let the user run it, with as many arguments as it wants. */
  async function isAllowed(name: string, command: string, ...args: string[]): Promise<boolean> {
    const words = command.split('|');
    const missing = (arity.get(command) ?? 1) - words.length - args.length;
    const padded = [...args, ...new Array<string>(Math.max(0, missing)).fill('1')];
    return !/no permissions/.test(String(await server.call('ACL', 'DRYRUN', name, ...words, ...padded).catch(String)));
  }

  it('knows every command and category of Redis 7.0', async () => {
    const version = /redis_version:(\S+)/.exec(String(await server.call('INFO', 'server')))?.[1] ?? '';
    if (!version.startsWith('7.0.')) return expect(arity.size).toBeGreaterThanOrEqual(REDIS_COMMANDS.size);
    expect([...arity.keys()].sort()).toEqual([...REDIS_COMMANDS].sort());
    expect(((await server.call('ACL', 'CAT')) as string[]).sort()).toEqual([...REDIS_CATEGORIES.keys()].sort());
  });

  const rule = fc.oneof(
    fc.tuple(fc.constantFrom('+@', '-@'), fc.constantFrom('all', ...REDIS_CATEGORIES.keys())).map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('+', '-'), fc.constantFrom(...REDIS_COMMANDS)).map((parts) => parts.join('')),
  );

  it('allows the commands that the server allows, whatever the rules', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { maxLength: 6 }),
        fc.uniqueArray(fc.constantFrom(...REDIS_COMMANDS), { minLength: 12, maxLength: 12 }),
        async (rules, commands) => {
          await server.call('ACL', 'SETUSER', 'dry', 'reset', 'on', 'nopass', '~*', '&*', ...rules);
          const { selectors } = parseAclLine((await server.line('dry')) ?? '');
          for (const command of commands.filter((one) => !CONTAINERS.has(one) && !ALWAYS.has(one)))
            expect([command, selectors[0]?.commands.has(command)]).toEqual([command, await isAllowed('dry', command)]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads and changes the keys that the server lets it', async () => {
    const selector = fc.tuple(
      fc.constantFrom('~', '%R~', '%W~'),
      fc.constantFrom('a:*', 'b:*'),
      fc.uniqueArray(fc.constantFrom('+get', '+set', '+getdel', '+lpush', '+del'), { maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(selector, { minLength: 1, maxLength: 3 }), async (selectors) => {
        const rules = selectors.map(([sign, pattern, commands]) => `(${[`${sign}${pattern}`, ...commands].join(' ')})`);
        await server.call('ACL', 'SETUSER', 'dry', 'reset', 'on', 'nopass', '-@all', ...rules);
        const rights = keyRights(parseAclLine((await server.line('dry')) ?? ''));
        for (const pattern of ['a:*', 'b:*']) {
          const key = pattern.replace('*', '1');
          const reads = [
            ['get', key],
            ['getdel', key],
            ['set', key, '1', 'GET'],
          ] as const;
          const puts = [
            ['set', key, '1'],
            ['getdel', key],
            ['lpush', key, '1'],
            ['del', key],
          ] as const;
          const may = async (calls: readonly (readonly [string, ...string[]])[]) => {
            for (const [command, ...args] of calls) if (await isAllowed('dry', command, ...args)) return true;
            return false;
          };
          const right = rights.find((one) => one.pattern === pattern);
          expect([pattern, right?.read ?? false, right?.put ?? false]).toEqual([pattern, await may(reads), await may(puts)]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** A container is no command that anybody can run. */
const CONTAINERS = new Set<string | undefined>(
  [...REDIS_COMMANDS].filter((name) => name.includes('|')).map((name) => name.split('|')[0]),
);
/** Whoever is connected may try to log in, or leave, whatever the rules. */
const ALWAYS = new Set(['auth', 'hello', 'quit', 'reset']);
