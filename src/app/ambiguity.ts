/** Who really uses a credential, and which credentials are shared. */
import type { AmbiguityInput } from '../analysis/ambiguity/input.ts';
import { type Ambiguity, ambiguity } from '../analysis/ambiguity.ts';
import { type AccessGraph, entityKindAt, relationshipKindAt } from '../graph/access-graph.ts';
import type { SourceRecord } from '../model/collection.ts';
import { DAY_MS } from '../model/durations.ts';
import { UsageError } from '../model/errors.ts';
import { type Asking, indexIn } from './reach.ts';
import { resolveKey } from './resolve-keys.ts';
import { windowEnd } from './window.ts';

export type { Ambiguity } from '../analysis/ambiguity.ts';

export async function askAmbiguity(app: Asking, text: string): Promise<Ambiguity> {
  const key = await resolveKey(app.store, text);
  const graph = await app.graph();
  const credential = indexIn(graph, key);
  const kind = entityKindAt(graph, credential);
  if (kind !== 'Credential' && kind !== 'Session') throw new UsageError(`${key} is a ${kind}; ambiguity is about credentials`);
  return ambiguity(graph, await createInputs(app, graph).then((inputOf) => inputOf(credential)), app.settings.weights);
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
