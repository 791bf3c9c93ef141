/** Who really uses a credential, and which credentials are shared. */
import type { AmbiguityInput } from '../analysis/ambiguity/input.ts';
import type { ObservedUse } from '../analysis/ambiguity/posterior.ts';
import { type Ambiguity, type Attribution, ambiguity, attribution } from '../analysis/ambiguity.ts';
import { enteringBy } from '../analysis/plan/footholds.ts';
import { type AccessGraph, certaintyAt, entityKindAt, relationshipKindAt } from '../graph/access-graph.ts';
import type { SourceRecord } from '../model/collection.ts';
import { DAY_MS } from '../model/durations.ts';
import { UsageError } from '../model/errors.ts';
import { type Asking, indexIn } from './reach.ts';
import { resolveKey } from './resolve-keys.ts';
import { windowEnd } from './window.ts';

export type { Ambiguity } from '../analysis/ambiguity.ts';

export async function askAmbiguity(app: Asking, text: string): Promise<Ambiguity> {
  const key = await credentialKey(app, text);
  const graph = await app.graph();
  const credential = graph.indexOf(key)!;
  return ambiguity(graph, await createInputs(app, graph).then((inputOf) => inputOf(credential)), app.settings.weights);
}

async function credentialKey(app: Asking, text: string): Promise<string> {
  const key = await resolveKey(app.store, text);
  const graph = await app.graph();
  const kind = entityKindAt(graph, indexIn(graph, key));
  if (kind !== 'Credential' && kind !== 'Session') throw new UsageError(`${key} is a ${kind}; ambiguity is about credentials`);
  return key;
}

export interface AttributionAnswer extends Attribution {
  readonly key: string;
  /** Where the use came from. */
  readonly from: string;
}

/** Who made one use of a credential, seen from an origin (which may never have been seen before) or named by the log as a consumer. */
export async function askAttribution(app: Asking, text: string, from: string): Promise<AttributionAnswer> {
  const key = await credentialKey(app, text);
  const graph = await app.graph();
  const credential = graph.indexOf(key)!;
  const use = useFrom(graph, credential, from);
  const inputOf = await createInputs(app, graph);
  const origin = use.entity < 0 ? from : graph.keys[use.entity]!;
  return { key, from: origin, ...attribution(graph, inputOf(credential), use) };
}

/** No entity: a place that nothing is known of. */
const NOWHERE = -1;

function useFrom(graph: AccessGraph, credential: number, from: string): ObservedUse {
  const seen = enteringBy(graph, credential, ['USES']).find((r) => {
    const key = graph.keys[graph.sources[r]!]!;
    return key === from || key.startsWith(`origin:${from}/`);
  });
  const entity = seen === undefined ? (graph.indexOf(from) ?? NOWHERE) : graph.sources[seen]!;
  const isAttributed = entity !== NOWHERE && entityKindAt(graph, entity) !== 'Origin';
  return { entity, isAttributed, certainty: seen === undefined ? 'definite' : certaintyAt(graph, seen) };
}

/** Credentials of which several consumers are expected, the most first. */
export async function askShared(
  app: Asking,
  { minConsumers, limit }: { minConsumers: number; limit: number },
): Promise<Ambiguity[]> {
  const graph = await app.graph();
  const inputOf = await createInputs(app, graph);
  const found: Ambiguity[] = [];
  for (let entity = 0; entity < graph.order; entity++) {
    if (entityKindAt(graph, entity) !== 'Credential' || waysIn(graph, entity) < minConsumers) continue;
    const answer = ambiguity(graph, inputOf(entity), app.settings.weights);
    if (Math.max(likelyConsumers(answer), answer.effectiveConsumers) >= minConsumers) found.push(answer);
  }
  found.sort((a, b) => b.consumers.mean - a.consumers.mean || (a.key < b.key ? -1 : 1));
  return found.slice(0, limit);
}

/** Who is rather a consumer than not. Those who merely could read it make nothing shared. */
const likelyConsumers = ({ candidates }: Ambiguity): number =>
  candidates.filter(({ isAbleOnly, probability }) => !isAbleOnly && probability >= 0.5).length;

/** Consumers, origins and places that lead to a credential: fewer than two of them share nothing. */
function waysIn(graph: AccessGraph, credential: number): number {
  let ways = 0;
  for (let i = graph.inStarts[credential]!; i < graph.inStarts[credential + 1]!; i++) {
    const kind = relationshipKindAt(graph, graph.inRelationships[i]!);
    if (kind === 'USES' || kind === 'HOLDS' || kind === 'EXPOSES') ways++;
  }
  return ways;
}

/** What the logs say of each credential's use, as analyses ask it. */
export async function createInputs(app: Asking, graph: AccessGraph): Promise<(credential: number) => AmbiguityInput> {
  const { days, halfLifeDays } = app.settings.window;
  const end = await windowEnd(app);
  const logged = loggedFraction(graph, { sources: await app.store.sources(), end, days });
  return (credential) => ({
    credential,
    window: { end, days, logged: graph.keys[credential]?.startsWith('aws:') ? logged : 0 },
    halfLifeDays,
  });
}

/**
 * κ for AWS credentials: how much of the window the trail covers, from its first event to its last. Other systems keep no log that
 * we collect: nothing would have been logged there.
 */
function loggedFraction(
  graph: AccessGraph,
  { sources, end, days }: { sources: readonly SourceRecord[]; end: string; days: number },
): number {
  if (!sources.some(({ type }) => type === 'cloudtrail')) return 0;
  let first = end;
  for (const { firstSeen, lastUsed } of graph.details.values()) {
    const at = firstSeen ?? lastUsed;
    if (at !== undefined && at < first) first = at;
  }
  return Math.min(1, (Date.parse(end) - Date.parse(first)) / (days * DAY_MS));
}
