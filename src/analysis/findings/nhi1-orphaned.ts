/** NHI1:2025 Improper Offboarding, orphaned: whoever answered for it is gone, and nobody else does. */
import type { EntityKind } from '../../model/kinds.ts';
import { isGone } from './departed.ts';
import { type Detector, type DetectorInput, findingOf, type Observation, type SeenEntity } from './detector.ts';
import { tiesOf, tieText } from './ties.ts';

const about = {
  id: 'orphaned',
  nhi: 'NHI1',
  group: 'offboarding',
  blindSpots: [
    'who has left is known only as far as a source or a declared fact says it',
    'what never had an owner is not judged',
  ],
  needs: {
    entities: ['Credential', 'ServiceAccount', 'Role', 'Agent', 'Workload', 'Owner', 'User'],
    relationships: ['OWNED_BY'],
  },
} as const satisfies Omit<Detector, 'detect'>;

const OWNED: ReadonlySet<EntityKind> = new Set(['Credential', 'ServiceAccount', 'Role', 'Agent', 'Workload']);

export const nhi1Orphaned: Detector = {
  ...about,
  detect: (input) =>
    [...input.entities.values()].flatMap((entity) => {
      const observation = OWNED.has(entity.kind) ? observe(input, entity) : undefined;
      return observation ? [findingOf(about, observation)] : [];
    }),
};

function observe({ graph, entities, relationships, now }: DetectorInput, entity: SeenEntity): Observation | undefined {
  const index = graph.indexOf(entity.key);
  const owned = tiesOf(relationships).from(entity.key, 'OWNED_BY');
  if (index === undefined || graph.over[index] || owned.length === 0) return undefined;
  const isLeft = ({ target }: { target: string }): boolean => {
    const owner = entities.get(target);
    return owner !== undefined && isGone(owner, now);
  };
  if (!owned.every(isLeft)) return undefined;
  return {
    subject: entity.key,
    severity: 'medium',
    weight: 0.25,
    summary: `nobody answers for it: ${owned.map(({ target }) => target).join(', ')} ${owned.length > 1 ? 'are' : 'is'} gone`,
    evidence: owned.map(tieText),
  };
}
