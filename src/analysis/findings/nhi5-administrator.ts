/** NHI5:2025 Overprivileged NHI, by reach: a machine's identity from which control of a whole account, organisation or cluster follows. */
import { type AccessGraph, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import { levelsTo } from '../../graph/levels-to.ts';
import type { Properties } from '../../model/entity.ts';
import { CONTROL, type EntityKind } from '../../model/kinds.ts';
import { type Detector, findingOf, type Observation, type SeenEntity } from './detector.ts';

const about = {
  id: 'administrator',
  nhi: 'NHI5',
  group: 'privilege',
  blindSpots: [
    'whether the rights are needed is not judged: break-glass and restore roles must have them',
    'layers that were not collected may deny some of it',
  ],
  needs: { entities: ['ServiceAccount', 'Role', 'Agent'], relationships: [] },
} as const satisfies Omit<Detector, 'detect'>;

const MACHINES: ReadonlySet<EntityKind> = new Set(about.needs.entities);

export const nhi5Administrator: Detector = {
  ...about,
  detect(input) {
    const ruled = new Map<string, string[]>();
    for (const scope of wholeScopes(input.graph)) {
      for (const key of rulersOf(input.graph, scope)) ruled.set(key, [...(ruled.get(key) ?? []), input.graph.keys[scope]!]);
    }
    return [...ruled].flatMap(([subject, scopes]) => {
      const entity = input.entities.get(subject);
      return entity && !isProvidersOwn(entity.properties) ? [findingOf(about, observe(entity, scopes))] : [];
    });
  },
};

/** A role with a use that somebody declared is one to look at, not one that nobody thought of. */
const observe = ({ key: subject, intendedUse }: SeenEntity, scopes: readonly string[]): Observation => ({
  subject,
  severity: intendedUse === undefined ? 'medium' : 'low',
  weight: intendedUse === undefined ? 0.3 : 0.1,
  summary: `a machine's identity that amounts to an administrator of ${scopes.slice(0, 3).join(', ')}${scopes.length > 3 ? ` and ${scopes.length - 3} more` : ''}`,
  evidence: [
    ...scopes
      .slice(0, MOST_NAMED)
      .map(
        (scope) => `control of ${scope} follows, by definite relationships: interlock path ${subject} ${scope} --level control`,
      ),
    ...(intendedUse === undefined ? [] : [`its declared use: ${intendedUse}`]),
  ],
  attack: ['T1078.004'],
});

const MOST_NAMED = 10;

/** What a provider makes for itself is its own to use; the roles of IAM Identity Center are used by people. */
const isProvidersOwn = (properties: Properties): boolean =>
  properties['serviceLinked'] === true || properties['controlPlane'] === true || properties['identityCenter'] === true;

/** Scopes that lie in no other: an account, an organisation, a cluster. */
function wholeScopes(graph: AccessGraph): number[] {
  const inner = new Set<number>();
  for (let r = 0; r < graph.size; r++) if (relationshipKindAt(graph, r) === 'CONTAINS') inner.add(graph.targets[r]!);
  return Array.from({ length: graph.order }, (_, entity) => entity).filter(
    (entity) => entityKindAt(graph, entity) === 'Scope' && !inner.has(entity),
  );
}

function rulersOf(graph: AccessGraph, scope: number): string[] {
  const { levels } = levelsTo(graph, scope, { walk: 'lo' });
  const rulers: string[] = [];
  for (let entity = 0; entity < graph.order; entity++)
    if (levels[entity]! & CONTROL && MACHINES.has(entityKindAt(graph, entity)) && !graph.over[entity])
      rulers.push(graph.keys[entity]!);
  return rulers;
}
