/** NHI6:2025 Insecure Cloud Deployment Configurations, static keys: a pipeline with a cloud key that does not expire by itself. */
import { isHypotheticalJob } from '../../model/keys.ts';
import { providerOfKey } from '../../model/kind-of-key.ts';
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
  id: 'static-key-in-pipeline',
  nhi: 'NHI6',
  group: 'federation',
  blindSpots: [
    'which key an Actions secret holds is known only by a declared copy, a leak, an id in the open, or use that was seen',
  ],
  needs: { entities: ['Credential', 'Pipeline'], relationships: ['USES', 'HOLDS', 'READS', 'EXPOSES'] },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi6StaticKeyInCi = entityDetector(about, ['Credential'], observe);

/** Clouds that take tokens of pipelines instead. */
const FEDERATING: ReadonlySet<string> = new Set(['aws', 'gcp', 'azure']);

function observe({ entities, relationships }: DetectorInput, { key }: SeenEntity): Observation | undefined {
  if (!FEDERATING.has(providerOfKey(key))) return undefined;
  const ties = tiesOf(relationships);
  const isJob = ({ source }: SeenRelationship): boolean =>
    entities.get(source)?.kind === 'Pipeline' && !isHypotheticalJob(source);
  const held = [...ties.into(key, 'USES'), ...ties.into(key, 'HOLDS')].filter(isJob);
  const read = ties
    .into(key, 'EXPOSES')
    .filter(({ certainty }) => certainty !== 'possible')
    .flatMap((place) => ties.into(place.source, 'READS').filter(isJob));
  const jobs = [...new Set([...held, ...read].map(({ source }) => source))].sort();
  if (jobs.length === 0) return undefined;
  return {
    subject: key,
    severity: 'medium',
    weight: 0.3,
    summary: `a key that does not expire, used by ${jobs.length} ${jobs.length > 1 ? 'pipeline jobs' : 'pipeline job'} that could use its own token`,
    evidence: [...held, ...read].map(tieText),
    attack: ['T1552'],
  };
}
