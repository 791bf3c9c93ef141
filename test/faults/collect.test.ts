/** What a collection survives: its own death at any moment, a second collector, a store or a queue that is not there. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { answer, cli, cliWith, differences, exportedGraph, finished, heard, startCli, workspace } from '../e2e/cli.ts';

const CONFIGURATION = `clock: "2026-03-14T18:00:00Z"
sources:
  - { name: facts, type: declared, files: ./facts }
  - { name: other, type: declared, files: ./other }
http: { port: 0 }
`;
const FILES = 4;
const APPS = 1_000;

/** Some thousand entities in several scopes; from one version to the next, half of them go and others come. */
function writeFacts(folder: string, version: number): void {
  mkdirSync(join(folder, 'facts'), { recursive: true });
  for (let file = 0; file < FILES; file++) {
    const names = Array.from({ length: APPS }, (_, i) => `app:${file}/${i + (version * APPS) / 2}`);
    const entities = names.map((key) => ({ key, kind: 'Workload', name: key, tier: version }));
    const dependsOn = names.slice(1).map((to, i) => ({ from: names[i], to }));
    writeFileSync(join(folder, `facts/${file}.json`), JSON.stringify({ entities, dependsOn }));
  }
}

const keysOf = (lines: readonly string[]): string[] =>
  lines
    .map((line) => JSON.parse(line) as { type: string; key: string })
    .flatMap(({ type, key }) => (type === 'entity' ? [key] : []));

describe('kill -9 of a collection', () => {
  let before: string;
  let oldKeys: string[];
  let undisturbed: string[];
  beforeAll(async () => {
    before = workspace({ 'interlock.yaml': CONFIGURATION });
    writeFacts(before, 0);
    await answer(before, ['collect', 'facts']);
    oldKeys = keysOf(await exportedGraph(before));
    const whole = copyOf(before);
    await answer(whole, ['collect', 'facts']);
    undisturbed = await exportedGraph(whole);
  });

  /** The folder as the first collection left it, with the next version of the facts. */
  function copyOf(folder: string): string {
    const copy = mkdtempSync(join(tmpdir(), 'interlock-killed-'));
    cpSync(folder, copy, { recursive: true });
    writeFacts(copy, 1);
    return copy;
  }

  // From before the store is open until after the last batch; where exactly it hits differs from machine to machine.
  it.each([600, 1_000, 1_500])(
    'after %i ms leaves nothing half swept, and the next one ends as if nothing had been',
    async (ms) => {
      const folder = copyOf(before);
      const child = startCli(folder, ['collect', 'facts']);
      const ended = finished(child);
      await Promise.race([wait(ms), ended]);
      child.kill('SIGKILL');
      await ended;
      const after = keysOf(await exportedGraph(folder));
      const isCommitted = after.length === keysOf(undisturbed).length;
      if (!isCommitted) expect(oldKeys.filter((key) => !after.includes(key))).toEqual([]);
      expect(await cli(folder, 'collect', 'facts')).toMatchObject({ code: 0, err: '' });
      expect(differences(undisturbed, await exportedGraph(folder))).toEqual([]);
    },
  );

  it('right after it took the lease does not make the next one wait', async () => {
    const folder = copyOf(before);
    const child = startCli(folder, ['collect', 'facts']);
    const ended = finished(child);
    {
      await using store = await openSqliteStore({ path: join(folder, 'interlock.db') });
      for (let i = 0; i < 2_000 && (await store.leases()).length === 0; i++) await wait(2);
      child.kill('SIGKILL');
      await ended;
      expect((await store.leases()).map(({ name }) => name)).toEqual(['collect/facts']);
    }
    expect(await cli(folder, 'collect', 'facts')).toMatchObject({ code: 0, err: '' });
    expect(differences(undisturbed, await exportedGraph(folder))).toEqual([]);
  });
});

