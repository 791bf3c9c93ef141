/** Neo4j goes away in the middle of a plan and comes back: a real server, whose connections are cut on the way and refused for a while. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planDigest } from '../../../src/analysis/plan/plan-hash.ts';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { brokenLink } from '../../../src/model/ledger.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openNeo4jStore } from '../../../src/stores/neo4j/neo4j-store.ts';
import { applying, knowEntities, openBench } from '../../app/execute/bench.ts';
import { makePlan, makeStep } from '../../app/execute/plans.ts';
import { describeLive } from '../../live.ts';
import { type LiveDatabase, openLiveDatabase } from '../../stores/neo4j/live-database.ts';
import { TURN_TIMEOUT_MS, takeTurn } from '../../turn.ts';
import { faultTable } from './fault-table.ts';

const A = 'sample:a';
const print = faultTable('Neo4j in mid plan');

/** A way to the server that can be cut. */
async function openWay(url: string) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer((from) => {
    if (isCut) return void from.destroy();
    const to = connect(Number(port), hostname);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.protocol = 'bolt:';
  through.port = String((server.address() as { port: number }).port);
  return {
    url: through.href,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describeLive('neo4j', 'a plan kept in Neo4j', (url) => {
  let turn: Disposable;
  let database: LiveDatabase;
  beforeAll(async () => {
    turn = await takeTurn(url);
    database = await openLiveDatabase(url);
    await database.wipe();
  }, TURN_TIMEOUT_MS);
  afterAll(async () => {
    await database.wipe();
    await database[Symbol.asyncDispose]();
    turn[Symbol.dispose]();
  });

  it.each([
    ['for 2 s', 'effective', 'within what the driver waits'],
    ['until the run has ended', 'requested', 'the run ends with what to do, and goes on when it is back'],
  ] as const)(
    'an irreversible call, and the store away %s right after it: one call in all',
    async (away, left, said) => {
      await database.wipe();
      await using way = await openWay(url);
      let cuts = 0;
      await using bench = await openBench({
        switches: [A],
        faults: {
          at: (place) => {
            if (place !== 'after' || cuts++ > 0) return;
            way.cut();
            if (left === 'effective') setTimeout(() => way.mend(), 2_000);
          },
        },
      });
      await using store: Store = await openNeo4jStore({ url: way.url });
      Object.assign(bench.context, { store });
      await knowEntities(store, [A], bench.context.clock());
      const plan = makePlan('p1', [[makeStep({ id: 's1', target: A, action: 'delete', reversibility: 'R2' })]]);
      const body = { plan: plan.id, hash: plan.hash, digest: planDigest(plan) };
      const at = bench.context.clock().toISOString();
      await store.savePlan(plan, 'responder', { id: randomUUID(), at, actor: 'responder', type: 'plan', body });
      for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
      const first = await executePlan(bench.context, 'p1', applying()).catch((error: Error) => error.message);
      way.mend();
      if (left === 'effective') expect(first).toMatchObject({ state: 'done' });
      else expect(first).toMatch(/the Neo4j server does not answer/);
      for (let i = 0; i < 100; i++) {
        const state = await store.plan('p1').then(
          (stored) => stored?.steps[0]?.state,
          () => undefined,
        );
        if (state !== undefined) {
          expect(state).toBe(left);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      bench.wait(2 * 60_000);
      expect((await executePlan(bench.context, 'p1', applying())).state).toBe('done');
      expect(bench.switches.calls()).toEqual([A]);
      expect(brokenLink(await store.ledger(0, 1000))).toBeUndefined();
      print({ fault: `Neo4j away ${away}`, at: 'R2 requested', outcome: left, said, after: 'effective', calls: 1 });
    },
    120_000,
  );
});
