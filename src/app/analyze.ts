/** Reach of everything that somebody can hold, findings, and risks: computed anew when the graph, or what was accepted, has changed. */
import { allReach } from '../analysis/all-reach.ts';
import { DEFAULT_DETECTOR_SETTINGS, type SeenRelationship } from '../analysis/findings/detector.ts';
import { DETECTOR_NEEDS, findings } from '../analysis/findings/index.ts';
import { risks } from '../analysis/risk.ts';
import type { AccessGraph } from '../graph/access-graph.ts';
import { reachFrom } from '../graph/reach.ts';
import type { Entity } from '../model/entity.ts';
import type { Finding, Risk } from '../model/findings.ts';
import { type EntityKind, EXTERNAL_ANYONE, SUBJECT_KINDS } from '../model/kinds.ts';
import type { App } from './app.ts';
import { partialScopes } from './coverage.ts';
import type { Asking } from './reach.ts';
import { resolveKeys } from './resolve-keys.ts';
import { secondsSince } from './seconds-since.ts';

export interface AnalysisSummary {
  readonly generation: number;
  readonly subjects: number;
  readonly seconds: number;
  /** Empty when nothing was stale. */
  readonly stages: readonly { readonly name: string; readonly seconds: number }[];
}

export interface AnalyzeOptions {
  readonly signal?: AbortSignal;
  /** 0 … 1, and what is being done. */
  readonly onProgress?: (share: number, what: string) => Promise<void> | void;
}

type Analyzing = App & Asking;

export async function analyze(app: Analyzing, { signal, onProgress }: AnalyzeOptions = {}): Promise<AnalysisSummary> {
  const began = app.wallClock();
  // Before the graph: what changes from here on makes this analysis one of an older graph.
  const { head } = await app.store.changes(Number.MAX_SAFE_INTEGER, 1);
  const graph = await app.graph();
  const known = await freshAnalysis(app, graph, head);
  if (known) return { generation: known.generation, subjects: known.subjects, seconds: secondsSince(app, began), stages: [] };
  const stages: { name: string; seconds: number }[] = [];
  const stage = async <T>(name: string, share: number, work: () => Promise<T> | T): Promise<T> => {
    signal?.throwIfAborted();
    await onProgress?.(share, name);
    const from = app.wallClock();
    const result = await work();
    stages.push({ name, seconds: secondsSince(app, from) });
    return result;
  };
  const estate = await stage('read', 0, () => readEstate(app));
  const open = openToAnyone(graph);
  const reach = await stage('reach', 0.2, () => allReach(graph, { weights: app.settings.weights, ...(signal && { signal }) }));
  const found = await stage('findings', 0.7, () => detect(app, { graph, open, estate }));
  const ranked = await stage('risks', 0.8, () =>
    risks({
      graph,
      reach,
      findings: found,
      open,
      describe: (key) => estate.entities.get(key),
      isCovered: (key) =>
        !(estate.entities.get(key)?.claims ?? []).some(({ origin, scope }) => estate.partial.has(`${origin}/${scope}`)),
    }),
  );
  await stage('save', 0.9, () =>
    app.store.saveAnalysis({ generation: graph.generation, head, at: app.wallClock().toISOString(), risks: ranked }),
  );
  return { generation: graph.generation, subjects: ranked.length, seconds: secondsSince(app, began), stages };
}

/** The stored analysis, unless the graph or the accepted risks have changed since. */
async function freshAnalysis(app: Analyzing, graph: AccessGraph, head: number) {
  const known = await app.store.analysis();
  if (known?.generation !== graph.generation || known.head !== head) return undefined;
  const acceptances = await app.store.acceptances();
  return acceptances.some(({ at, until }) => at > known.at || (until > known.at && until <= app.clock().toISOString()))
    ? undefined
    : known;
}

interface Estate {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly relationships: readonly SeenRelationship[];
  /** `source/scope`. */
  readonly partial: ReadonlySet<string>;
}

async function readEstate({ store }: Pick<App, 'store'>): Promise<Estate> {
  const kinds = [...new Set<EntityKind>([...SUBJECT_KINDS, ...DETECTOR_NEEDS.entities])];
  const entities = new Map<string, Entity>();
  const relationships: SeenRelationship[] = [];
  for await (const batch of store.readEntities({ kinds })) for (const entity of batch) entities.set(entity.key, entity);
  for await (const batch of store.readRelationships({ kinds: DETECTOR_NEEDS.relationships })) relationships.push(...batch);
  return { entities, relationships, partial: partialScopes(await store.sources()) };
}

function openToAnyone(graph: AccessGraph): Uint8Array | undefined {
  const anyone = graph.indexOf(EXTERNAL_ANYONE);
  return anyone === undefined ? undefined : reachFrom(graph, [anyone], { walk: 'hi' }).facets;
}

/** What somebody accepted, with a reason and a time, is left out until that time. */
async function detect(
  app: Analyzing,
  { graph, open, estate }: { graph: AccessGraph; open: Uint8Array | undefined; estate: Estate },
): Promise<Finding[]> {
  const now = app.clock().toISOString();
  const accepted = new Set((await app.store.acceptances()).filter(({ until }) => until > now).map(({ finding }) => finding));
  const { entities, relationships } = estate;
  const found = findings({ graph, entities, relationships, open, now, settings: DEFAULT_DETECTOR_SETTINGS });
  return found.filter(({ id }) => !accepted.has(id));
}

export interface RiskQuestion {
  readonly kind?: EntityKind;
  readonly keys?: readonly string[];
  readonly limit: number;
}

/** Riskiest first, of the graph as it is now. */
export async function askRisks(app: Analyzing, { keys, ...question }: RiskQuestion): Promise<Risk[]> {
  await analyze(app);
  return app.store.risks({ ...question, ...(keys && { keys: await resolveKeys(app.store, keys) }) });
}
