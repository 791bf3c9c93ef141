import { EVERY_SCOPE, type ScopeCoverage } from './collection.ts';

const byScope = (a: ScopeCoverage, b: ScopeCoverage): number => (a.scope < b.scope ? -1 : a.scope > b.scope ? 1 : 0);

/**
 * The coverage of a source after a run: scopes that it named as it said, known scopes that it did not name `absent`. When it said
 * `EVERY_SCOPE` that was not complete, every scope is partial for that reason. Sorted by scope.
 */
export function coverageAfter(known: readonly ScopeCoverage[], said: readonly ScopeCoverage[]): ScopeCoverage[] {
  const everywhere = said.find(({ scope, coverage }) => scope === EVERY_SCOPE && coverage !== 'complete');
  const named = new Map(said.filter(({ scope }) => scope !== EVERY_SCOPE).map((scope) => [scope.scope, scope]));
  for (const { scope } of known)
    if (scope !== EVERY_SCOPE && !named.has(scope)) named.set(scope, { scope, coverage: 'absent', missing: [] });
  const scopes = [...named.values()];
  if (!everywhere) return scopes.sort(byScope);
  const lowered = scopes.map(({ scope, missing }): ScopeCoverage => {
    return { scope, coverage: 'partial', missing: [...missing, ...everywhere.missing] };
  });
  return [everywhere, ...lowered].sort(byScope);
}

/** The scopes that may be swept. */
export const sweepableScopes = (scopes: readonly ScopeCoverage[]): string[] =>
  scopes.filter(({ coverage }) => coverage === 'complete').map(({ scope }) => scope);
