/** NHI1:2025 Improper Offboarding, known to a leaver: somebody who is gone has seen the value, and it was not changed since. */
import type { EntityKind } from '../../model/kinds.ts';
import { bornAt } from './born.ts';
import { goneSince, isGone } from './departed.ts';
import {
  type Detector,
  type DetectorInput,
  entityDetector,
  type Observation,
  type SeenEntity,
  type SeenRelationship,
} from './detector.ts';
import { tiesOf, tieText } from './ties.ts';

const about = {
  id: 'known-to-leaver',
  nhi: 'NHI1',
  group: 'offboarding',
  blindSpots: [
    'a value that was read outside of what logs show is not known',
    'who has left is known only as far as a source or a declared fact says it',
  ],
  needs: { entities: ['Credential', 'User'], relationships: ['USES', 'ACCESSED', 'MINTED', 'EXPOSES'] },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi1Leaver = entityDetector(about, ['Credential'], observe);

function observe(input: DetectorInput, credential: SeenEntity): Observation | undefined {
  const born = bornAt(credential);
  const seen = sightings(input, credential.key).filter(({ person }) => {
    const left = goneSince(person);
    return isGone(person, input.now) && (born === undefined || left === undefined || born <= Date.parse(left));
  });
  const people = [...new Set(seen.map(({ person }) => person.key))].sort();
  if (people.length === 0) return undefined;
  const isSure = born !== undefined && seen.some(({ person }) => goneSince(person) !== undefined);
  return {
    subject: credential.key,
    severity: isSure ? 'high' : 'medium',
    weight: isSure ? 0.4 : 0.25,
    summary: `${people.join(', ')} left and ${people.length > 1 ? 'have' : 'has'} seen the value; it was not changed since`,
    evidence: [
      ...seen.map(({ tie }) => tieText(tie)),
      born === undefined ? 'when the value was made is not known' : `made or last rotated ${new Date(born).toISOString()}`,
    ],
    attack: ['T1078'],
  };
}

interface Sighting {
  readonly person: SeenEntity;
  readonly tie: SeenRelationship;
}

const PEOPLE: ReadonlySet<EntityKind> = new Set(['User']);

/** Who used it, made it, or opened a place of its value. */
function sightings({ entities, relationships }: DetectorInput, credential: string): Sighting[] {
  const ties = tiesOf(relationships);
  const places = ties.into(credential, 'EXPOSES').map(({ source }) => source);
  const all = [
    ...ties.into(credential, 'USES'),
    ...ties.into(credential, 'MINTED'),
    ...places.flatMap((place) => ties.into(place, 'ACCESSED')),
  ];
  return all.flatMap((tie) => {
    const person = entities.get(tie.source);
    return person && PEOPLE.has(person.kind) ? [{ person, tie }] : [];
  });
}
