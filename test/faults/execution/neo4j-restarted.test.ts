/** The Neo4j server itself ends in the middle of a step, killed or told to, and is started again on its data. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planDigest } from '../../../src/analysis/plan/plan-hash.ts';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { brokenLink } from '../../../src/model/ledger.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openNeo4jStore } from '../../../src/stores/neo4j/neo4j-store.ts';
import { applying, type Bench, knowEntities, openBench } from '../../app/execute/bench.ts';
import { makePlan, makeStep } from '../../app/execute/plans.ts';
import type { Place } from '../../app/execute/switches.ts';
import { describeLive } from '../../live.ts';
import { faultTable } from './fault-table.ts';
import { type Neo4jServer, openNeo4jServer } from './neo4j-server.ts';

const print = faultTable('Neo4j restarted in mid plan');

interface Restart {
  readonly signal: 'SIGKILL' | 'SIGTERM';
  readonly says: string;
  readonly place: Place;
  /** Times that the place was passed. */
  readonly nth: number;
  readonly left: string;
  readonly calls: number;
}

const RESTARTS: readonly Restart[] = [
  { signal: 'SIGTERM', says: 'before the intent', place: 'preflight', nth: 1, left: 'approved', calls: 0 },
  { signal: 'SIGKILL', says: 'after the call, before the record', place: 'after', nth: 1, left: 'requested', calls: 1 },
  { signal: 'SIGKILL', says: 'before its effect is recorded', place: 'probe', nth: 1, left: 'accepted', calls: 1 },
];

async function savedPlan({ context }: Bench, store: Store, { id, target }: { id: string; target: string }): Promise<void> {
  const plan = makePlan(id, [[makeStep({ id: 's1', target, action: 'delete', reversibility: 'R2' })]]);
  const body = { plan: plan.id, hash: plan.hash, digest: planDigest(plan) };
  const at = context.clock().toISOString();
  await store.savePlan(plan, 'responder', { id: randomUUID(), at, actor: 'responder', type: 'plan', body });
  for (const actor of ['ann', 'bob']) await approvePlan(context, id, { actor });
}

describeLive('neo4j', 'a plan kept in a Neo4j of its own', () => {
  let server: Neo4jServer;
  beforeAll(async () => {
    server = await openNeo4jServer();
  });
  afterAll(() => server?.[Symbol.dispose]());

  it.each(RESTARTS)(
    '$signal $says: the run ends with what to do, the next goes on, one call in all',
    async (restart) => {
      const { signal, says, place, nth, left, calls } = restart;
      const id = `p${RESTARTS.indexOf(restart)}`;
      const target = `sample:${id}`;
      let isEnded = false;
      await using bench = await openBench({
        switches: [target],
        faults: {
          at: (passed, n) => {
            if (isEnded || passed !== place || n !== nth) return;
            isEnded = true;
            server.end(signal);
          },
        },
      });
      await using store: Store = await openNeo4jStore({ url: server.url });
      Object.assign(bench.context, { store });
      await knowEntities(store, [target], bench.context.clock());
      await savedPlan(bench, store, { id, target });
      const said = await executePlan(bench.context, id, applying()).then(
        ({ state }) => state,
        (error: Error) => error.message,
      );
      expect(isEnded).toBe(true);
      server.start();
      expect(said).toMatch(/the Neo4j server does not answer/);
      await using after: Store = await openNeo4jStore({ url: server.url });
      expect((await after.plan(id))?.steps[0]?.state).toBe(left);
      expect(bench.switches.calls()).toHaveLength(calls);
      bench.wait(2 * 60_000);
      expect((await executePlan(bench.context, id, applying())).state).toBe('done');
      expect(bench.switches.calls()).toEqual([target]);
      expect(brokenLink(await store.ledger(0, 1000))).toBeUndefined();
      print({ fault: `Neo4j restarted, ${signal}`, at: `R2 ${says}`, outcome: left, said, after: 'effective', calls: 1 });
    },
    300_000,
  );
});
