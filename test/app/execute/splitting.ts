/** A credential that two applications share, on a real server: the lockers that hold its value, what a cluster's collection would say, the plan. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ambiguity } from '../../../src/analysis/ambiguity.ts';
import { revocationPlan } from '../../../src/analysis/plan/revocation-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { loadGraph } from '../../../src/app/load-graph.ts';
import { planFacts } from '../../../src/app/revocation.ts';
import type { EntityFact, RelationshipFact } from '../../../src/model/entity.ts';
import type { Plan, PlanStep } from '../../../src/model/plan.ts';
import { DEFAULT_WEIGHTS } from '../../../src/model/weights.ts';
import type { Enforcer } from '../../../src/ports/enforcer.ts';
import type { Outcome } from '../../contracts/collecting.ts';
import { applying, type Bench, openBench, SEAL_KEY } from './bench.ts';
import { createLockers } from './lockers.ts';

export const CONSUMERS = ['checkout', 'billing'] as const;
export type Consumer = (typeof CONSUMERS)[number];
const placeOf = (consumer: Consumer): string => `k8s:prod/shop/secrets/${consumer}`;
const workloadOf = (consumer: Consumer): string => `k8s:prod/shop/deployments/${consumer}`;

export interface SplitSystem {
  /** Named `main`. */
  readonly enforcer: Enforcer;
  readonly type: string;
  /** Of the shared credential. */
  readonly key: string;
  /** From the server itself, as source `shop`. */
  collect(context: { readonly source: string; readonly now: Date }): Promise<Outcome>;
}

export interface Splitting extends AsyncDisposable {
  readonly bench: Bench;
  collect(): Promise<void>;
  /** What the cluster's own collection would say: which Secrets hold the value, and who reads them. Keys of these. */
  declare(consumers: readonly Consumer[]): Promise<Map<Consumer, string>>;
  plan(): Promise<Plan>;
  execute(): Promise<readonly string[]>;
  /** What the consumer's locker holds. */
  heldBy(consumer: Consumer): string;
  /** Of all steps of the action. */
  statesOf(action: PlanStep['action']): Promise<string[]>;
}

export const PLAN = 'split';
export const stepsOf = ({ waves }: Plan): PlanStep[] => waves.flatMap(({ steps }) => steps);

export async function openSplitting(system: SplitSystem): Promise<Splitting> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-split-'));
  const lockers = createLockers(folder, {}, CONSUMERS.map(placeOf));
  const bench = await openBench({
    enforcers: [system.enforcer, lockers.enforcer],
    sealKey: SEAL_KEY,
    settings: { actionsPerHour: 100 },
    startsAt: new Date(Date.now() - 60_000).toISOString(),
  });
  const { store } = bench;
  return {
    bench,
    collect: () => collect(bench, system),
    declare: (consumers) => declare(bench, system.key, consumers),
    plan: () => plan(bench, system),
    execute: async () => (await executePlan(bench.context, PLAN, applying())).stopped,
    heldBy: (consumer) => lockers.state().lockers[placeOf(consumer)] ?? '',
    async statesOf(action) {
      const { plan: made, steps } = (await store.plan(PLAN))!;
      const ids = stepsOf(made).flatMap((step) => (step.action === action ? step.id : []));
      return ids.map((id) => steps.find(({ step }) => step === id)?.state ?? 'planned').sort();
    },
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function collect(bench: Bench, system: SplitSystem): Promise<void> {
  // What is collected after a step is later than it.
  bench.wait(10);
  const now = bench.context.clock();
  const found = await system.collect({ source: 'shop', now });
  const run = await bench.store.beginCollection('shop', randomUUID(), now.toISOString());
  for (const said of found.said) if (said.type === 'facts') await bench.store.writeFacts(run, { ...said, documents: [] });
  await bench.store.commitCollection(run, { type: system.type, scopes: found.scopes, layersMissing: [] });
}

async function declare(bench: Bench, key: string, consumers: readonly Consumer[]): Promise<Map<Consumer, string>> {
  const uses = await bench.store.neighbours({ keys: [key], direction: 'in', kinds: ['USES'], limit: 100 });
  const seen = (one: Consumer): string | undefined => uses.find(({ source }) => source.includes(`/${one}@`))?.source;
  const keys = new Map(consumers.map((one) => [one, seen(one) ?? workloadOf(one)]));
  const entity = (one: string, kind: EntityFact['kind'], properties: EntityFact['properties'] & {} = {}): EntityFact => ({
    key: one,
    kind,
    name: one,
    provider: 'kubernetes',
    state: 'active',
    properties,
  });
  const fact = (source: string, kind: RelationshipFact['kind'], target: string): RelationshipFact => ({
    source,
    kind,
    target,
    basis: 'declared',
    certainty: 'definite',
    reason: 'a test',
  });
  const run = await bench.store.beginCollection('facts', randomUUID(), bench.context.clock().toISOString());
  await bench.store.writeFacts(run, {
    scope: 'all',
    entities: consumers.flatMap((one) => [
      entity(placeOf(one), 'Secret', { keys: ['username', 'password'] }),
      ...(seen(one) === undefined ? [entity(workloadOf(one), 'Workload')] : []),
    ]),
    relationships: consumers.flatMap((one) => [fact(placeOf(one), 'EXPOSES', key), fact(keys.get(one)!, 'READS', placeOf(one))]),
    documents: [],
  });
  await bench.store.commitCollection(run, {
    type: 'declared',
    scopes: [{ scope: 'all', coverage: 'complete', missing: [] }],
    layersMissing: [],
  });
  return keys;
}

async function plan(bench: Bench, { key, type }: SplitSystem): Promise<Plan> {
  const now = bench.context.clock();
  const graph = await loadGraph(bench.store, now);
  const window = { end: now.toISOString(), days: 90 };
  return bench.save(
    revocationPlan({
      id: PLAN,
      graph,
      targets: [key],
      mode: 'retire',
      budgets: {},
      weights: DEFAULT_WEIGHTS,
      now: now.toISOString(),
      generation: graph.generation,
      connectorOf: (one, { byHand }) => (byHand ? 'manual' : one.startsWith(`${type}:`) ? 'main' : 'lockers'),
      facts: await planFacts(bench.store),
      split: {
        rights: 'seen',
        window,
        consumersOf: (credential) =>
          ambiguity(graph, { credential, window: { ...window, logged: 0 } }, DEFAULT_WEIGHTS).candidates.map((one) => ({
            ...one,
            evidence: one.evidence.map(({ text }) => text),
            origins: [],
          })),
      },
    }),
  );
}
