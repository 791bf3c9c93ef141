/** `interlock serve` and `interlock worker` as processes of their own on one store and one Redis, and a receiver of webhooks that they call. */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createToken } from '../../../src/app/tokens.ts';
import { brokenLink } from '../../../src/model/ledger.ts';
import type { StepRecord } from '../../../src/model/plan.ts';
import type { RoleName, Store } from '../../../src/ports/store.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import { answer, heard, startCli, workspace } from '../../e2e/cli.ts';
import { type Meddle, openReceiver, type Receiver } from '../../enforcers/webhook-receiver.ts';
import { openQueueRedis, type QueueRedis } from './queue-redis.ts';

export interface Server {
  readonly child: ChildProcess;
  /** Data of a query or mutation; throws with the errors of GraphQL, and with the error of a payload. */
  ask<T>(who: Person, query: string): Promise<T>;
}

export type Person = 'rae' | 'ann' | 'bob';
const ROLES: Readonly<Record<Person, RoleName>> = { rae: 'responder', ann: 'approver', bob: 'approver' };

export interface Processes extends AsyncDisposable {
  readonly redis: QueueRedis;
  readonly receiver: Receiver;
  readonly store: Store;
  startServer(): Promise<Server>;
  startWorker(): Promise<ChildProcess>;
  /** Its id, approved by two people. */
  planFor(server: Server, target: string): Promise<string>;
  /** The irreversible step of the plan. */
  cut(plan: string): Promise<StepRecord>;
  /** Calls that got through to the receiver. */
  callsOf(target: string): number;
  /** The first broken link of the ledger. */
  broken(): Promise<string | undefined>;
}

export async function openProcesses(targets: readonly string[], meddle?: Meddle): Promise<Processes> {
  const redis = await openQueueRedis();
  const receiver = await openReceiver({ checksTime: true, ...(meddle && { meddle }) });
  for (const target of targets) receiver.switches.set(target, true);
  const folder = workspace({
    'interlock.yaml': configuration(redis, receiver),
    'facts/keys.yaml': `entities:\n${targets.map((key) => `  - { key: "${key}", kind: Credential, name: "${key}" }\n`).join('')}`,
  });
  await answer(folder, ['collect']);
  const store = await openSqliteStore({ path: join(folder, 'interlock.db') });
  const tokens = await tokensOf(store);
  const children: ChildProcess[] = [];
  const start = async (command: string, says: RegExp) => {
    const child = startCli(folder, [command]);
    children.push(child);
    return { child, said: await heard(child, says) };
  };
  return {
    redis,
    receiver,
    store,
    async startServer() {
      const { child, said } = await start('serve', /listens on (\S+)/);
      return { child, ask: (who, query) => ask(said[1] as string, tokens[who], query) };
    },
    startWorker: async () => (await start('worker', /working on bullmq/)).child,
    async planFor(server, target) {
      const asked = `mutation { made: planRevocation(input: { targets: ["${target}"], mode: contain }) { ok { id } error { message } } }`;
      const { made } = await server.ask<{ made: { ok: { id: string } } }>('rae', asked);
      for (const who of ['ann', 'bob'] as const)
        await server.ask(who, `mutation { approvePlan(plan: "${made.ok.id}") { ok { id } error { message } } }`);
      return made.ok.id;
    },
    cut: async (plan) => {
      const { plan: whole, steps } = (await store.plan(plan))!;
      const { id } = whole.waves[0]!.steps[0]!;
      return steps.find(({ step }) => step === id)!;
    },
    callsOf: (target) => receiver.taken.filter(({ operation, step }) => operation === 'apply' && step.target === target).length,
    broken: async () => brokenLink(await store.ledger(0, 10_000)),
    async [Symbol.asyncDispose]() {
      redis.thaw();
      for (const child of children) await killed(child);
      await store[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

const configuration = (redis: QueueRedis, { url, secret }: Receiver): string => `store: "sqlite:./interlock.db"
queue: ${redis.url}
http: { port: 0 }
sources: [{ name: facts, type: declared, files: ./facts }]
enforcers: { hook: { type: webhook, source: facts, url: "${url}", secret: "${secret}", concurrency: 4 } }
budgets: { down: 9, actionsPerHour: 100 }
`;

async function tokensOf(store: Store): Promise<Record<Person, string>> {
  const app = { store, wallClock: () => new Date(), newId: randomUUID, actor: 'test' };
  const made = await Promise.all(
    Object.entries(ROLES).map(async ([name, role]) => [name, (await createToken(app, { name, role })).secret] as const),
  );
  return Object.fromEntries(made) as Record<Person, string>;
}

async function ask<T>(url: string, token: string, query: string): Promise<T> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data, errors } = (await response.json()) as { data?: Record<string, { error?: unknown }>; errors?: unknown };
  const refused = Object.values(data ?? {}).find((one) => one?.error != null);
  if (errors || refused) throw new Error(JSON.stringify(errors ?? refused?.error));
  return data as T;
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
