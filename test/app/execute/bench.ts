/** An embedded store, switches, and a clock that only moves when somebody waits. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planDigest } from '../../../src/analysis/plan/plan-hash.ts';
import type { ExecuteContext } from '../../../src/app/execute/run.ts';
import { createDryRunEnforcer } from '../../../src/enforcers/dry-run.ts';
import { createManualEnforcer } from '../../../src/enforcers/manual.ts';
import type { EntityKind } from '../../../src/model/kinds.ts';
import { brokenLink, type LedgerRecord } from '../../../src/model/ledger.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Enforcer } from '../../../src/ports/enforcer.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import { PLANNED_AT } from './plans.ts';
import { createSwitches, type Switches, type SwitchFaults } from './switches.ts';

export const SEAL_KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`;

export interface BenchOptions {
  /** Keys of the switches, all on. */
  readonly switches?: readonly string[];
  readonly faults?: SwitchFaults;
  readonly enforcers?: readonly Enforcer[];
  readonly settings?: Partial<ExecuteContext['settings']['budgets']> & { readonly denyList?: readonly string[] };
  readonly execution?: ExecuteContext['settings']['execution'];
  readonly sealKey?: string;
  readonly folder?: string;
  readonly startsAt?: string;
}

export interface Bench extends AsyncDisposable {
  readonly folder: string;
  readonly store: Store;
  readonly switches: Switches;
  readonly context: ExecuteContext;
  /** Goes forward by this much. */
  wait(ms: number): void;
  save(plan: Plan, requestedBy?: string): Promise<Plan>;
  ledger(): Promise<LedgerRecord[]>;
  /** The first broken link of the ledger, or undefined. */
  broken(): Promise<string | undefined>;
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'interlock-execute-')));
  const store = await openSqliteStore({ path: join(folder, 'interlock.db') });
  const keys = options.switches ?? ['sample:a', 'sample:b'];
  const switches = createSwitches(folder, keys, options.faults);
  const manual = createManualEnforcer({ name: 'manual' });
  const enforcers = [switches.enforcer, manual, createDryRunEnforcer({ name: 'dry-run' }), ...(options.enforcers ?? [])];
  let now = Date.parse(options.startsAt ?? PLANNED_AT);
  const clock = (): Date => new Date(now);
  const { denyList = [], ...budgets } = options.settings ?? {};
  const context: ExecuteContext = {
    store,
    enforcerFor: async (name) => enforcers.find((enforcer) => enforcer.name === name),
    sealKey: options.sealKey,
    clock,
    wallClock: clock,
    newId: randomUUID,
    settings: {
      budgets: { down: 0, actionsPerHour: 20, maxGraphAgeMinutes: 60, ...budgets },
      denyList,
      ...(options.execution && { execution: options.execution }),
    },
    replan: async (plan) => plan,
    sleep: async (ms) => {
      now += ms;
    },
  };
  if (options.folder === undefined) await knowEntities(store, keys, clock());
  const ledger = (): Promise<LedgerRecord[]> => store.ledger(0, 1000);
  return {
    folder,
    store,
    switches,
    context,
    wait: (ms) => {
      now += ms;
    },
    async save(plan, requestedBy = 'responder') {
      const draft = {
        id: randomUUID(),
        at: clock().toISOString(),
        actor: requestedBy,
        type: 'plan' as const,
        body: { plan: plan.id, hash: plan.hash, digest: planDigest(plan) },
      };
      await store.savePlan(plan, requestedBy, draft);
      return plan;
    },
    ledger,
    broken: async () => brokenLink(await ledger()),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The graph as a collection would have left it. */
export async function knowEntities(
  store: Store,
  keys: readonly string[],
  at: Date,
  kind: EntityKind = 'Credential',
): Promise<void> {
  const run = await store.beginCollection('sample', randomUUID(), at.toISOString());
  const entities = keys.map((key) => ({ key, kind, name: key, provider: 'sample', state: 'active' as const }));
  await store.writeFacts(run, { scope: 'all', entities, relationships: [], documents: [] });
  await store.commitCollection(run, {
    type: 'declared',
    scopes: [{ scope: 'all', coverage: 'complete', missing: [] }],
    layersMissing: [],
  });
}

export const acting = (actor = 'responder'): { actor: string; signal: AbortSignal } => ({
  actor,
  signal: new AbortController().signal,
});
export const applying = (actor = 'responder') => ({ ...acting(actor), apply: true });
