/** Wires ports to adapters: the one file that knows them all. Adapters are imported when they are needed. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { type AccessAsking, documentsFor } from './app/access-asking.ts';
import type { App, ConfiguredSource, Connector } from './app/app.ts';
import { createHandOvers } from './app/execute/hand-over.ts';
import { createGates } from './app/execute/pace.ts';
import { createGraphCache } from './app/graph-cache.ts';
import type { Asking } from './app/reach.ts';
import { whoIs } from './app/tokens.ts';
import { doubtUnseenLayers } from './app/unseen-layers.ts';
import type { Config } from './config.ts';
import type { OpenEnforcer } from './enforcers/index.ts';
import { RefusedError, UsageError } from './model/errors.ts';
import { createFingerprinter, type Fingerprinter } from './model/fingerprint.ts';
import type { AccessProvider, AccessQuestions } from './ports/access-questions.ts';
import type { Collector } from './ports/collector.ts';
import type { Enforcer } from './ports/enforcer.ts';
import type { Log } from './ports/log.ts';
import type { Queue } from './ports/queue.ts';
import type { RoleName, Store } from './ports/store.ts';
import { thisProcess } from './this-process.ts';
import { version } from './version.ts';

export interface ComposeOptions {
  readonly log: Log;
  /** True in a server: the embedded store works in a thread of its own, so that a long write blocks no request. */
  readonly threaded?: boolean;
}

export interface ComposedApp extends App, Asking, AccessAsking, AsyncDisposable {
  /** Of INTERLOCK_TOKEN; undefined without one. */
  readonly role: RoleName | undefined;
}