it('refuses a second collector of one source in one line, while another source goes on', async () => {
  const folder = workspace({
    'interlock.yaml': CONFIGURATION,
    'other/a.json': '{"entities":[{"key":"app:a","kind":"Workload"}]}',
  });
  writeFacts(folder, 0);
  await answer(folder, ['collect']);
  await using store = await openSqliteStore({ path: join(folder, 'interlock.db') });
  const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
  await store.acquireLease('collect/facts', 'a collector elsewhere', at(0), at(60_000));
  const { code, out, err } = await cli(folder, 'collect', '--json');
  expect(code).toBe(3);
  expect(err).toMatch(/^error: facts: collect\/facts is already running elsewhere; wait until it ends[^\n]*\n$/);
  const { sources } = JSON.parse(out) as { sources: { name: string; scopes: { coverage: string }[]; entities: number }[] };
  expect(sources[1]).toMatchObject({ name: 'other', scopes: [{ coverage: 'complete' }], entities: 1 });
  await store.releaseLease('collect/facts', 'a collector elsewhere');
  expect(await cli(folder, 'collect')).toMatchObject({ code: 0, err: '' });
});

describe('what cannot be reached is one clear line and exit 1', () => {
  it.each([
    ['a Neo4j server', { INTERLOCK_STORE: 'neo4j://neo4j:x@127.0.0.1:1/neo4j' }, /127\.0\.0\.1:1.*does not answer/],
    ['a folder that is not there', { INTERLOCK_STORE: 'sqlite:./missing/x.db' }, /missing\/x\.db: cannot open the store/],
    ['a file that is no store', { INTERLOCK_STORE: 'sqlite:./interlock.yaml' }, /interlock\.yaml/],
  ])('%s', async (_, env, says) => {
    const folder = workspace({ 'interlock.yaml': CONFIGURATION });
    const done = await cliWith(env, folder, 'collect');
    expect(done).toMatchObject({ code: 1, out: '' });
    expect(done.err).toMatch(/^interlock: [^\n]+\n$/);
    expect(done.err).toMatch(says);
  });

  it('a queue, for a worker and for doctor; what needs no queue goes on', async () => {
    const folder = workspace({ 'interlock.yaml': CONFIGURATION });
    const env = { INTERLOCK_QUEUE: 'redis://127.0.0.1:1/0' };
    const worker = await cliWith(env, folder, 'worker');
    expect(worker).toMatchObject({ code: 1, out: '' });
    expect(worker.err).toMatch(/^interlock: 127\.0\.0\.1:1: the queue cannot be reached[^\n]+\n$/);
    const { checks } = await answer<{ checks: { name: string; status: string }[] }>(folder, ['doctor'], { code: 1, env });
    expect(checks).toContainEqual(expect.objectContaining({ name: 'queue', status: 'fail' }));
    expect(await cliWith(env, folder, 'search', 'x')).toMatchObject({ code: 0 });
  });
});

it('a server whose queue is away says that it is not ready, keeps running, and still ends when asked', async () => {
  const schedules = 'schedules: [{ cron: "0 4 * * *", job: analyze }]\n';
  const folder = workspace({ 'interlock.yaml': CONFIGURATION + schedules });
  const server = startCli(folder, ['serve'], { env: { INTERLOCK_QUEUE: 'redis://127.0.0.1:1/0' } });
  const ended = finished(server);
  try {
    const [, url] = await heard(server, /listens on (http:\S+)\/graphql/);
    for (let i = 0; i < 2; i++) {
      const ready = await fetch(`${url}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain('127.0.0.1:1: the queue cannot be reached');
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
    }
    const twin = await cliWith({}, workspace({ 'interlock.yaml': `http: { port: ${new URL(url as string).port} }\n` }), 'serve');
    expect(twin.code).toBe(1);
    expect(twin.err).toMatch(/^interlock: http: cannot listen on 127\.0\.0\.1:\d+ \([^\n]*EADDRINUSE[^\n]*\n$/);
    server.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  } finally {
    server.kill('SIGKILL');
  }
});
