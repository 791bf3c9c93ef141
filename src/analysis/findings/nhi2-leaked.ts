/** NHI2:2025 Secret Leakage: a scanner saw the value, and it is not known to be dead. */
import { counted } from '../../model/counted.ts';
import type { Finding } from '../../model/findings.ts';
import { type Detector, type DetectorInput, findingOf, type Observation, type SeenRelationship } from './detector.ts';

const about = {
  id: 'leaked',
  nhi: 'NHI2',
  group: 'exposure of the value',
  blindSpots: [
    'a scanner sees only what it was pointed at',
    'verified is what the scanner saw at the time',
    'rewriting history does not take a value back',
  ],
  needs: { entities: ['Credential', 'Session'], relationships: ['LEAKED_IN'] },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi2Leaked: Detector = {
  ...about,
  detect(input) {
    const leaks = new Map<string, SeenRelationship[]>();
    for (const leak of input.relationships) {
      if (leak.kind !== 'LEAKED_IN') continue;
      const known = leaks.get(leak.source);
      if (known) known.push(leak);
      else leaks.set(leak.source, [leak]);
    }
    return [...leaks].flatMap(([subject, places]): Finding[] => {
      const observation = observe(input, subject, places);
      return observation ? [findingOf(about, observation)] : [];
    });
  },
};

/** Nothing where the credential is known to be inactive or expired. */
function observe(input: DetectorInput, subject: string, leaks: readonly SeenRelationship[]): Observation | undefined {
  const { graph, entities } = input;
  const index = graph.indexOf(subject);
  const entity = entities.get(subject);
  if (index === undefined || graph.over[index]) return undefined;
  const verified = leaks.some(({ properties }) => properties?.['verified'] === true);
  const refuted = !verified && leaks.every(({ properties }) => properties?.['verified'] === false);
  const isPublic = leaks.some(({ target }) => isOpen(input, target));
  const isActive = entity?.state === 'active' || verified;
  const words = [verified && 'verified', isPublic && 'readable by anyone', isActive ? 'active' : 'not known to be dead'];
  return {
    subject,
    severity: verified && isPublic ? 'critical' : verified || isPublic || isActive ? 'high' : refuted ? 'low' : 'medium',
    weight: verified && isPublic ? 0.97 : verified ? 0.85 : isPublic ? 0.8 : isActive ? 0.6 : refuted ? 0.2 : 0.4,
    summary: `leaked in ${counted(leaks.length, 'place')}: ${words.filter(Boolean).join(', ')}`,
    evidence: leaks.map((leak) => evidenceOf(leak)),
    blindSpots: entity?.state === 'active' ? [] : ['no inventory says whether it is active'],
    attack: ['T1552'],
    ...(verified && { verified }),
  };
}

function isOpen({ graph, open }: DetectorInput, place: string): boolean {
  const index = graph.indexOf(place);
  return index !== undefined && ((open?.[index] ?? 0) & 1) !== 0;
}

function evidenceOf({ source, target, firstSeen, properties }: SeenRelationship): string {
  const verified = properties?.['verified'];
  const said = verified === undefined ? '' : verified === true ? ', verified' : ', not verified';
  return `${source} LEAKED_IN ${target}${firstSeen ? `, first ${firstSeen}` : ''}${said}`;
}
