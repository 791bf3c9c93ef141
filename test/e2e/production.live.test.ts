/** The production pair, Neo4j and Redis, answers as the embedded store does; server and worker are processes of their own. */
import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { describeLive } from '../live.ts';
import { type LiveDatabase, openLiveDatabase } from '../stores/neo4j/live-database.ts';
import { TURN_TIMEOUT_MS, takeTurn } from '../turn.ts';
import { answer, cli, cliWith, differences, estate, exportedGraph, finished, heard, startCli } from './cli.ts';

const LEAKED = 'aws:AKIA0EXAMPLELEAKED01';
const SHARED = 'aws:AKIA0EXAMPLESHARED01';

describeLive('neo4j', 'with Neo4j', (neo4j) => {
  describeLive('redis', 'and Redis', (redis) => {
    let turn: Disposable;
    let database: LiveDatabase;
    let embedded: string;
    const env = { INTERLOCK_STORE: neo4j, INTERLOCK_QUEUE: redisOfItsOwn(redis) };

    beforeAll(async () => {
      turn = await takeTurn(neo4j);
      database = await openLiveDatabase(neo4j);
      await database.wipe();
      embedded = estate();
      await answer(embedded, ['collect']);
    }, TURN_TIMEOUT_MS);
    afterAll(async () => {
      await database.wipe();
      await database[Symbol.asyncDispose]();
      turn[Symbol.dispose]();
    });

    it('collects the same graph into Neo4j as into SQLite, and answers the same', async () => {
      await answer(embedded, ['collect'], { env });
      expect(differences(await exportedGraph(embedded), await exportedGraph(embedded, env))).toEqual([]);
      const questions = [
        ['reach', LEAKED, '--items'],
        ['outage', LEAKED, SHARED],
        ['path', LEAKED, 'lumen-customer-exports'],
        ['ambiguity', SHARED],
        ['incident', LEAKED, '--since', '2026-03-14T09:12:00Z'],
      ];
      for (const words of questions) {
        const [one, other] = [await cli(embedded, ...words, '--json'), await cliWith(env, embedded, ...words, '--json')];
        expect(other.code, other.err).toBe(one.code);
        expect(JSON.parse(other.out), words.join(' ')).toEqual(JSON.parse(one.out));
      }
      for (const mode of ['contain', 'retire']) {
        const words = ['plan', SHARED, '--mode', mode];
        const [one, other] = [await answer<Plan>(embedded, words), await answer<Plan>(embedded, words, { env })];
        expect(other.hash).toBe(one.hash);
        expect(other.waves).toEqual(one.waves);
      }
    }, 180_000);

    it('takes a backup of SQLite as it is', async () => {
      await database.wipe();
      const { code, out } = await cliWith({}, embedded, 'export', '--all');
      expect(code).toBe(0);
      const file = join(embedded, 'backup.jsonl');
      writeFileSync(file, out);
      expect(await answer(embedded, ['import', file], { env })).toEqual({ records: out.trimEnd().split('\n').length - 1 });
      expect(differences(await exportedGraph(embedded), await exportedGraph(embedded, env))).toEqual([]);
      expect(await answer(embedded, ['audit', 'verify'], { env })).toEqual(await answer(embedded, ['audit', 'verify']));
    }, 120_000);

    it('lets a worker do what the server was asked, tells its progress, and ends both when asked', async () => {
      await database.wipe();
      const folder = estate();
      const { token } = await answer<{ token: string }>(folder, ['token', 'create', '--role', 'admin'], { env });
      writeFileSync(join(folder, 'serve.yaml'), `http: { port: 0 }\n${SOURCES}`);
      const server = startCli(folder, ['serve', '--config', 'serve.yaml'], { env });
      const worker = startCli(folder, ['worker', '--config', 'serve.yaml'], { env });
      const ended = [finished(server), finished(worker)];
      try {
        const [listens] = await Promise.all([heard(server, /listens on (\S+)/), heard(worker, /working on bullmq/)]);
        const url = listens[1] as string;
        const progress = new AbortController();
        const stream = await post(url, token, 'subscription { jobProgress { name state message } }', progress.signal);
        const told = saying(stream, /"name":"collect","state":"done"/);
        // What is told before the subscription is connected is not heard.
        for (let isTold = false; !isTold; isTold = await Promise.race([told, wait(2_000, false)])) {
          const asked = await (
            await post(url, token, 'mutation { collect(sources: ["facts"]) { ok { name } error { message } } }')
          ).json();
          expect(asked).toMatchObject({ data: { collect: { ok: [{ name: 'collect' }], error: null } } });
        }
        progress.abort();
        const seen = await (await post(url, token, '{ entity(key: "app:image-resizer") { name tier } sources { name } }')).json();
        expect(seen).toMatchObject({ data: { entity: { name: 'image-resizer', tier: 1 } } });
        server.kill('SIGTERM');
        worker.kill('SIGTERM');
        for (const done of await Promise.all(ended)) expect(done).toMatchObject({ code: 0 });
      } finally {
        server.kill('SIGKILL');
        worker.kill('SIGKILL');
      }
    }, 120_000);
  });
});

const SOURCES = `clock: "2026-03-14T18:00:00Z"
sources: [{ name: facts, type: declared, files: ./facts }]
`;

/** Another database of the same server, so that nothing else's jobs are met. */
function redisOfItsOwn(url: string): string {
  if (url === '') return url;
  const own = new URL(url);
  own.pathname = `/${1 + ((createHash('sha256').update(randomUUID()).digest()[0] as number) % 15)}`;
  return own.href;
}

function post(url: string, token: string, query: string, signal?: AbortSignal): Promise<Response> {
  const accept = query.startsWith('subscription') ? 'text/event-stream' : 'application/json';
  const headers = { 'content-type': 'application/json', accept, authorization: `Bearer ${token}` };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }), ...(signal && { signal }) });
}

/** Reads an event stream until this was said. */
async function saying(stream: Response, pattern: RegExp): Promise<true> {
  const reader = stream.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!pattern.test(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the stream ended: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  return true;
}
