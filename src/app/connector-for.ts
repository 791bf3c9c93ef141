/** Which configured enforcer takes a step. */
import type { Control } from '../analysis/plan/input.ts';
import type { Entity } from '../model/entity.ts';
import type { App } from './app.ts';

/** Keys of live systems name their source: `postgres:<source>/…`. */
const NAMES_ITS_SOURCE = /^(?:postgres|redis|rabbitmq|vault|keycloak|k8s):([^/]+)\//;

/** Enforcer types by the first word of the keys that they act on, where the two differ. */
const TYPE_OF: Readonly<Record<string, string>> = { k8s: 'kubernetes' };

const typeOf = (key: string): string => {
  const word = /^[a-z0-9]+/.exec(key)?.[0] ?? '';
  return TYPE_OF[word] ?? word;
};

type Asking = Pick<App, 'connectorsOf' | 'sources'>;
/** As the graph knows it, or its key alone. */
type Known = Pick<Entity, 'key'> & Partial<Pick<Entity, 'claims' | 'kind'>>;

/**
 * The enforcer of the thing's own system, unless the step is for a hand; else one that acts on things of any system, if the source that
 * knows the thing has one that takes such a step, in the order of the configuration; else a person.
 */
export function connectorFor(app: Asking, entity: Known, { action, byHand }: Pick<Control, 'action' | 'byHand'>): string {
  const own = byHand ? undefined : ownConnector(app, entity);
  if (own !== undefined) return own;
  const connectors = sourcesOf(entity).flatMap((source) => app.connectorsOf(source));
  return connectors.find((connector) => connector.takes?.(entity.key, action))?.name ?? 'manual';
}

function sourcesOf({ key, claims = [] }: Known): readonly string[] {
  const named = NAMES_ITS_SOURCE.exec(key)?.[1];
  return named === undefined ? claims.map(({ origin }) => origin) : [named];
}

/** A session is often known from a log alone, which has no enforcer: then the only one of its system takes it. */
function ownConnector(app: Asking, entity: Known): string | undefined {
  const type = typeOf(entity.key);
  const ofType = (names: readonly string[]): readonly string[] =>
    names.flatMap((source) => app.connectorsOf(source)).flatMap((connector) => (connector.type === type ? connector.name : []));
  const [first] = ofType(sourcesOf(entity));
  if (first !== undefined || entity.kind !== 'Session') return first;
  const [only, ...others] = new Set(ofType(app.sources.map(({ name }) => name)));
  return others.length === 0 ? only : undefined;
}
