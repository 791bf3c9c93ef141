import { type OutageRadius, outageRadius } from '../analysis/outage-radius.ts';
import { type Completeness, completenessOf } from './coverage.ts';
import { type Asking, indexIn } from './reach.ts';
import { resolveKeys } from './resolve-keys.ts';
import { windowStart } from './window.ts';

export type OutageAnswer = OutageRadius & Completeness;

/** What stops working when these die together. */
export async function askOutage(app: Asking, texts: readonly string[]): Promise<OutageAnswer> {
  const dead = await resolveKeys(app.store, texts);
  const graph = await app.graph();
  const since = await windowStart(app);
  const radius = outageRadius(graph, { dead: dead.map((key) => indexIn(graph, key)) }, { at: app.clock().toISOString(), since });
  return { ...radius, ...(await completenessOf(app.store, [...dead, ...radius.items.map(({ key }) => key)])) };
}
