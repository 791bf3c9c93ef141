/** NHI10:2025 Human Use of NHI: a machine's credential in the hands of a person. Any sign may mislead, so two must agree. */
import type { EntityKind } from '../../model/kinds.ts';
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
  id: 'human-use',
  nhi: 'NHI10',
  group: 'human use',
  blindSpots: ['a client names itself as it likes', 'command line tools run in scripts too, where no source explains the origin'],
  needs: {
    entities: ['Credential', 'ServiceAccount', 'Role', 'Agent', 'User', 'Origin'],
    relationships: ['USES', 'AUTHENTICATES_AS', 'RUNS_AS', 'MINTED'],
  },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi10HumanUse = entityDetector(about, ['Credential'], observe);

const MACHINES: ReadonlySet<EntityKind> = new Set(['ServiceAccount', 'Role', 'Agent']);

function isMachines({ entities, relationships }: DetectorInput, { key }: SeenEntity): boolean {
  return tiesOf(relationships)
    .from(key, 'AUTHENTICATES_AS')
    .some(({ target }) => MACHINES.has(entities.get(target)?.kind as EntityKind));
}

/** Client families by which people work, as origins are named: `origin:<address>/<client family>`. */
const BROWSER = /\/console$/;
const BY_HAND = /\/(?:aws-cli|kubectl|psql|powershell|storage-client|http-client)$/;

function observe(input: DetectorInput, credential: SeenEntity): Observation | undefined {
  if (!isMachines(input, credential)) return undefined;
  const { entities, relationships } = input;
  const { key } = credential;
  const uses = tiesOf(relationships).into(key, 'USES');
  const of = (fits: (use: SeenRelationship) => boolean): SeenRelationship[] => uses.filter(fits);
  const signs = [
    { what: 'the console', uses: of(({ source }) => BROWSER.test(source)) },
    { what: 'a tool that is used by hand', uses: of(({ source }) => BY_HAND.test(source)) },
    { what: "a person's account", uses: of(({ source }) => entities.get(source)?.kind === 'User') },
  ].filter(({ uses: seen }) => seen.length > 0);
  if (signs.length < 2) return undefined;
  return {
    subject: key,
    severity: 'medium',
    weight: 0.25,
    summary: `a machine's credential was used by way of ${signs.map(({ what }) => what).join(' and ')}`,
    evidence: signs.flatMap(({ uses: seen }) => seen.slice(0, 5).map(tieText)),
    attack: ['T1078'],
  };
}
