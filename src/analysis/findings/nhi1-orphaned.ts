import { isGone } from './departed.ts';
import { type Detector, type DetectorInput, entityDetector, type Observation, type SeenEntity } from './detector.ts';
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

export const nhi1Orphaned = entityDetector(about, ['Credential', 'ServiceAccount', 'Role', 'Agent', 'Workload'], observe);

function observe({ entities, relationships, now }: DetectorInput, entity: SeenEntity): Observation | undefined {
  const owned = tiesOf(relationships).from(entity.key, 'OWNED_BY');
  if (owned.length === 0) return undefined;
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
