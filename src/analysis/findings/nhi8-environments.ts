/** NHI8:2025 Environment Isolation: one credential or identity at work in production and outside of it. */
import { isHypotheticalJob } from '../../model/keys.ts';
import type { Environment } from '../../model/kinds.ts';
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
  id: 'crosses-environments',
  nhi: 'NHI8',
  group: 'isolation',
  blindSpots: ['things without an environment are not taken for any', 'gateways make several consumers look like one'],
  needs: {
    entities: ['Credential', 'ServiceAccount', 'Role', 'Workload', 'Pipeline', 'Agent', 'Resource', 'Secret'],
    relationships: ['USES', 'RUNS_AS', 'READS', 'EXPOSES', 'ACCESSED', 'AUTHENTICATES_AS'],
  },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi8Environments = entityDetector(about, ['Credential', 'ServiceAccount', 'Role'], observe);

interface Side {
  readonly environment: Environment;
  readonly tie: SeenRelationship;
}

function observe(input: DetectorInput, { key }: SeenEntity): Observation | undefined {
  const callers = sides(input, consumers(input, key), 'source');
  const things = sides(input, tiesOf(input.relationships).from(key, 'ACCESSED'), 'target');
  const crossing = pairAcross(callers, callers) ?? pairAcross(callers, things);
  if (!crossing) return undefined;
  const [one, other] = crossing;
  const isProduction = one.environment === 'prod' || other.environment === 'prod';
  return {
    subject: key,
    severity: isProduction ? 'medium' : 'low',
    weight: isProduction ? 0.25 : 0.1,
    summary: `at work in ${one.environment} and in ${other.environment}`,
    evidence: [`${one.environment}: ${tieText(one.tie)}`, `${other.environment}: ${tieText(other.tie)}`],
  };
}

/** Who uses the credential or runs as the identity, by declaration or by what was seen; ability alone is not use. */
function consumers({ relationships }: DetectorInput, key: string): SeenRelationship[] {
  const ties = tiesOf(relationships);
  const places = ties.into(key, 'EXPOSES').filter(({ certainty }) => certainty === 'definite');
  const all = [
    ...ties.into(key, 'USES'),
    ...ties.into(key, 'RUNS_AS'),
    ...places.flatMap(({ source }) => ties.into(source, 'READS')),
  ];
  return all.filter(({ source, certainty }) => certainty === 'definite' && !isHypotheticalJob(source));
}

function sides({ entities }: DetectorInput, ties: readonly SeenRelationship[], end: 'source' | 'target'): Side[] {
  return ties.flatMap((tie) => {
    const environment = entities.get(tie[end])?.environment;
    return environment === undefined || environment === 'unknown' ? [] : [{ environment, tie }];
  });
}

/** The first pair of different environments, production first. */
function pairAcross(some: readonly Side[], others: readonly Side[]): readonly [Side, Side] | undefined {
  const pairs = some.flatMap((one) =>
    others
      .filter((other) => other.environment !== one.environment)
      .slice(0, 1)
      .map((other) => [one, other] as const),
  );
  return pairs.find(([one, other]) => one.environment === 'prod' || other.environment === 'prod') ?? pairs[0];
}
