import { type OutageRadius, outageRadius } from '../analysis/outage-radius.ts';
import { type Completeness, completenessOf } from './coverage.ts';
import { type Asking, indexIn } from './reach.ts';
import { resolveKeys } from './resolve-keys.ts';
import { windowStart } from './window.ts';

export type OutageAnswer = OutageRadius & Completeness;

export interface OutageQuestion {
  /** `kept`: only new logins of databases and brokers are stopped. */
  readonly connections?: 'ended' | 'kept';
}

/** What stops working when these die together. */
export async function askOutage(app: Asking, texts: readonly string[], question: OutageQuestion = {}): Promise<OutageAnswer> {
  const dead = await resolveKeys(app.store, texts);
  const graph = await app.graph();
  const since = await windowStart(app);
  const radius = outageRadius(
    graph,
    { dead: dead.map((key) => indexIn(graph, key)), ...question },
    { at: app.clock().toISOString(), since },
  );
  return { ...radius, ...(await completenessOf(app.store, [...dead, ...radius.items.map(({ key }) => key)])) };
}
