/** An embedded store, systems in memory that count their calls, and plans by hand: where the costs of execution are measured. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { planDigest } from '../../src/analysis/plan/plan-hash.ts';
import { createGates } from '../../src/app/execute/pace.ts';
import type { ExecuteContext } from '../../src/app/execute/run.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Enforcer } from '../../src/ports/enforcer.ts';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { makePlan, makeStep, PLANNED_AT } from '../app/execute/plans.ts';

const CONNECTORS = 4;

/** A system in memory that counts its calls by target; like any that is asked over a network, it lets others have their turn. */
function createMemorySystem(name: string, calls: Map<string, number>): Enforcer {
  return {
    name,
    type: 'memory',
    supports: () => true,
    controlOf: () => 'power',
    preflight: async () => ({ refusals: [], preImage: '{"on":true}', preexisting: false }),
    apply: async ({ target }) => {
      await nextTurn();
      calls.set(target, (calls.get(target) ?? 0) + 1);
      return { evidence: ['turned off'] };
    },
    probe: async ({ target }) => ({ state: calls.has(target) ? 'effective' : 'not-effective', evidence: ['looked'] }),
    undo: async () => ({ evidence: [] }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export interface Place extends AsyncDisposable {
  readonly store: Store;
  readonly context: ExecuteContext;
  readonly calls: Map<string, number>;
}

export async function openPlace(thread: boolean): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  const store = await openSqliteStore({ path: join(folder, 'store.db'), thread });
  const calls = new Map<string, number>();
  const enforcers = Array.from({ length: CONNECTORS }, (_, i) => createMemorySystem(`memory-${i}`, calls));
  const context: ExecuteContext = {
    store,
    enforcerFor: async (name) => enforcers.find((enforcer) => enforcer.name === name),
    sealKey: undefined,
    clock: () => new Date(PLANNED_AT),
    wallClock: () => new Date(),
    newId: randomUUID,
    gates: createGates(),
    settings: {
      budgets: { down: 0, actionsPerHour: Number.MAX_SAFE_INTEGER, maxGraphAgeMinutes: 60 },
      denyList: [],
    },
    replan: async (plan) => plan,
  };
  return {
    store,
    context,
    calls,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const targetsOf = (plan: number, steps: number): string[] =>
  Array.from({ length: steps }, (_, i) => `sample:${plan}/${i}`);

export async function savePlan({ store }: Place, id: string, targets: readonly string[]): Promise<Plan> {
  const steps = targets.map((target, i) => makeStep({ id: `s${i}`, target, connector: `memory-${i % CONNECTORS}` }));
  const plan = makePlan(id, [steps]);
  const body = { plan: id, hash: plan.hash, digest: planDigest(plan) };
  await store.savePlan(plan, 'responder', { id: randomUUID(), at: PLANNED_AT, actor: 'responder', type: 'plan', body });
  return plan;
}

export const round = (value: number): number => Math.round(value * 10) / 10;
