/** Reach, exposure and paths as answers: keys resolved, graph loaded, coverage said. */
import { accessPath } from '../analysis/access-path.ts';
import { type AttackReach, attackReach } from '../analysis/attack-reach.ts';
import { chokePoints } from '../analysis/choke-points.ts';
import { exposure } from '../analysis/exposure.ts';
import type { AccessGraph } from '../graph/access-graph.ts';
import { UnknownEntityError, UsageError } from '../model/errors.ts';
import type { Level } from '../model/kinds.ts';
import { relationshipId } from '../model/relationship-id.ts';
import type { App } from './app.ts';
import { type Completeness, completenessOf } from './coverage.ts';
import { resolveKey, resolveKeys } from './resolve-keys.ts';

/** What every question about the graph needs. */
export interface Asking extends Pick<App, 'store' | 'settings' | 'clock'> {
  /** The current graph; a server keeps it between questions. */
  graph(): Promise<AccessGraph>;
}

export function indexIn(graph: AccessGraph, key: string): number {
  const index = graph.indexOf(key);
  if (index === undefined) throw new UnknownEntityError(key, []);
  return index;
}

export interface ReachAnswer extends Omit<AttackReach, 'items'>, Completeness {
  readonly items: AttackReach['items'];
  readonly total: number;
  readonly truncated: boolean;
}

function refuseNegative(max: number): void {
  if (!Number.isSafeInteger(max) || max < 0) throw new UsageError(`max: expected a whole number of at least 0, found ${max}`);
}

export async function askReach(app: Asking, texts: readonly string[], { max }: { max: number }): Promise<ReachAnswer> {
  refuseNegative(max);
  const subjects = await resolveKeys(app.store, texts);
  const graph = await app.graph();
  const reach = attackReach(
    graph,
    subjects.map((key) => indexIn(graph, key)),
    { weights: app.settings.weights },
  );
  const coverage = await completenessOf(app.store, [...subjects, ...reach.items.map(({ key }) => key)]);
  const total = reach.items.length;
  return { ...reach, ...coverage, items: reach.items.slice(0, max), total, truncated: total > max };
}

export async function askExposure(app: Asking, text: string, { max }: { max: number }) {
  refuseNegative(max);
  const target = await resolveKey(app.store, text);
  const graph = await app.graph();
  const found = exposure(graph, indexIn(graph, target));
  const coverage = await completenessOf(app.store, [target, ...found.items.map(({ key }) => key)]);
  const total = found.items.length;
  return { subjects: [target], ...found, ...coverage, items: found.items.slice(0, max), total, truncated: total > max };
}

export async function askPath(app: Asking, { from, to, level }: { from: string; to: string; level: Level }) {
  const [source, target] = (await resolveKeys(app.store, [from, to])) as [string, string];
  const graph = await app.graph();
  const path = accessPath(graph, { from: indexIn(graph, source), to: indexIn(graph, target), level });
  const known = new Map((await app.store.relationships(path.hops)).map((r) => [relationshipId(r), r]));
  const hops = path.hops.map((hop) => {
    const { basis, certainty, reason, condition, lastSeen } = known.get(relationshipId(hop)) ?? {};
    return {
      ...hop,
      reason: reason ?? (basis === 'observed' ? 'seen in the logs' : null),
      basis: basis ?? null,
      certainty: certainty ?? null,
      condition: condition ?? null,
      lastSeen: lastSeen ?? null,
    };
  });
  const coverage = await completenessOf(app.store, [source, target, ...path.hops.map((hop) => hop.target)]);
  return { found: path.found, certainty: path.certainty, hops, ...coverage };
}

export async function askChokePoints(app: Asking, { target, limit }: { target?: string; limit: number }) {
  const key = target === undefined ? undefined : await resolveKey(app.store, target);
  const graph = await app.graph();
  const items = chokePoints(graph, { weights: app.settings.weights, ...(key !== undefined && { target: indexIn(graph, key) }) });
  return { items: items.slice(0, limit), total: items.length };
}