export async function compose(config: Config, { log, threaded = false }: ComposeOptions): Promise<ComposedApp> {
  const place = storePlace(config);
  await checkSchedules(config);
  const opened = await openStore(place, threaded);
  const store = config.unknownLayers === 'possible' ? doubtUnseenLayers(opened) : opened;
  try {
    const fingerprint = createFingerprinter(fingerprintKey(config, place));
    await store.checkFingerprintKey(fingerprint('interlock: check of the fingerprint key'));
    const wallClock = () => new Date();
    const clock = config.clock === undefined ? wallClock : () => new Date(config.clock as string);
    const queue = await openQueue(config, store, wallClock);
    const enforcers = createEnforcers(config, fingerprint);
    const connectors = await connectorsIn(config);
    const graph = createGraphCache(store, clock);
    const sources = config.sources.map(({ name, type, ...settings }) => ({
      name,
      type,
      settings: absolutePaths(settings, config.folder),
    }));
    return {
      store,
      queue,
      sources,
      collectorFor,
      enforcers: Object.keys(config.enforcers),
      enforcerFor: enforcers.open,
      connectorsOf: (source) => connectors.filter((one) => one.source === source),
      fingerprint,
      settings: {
        weights: config.weights,
        window: config.window,
        context: { tiers: config.tiers, environments: config.environments, owners: config.owners },
        budgets: config.budgets,
        denyList: config.denyList,
        self: config.self,
        execution: config.execution,
        retention: config.retention,
      },
      sealKey: config.secrets.sealKey,
      handOvers: createHandOvers(),
      gates: createGates(config.enforcers),
      environment: config.environment,
      ...(await actorOf(config, store, wallClock)),
      clock,
      wallClock,
      newId: randomUUID,
      version,
      process: thisProcess(),
      log,
      graph,
      accessProviders,
      questionsOf: createQuestionsCache(store, clock),
      async [Symbol.asyncDispose]() {
        await queue[Symbol.asyncDispose]();
        await enforcers.close();
        await store[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

type StorePlace = { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'neo4j'; readonly url: string };

function storePlace({ store, folder }: Config): StorePlace {
  if (store.startsWith('sqlite:')) return { kind: 'sqlite', path: resolve(folder, store.slice('sqlite:'.length)) };
  if (/^(neo4j|bolt)(\+s|\+ssc)?:\/\//.test(store)) return { kind: 'neo4j', url: store };
  throw new UsageError('store: expected sqlite:<path> or neo4j://user:password@host:7687/database');
}

export async function openStore(place: StorePlace, threaded = false): Promise<Store> {
  if (place.kind === 'sqlite') {
    const { openSqliteStore } = await import('./stores/sqlite/sqlite-store.ts');
    return openSqliteStore({ path: place.path, thread: threaded });
  }
  const { openNeo4jStore } = await import('./stores/neo4j/neo4j-store.ts');
  return openNeo4jStore({ url: place.url });
}

/** Loads the parser only where there is something to parse: most commands start without it. */
async function checkSchedules({ schedules, file }: Config): Promise<void> {
  if (schedules.length === 0) return;
  const { cronProblem } = await import('./queues/check-cron.ts');
  for (const [i, { cron, tz }] of schedules.entries()) {
    const problem = cronProblem(cron, tz);
    if (problem !== undefined)
      throw new UsageError(`${file ?? 'configuration'}: schedules[${i}]: "${cron}" in ${tz} never runs: ${problem}`);
  }
}

async function openQueue(config: Config, jobs: Store, now: () => Date): Promise<Queue> {
  const options = { jobs, now, newId: randomUUID };
  if (config.queue === 'inline') {
    const { createInlineQueue } = await import('./queues/inline.ts');
    return createInlineQueue(options);
  }
  if (/^rediss?:\/\//.test(config.queue)) {
    const { createBullmqQueue } = await import('./queues/bullmq.ts');
    return createBullmqQueue({ ...options, url: config.queue });
  }
  throw new UsageError('queue: expected inline or redis://host:6379/0');
}

/** From the environment, or, with the embedded store only, from a file beside it that is made at first use. */
function fingerprintKey({ secrets }: Config, place: StorePlace): string {
  if (secrets.fingerprintKey !== undefined) return secrets.fingerprintKey;
  if (place.kind !== 'sqlite') {
    throw new UsageError(
      'INTERLOCK_FINGERPRINT_KEY is not set; a shared store needs one: make it with `openssl rand -base64 48`',
    );
  }
  const file = `${place.path}.key`;
  if (!existsSync(file)) writeFileSync(file, randomBytes(48).toString('base64'), { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}

async function actorOf({ secrets }: Config, store: Store, now: () => Date): Promise<Pick<ComposedApp, 'actor' | 'role'>> {
  if (secrets.token === undefined) return { actor: `local:${userInfo().username}`, role: undefined };
  const token = await whoIs(store, secrets.token, now());
  if (!token)
    throw new RefusedError(
      'INTERLOCK_TOKEN: no such token, or it has expired; make one with `interlock token create --role responder`',
    );
  return { actor: token.name, role: token.role };
}

async function collectorFor(type: string): Promise<Collector> {
  const { collectors } = await import('./collectors/index.ts');
  const load = Object.hasOwn(collectors, type) ? collectors[type] : undefined;
  if (!load) throw new UsageError(`${type}: no such type of source (known: ${Object.keys(collectors).sort().join(', ')})`);
  return load();
}

const SETTINGS_THAT_ARE_PATHS = ['spool', 'privateKeyFile', 'kubeconfig', 'tokens', 'caFile', 'certFile', 'keyFile'];

/** `files` and what `SETTINGS_THAT_ARE_PATHS` names in `live` are paths; they start from the configuration's folder. */
function absolutePaths(settings: Readonly<Record<string, unknown>>, folder: string): ConfiguredSource['settings'] {
  if (typeof settings['files'] === 'string') return { ...settings, files: resolve(folder, settings['files']) };
  const { live } = settings;
  if (typeof live !== 'object' || live === null) return settings;
  return { ...settings, live: fromFolder(live as Readonly<Record<string, unknown>>, folder) };
}

function fromFolder(settings: Readonly<Record<string, unknown>>, folder: string): Readonly<Record<string, unknown>> {
  const isPath = ([name, value]: [string, unknown]): boolean =>
    SETTINGS_THAT_ARE_PATHS.includes(name) && typeof value === 'string';
  return Object.fromEntries(
    Object.entries(settings).map((entry) => (isPath(entry) ? [entry[0], resolve(folder, entry[1] as string)] : entry)),
  );
}

/** Loads the register only where enforcers are configured: most commands start without it. */
async function connectorsIn({ enforcers }: Config): Promise<readonly (Connector & { readonly source: string })[]> {
  const names = Object.keys(enforcers);
  if (names.length === 0) return [];
  const { standIns } = await import('./enforcers/index.ts');
  return Object.entries(enforcers).map(([name, { type, source }]) => {
    const takes = Object.hasOwn(standIns, type) ? standIns[type] : undefined;
    return { name, type, source, ...(takes && { takes }) };
  });
}

function createEnforcers(config: Config, fingerprint: Fingerprinter) {
  const opened = new Map<string, Promise<Enforcer>>();
  return {
    async open(name: string): Promise<Enforcer | undefined> {
      const settings = config.enforcers[name];
      if (!settings && !ALWAYS_THERE.includes(name)) return undefined;
      const { enforcers } = await import('./enforcers/index.ts');
      const type = settings?.type ?? name;
      const load = Object.hasOwn(enforcers, type) ? (enforcers as Readonly<Record<string, OpenEnforcer>>)[type] : undefined;
      if (!load)
        throw new UsageError(`enforcers.${name}.type: ${type} is not known (known: ${Object.keys(enforcers).join(', ')})`);
      const surroundings = { environment: config.environment, fingerprint };
      const { concurrency: _, perMinute: __, ...own } = settings ?? {};
      const enforcer = opened.get(name) ?? load({ ...fromFolder(own, config.folder), name }, surroundings);
      opened.set(name, enforcer);
      enforcer.catch(() => opened.delete(name));
      return enforcer;
    },
    async close(): Promise<void> {
      for (const enforcer of opened.values()) await (await enforcer)[Symbol.asyncDispose]();
    },
  };
}

/** Enforcers that reach no system need no configuration. */
const ALWAYS_THERE: readonly string[] = ['manual', 'dry-run'];

async function accessProviders(): Promise<readonly AccessProvider[]> {
  const { accessProviders: known } = await import('./collectors/index.ts');
  return Promise.all(Object.values(known).map((load) => load()));
}

/** What each provider knows, once per collection; anew each hour, since verdicts depend on the time. */
function createQuestionsCache(store: Store, clock: () => Date): AccessAsking['questionsOf'] {
  const kept = new Map<AccessProvider, { readonly state: string; readonly questions: Promise<AccessQuestions> }>();
  return async (provider) => {
    const now = clock();
    const state = `${await store.generation()} ${(await store.changes(Number.MAX_SAFE_INTEGER, 1)).head} ${now.toISOString().slice(0, 13)}`;
    const known = kept.get(provider);
    if (known?.state === state) return known.questions;
    const questions = provider.load(documentsFor(store, provider), now);
    kept.set(provider, { state, questions });
    questions.catch(() => kept.delete(provider));
    return questions;
  };
}
