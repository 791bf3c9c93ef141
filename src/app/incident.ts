/** The incident page, of keys as a person writes them. */
import { type Incident, incident } from '../analysis/incident.ts';
import type { Time } from '../model/entity.ts';
import type { App } from './app.ts';
import { connectorFor } from './connector-for.ts';
import { type Completeness, completenessOf } from './coverage.ts';
import type { Asking } from './reach.ts';
import { resolveKeys } from './resolve-keys.ts';
import { limitsOf, planFacts, refuseFuture } from './revocation.ts';

export type IncidentAnswer = Incident & Completeness;

/** Read-only: nothing is kept, nothing is called. */
export async function askIncident(app: App & Asking, texts: readonly string[], since: Time): Promise<IncidentAnswer> {
  refuseFuture(since, app.clock());
  const subjects = await resolveKeys(app.store, texts);
  const graph = await app.graph();
  const facts = await planFacts(app.store);
  const page = incident({
    id: '',
    graph,
    subjects,
    since,
    budgets: {},
    ...(await limitsOf(app, { graph, facts })),
    weights: app.settings.weights,
    now: app.clock().toISOString(),
    generation: graph.generation,
    connectorOf: (key, control) => connectorFor(app, facts.entity(key) ?? { key }, control),
    facts,
  });
  const touched = [...page.subjects, ...page.couldReach.top, ...page.didTouch, ...page.breaks].map((one) =>
    typeof one === 'string' ? one : one.key,
  );
  return { ...page, ...(await completenessOf(app.store, new Set(touched))) };
}
