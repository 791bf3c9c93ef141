/** Which configured enforcer takes a step: the one of the key's own system, configured for a source that knows the thing. */
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

/**
 * `entity`: as the graph knows it, or its key alone. A session is often known from a log alone, which has no enforcer: then the only one
 * of its system takes it.
 */
export function connectorFor(
  app: Pick<App, 'connectorsOf' | 'sources'>,
  entity: Pick<Entity, 'key'> & Partial<Pick<Entity, 'claims' | 'kind'>>,
  { byHand }: Pick<Control, 'byHand'>,
): string {
  if (byHand) return 'manual';
  const named = NAMES_ITS_SOURCE.exec(entity.key)?.[1];
  const sources = named === undefined ? (entity.claims ?? []).map(({ origin }) => origin) : [named];
  const type = typeOf(entity.key);
  const ofType = (names: readonly string[]): readonly string[] =>
    names.flatMap((source) => app.connectorsOf(source)).flatMap((connector) => (connector.type === type ? connector.name : []));
  const [first] = ofType(sources);
  if (first !== undefined || entity.kind !== 'Session') return first ?? 'manual';
  const [only, ...others] = new Set(ofType(app.sources.map(({ name }) => name)));
  return only !== undefined && others.length === 0 ? only : 'manual';
}
