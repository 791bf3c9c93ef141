/** NHI1:2025 Improper Offboarding, stale: still good, and not used for long, by the word of a source that would know. */
import { DAY_MS } from '../../model/durations.ts';
import { isHypotheticalJob } from '../../model/keys.ts';
import { type Detector, type DetectorInput, entityDetector, type Observation, type SeenEntity } from './detector.ts';
import { tiesOf } from './ties.ts';

const about = {
  id: 'stale',
  nhi: 'NHI1',
  group: 'offboarding',
  blindSpots: [
    'a yearly job or a recovery drill looks stale: wait for its schedule before it is deleted',
    'where no source tells the last use, nothing is judged',
  ],
  needs: { entities: ['Credential', 'Role', 'ServiceAccount'], relationships: ['USES', 'READS', 'EXPOSES', 'RUNS_AS'] },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi1Stale = entityDetector(about, about.needs.entities, observe);

function observe(input: DetectorInput, entity: SeenEntity): Observation | undefined {
  const last = lastUse(input, entity);
  if (last === undefined) return undefined;
  const days = Math.floor((Date.parse(input.now) - Date.parse(last)) / DAY_MS);
  if (days <= input.settings.staleDays || isReferenced(input, entity.key)) return undefined;
  return {
    subject: entity.key,
    severity: days > 4 * input.settings.staleDays ? 'medium' : 'low',
    weight: 0.2,
    summary: `not used for ${days} days, and nothing is known to depend on it`,
    evidence: [`last used ${last}`, `${input.settings.staleDays} days without use are allowed`],
  };
}

/** The newest of what the provider says and what logs saw; undefined where neither tells. */
function lastUse({ relationships }: DetectorInput, { key, properties }: SeenEntity): string | undefined {
  const told = properties['lastUsed'];
  const seen = tiesOf(relationships)
    .into(key, 'USES')
    .flatMap(({ lastUsed }) => lastUsed ?? []);
  return [...(typeof told === 'string' ? [told] : []), ...seen].sort().at(-1);
}

/** A workload or a job that is set up to use it. */
function isReferenced({ relationships }: DetectorInput, key: string): boolean {
  const ties = tiesOf(relationships);
  const places = ties.into(key, 'EXPOSES').map(({ source }) => source);
  const consumers = [
    ...ties.into(key, 'USES').filter(({ basis }) => basis !== 'observed'),
    ...ties.into(key, 'RUNS_AS'),
    ...places.flatMap((place) => ties.into(place, 'READS')),
  ];
  return consumers.some(({ source }) => !isHypotheticalJob(source));
}
