/** NHI6:2025 Insecure Cloud Deployment Configurations, federation: a trust that tokens of strangers meet. */
import { CONTROL } from '../../model/kinds.ts';
import { type Detector, type DetectorInput, findingOf, type Observation, type SeenRelationship } from './detector.ts';
import { tieText } from './ties.ts';

const about = {
  id: 'open-federation',
  nhi: 'NHI6',
  group: 'federation',
  blindSpots: [
    'an over-wide subject may be meant: a role for a whole organisation',
    'what the identity provider lets its users put into a claim is not known',
  ],
  needs: { entities: ['Role', 'External'], relationships: ['CAN_ASSUME'] },
} as const satisfies Omit<Detector, 'detect'>;

export const nhi6OpenFederation: Detector = {
  ...about,
  detect(input) {
    const worst = new Map<string, Observation>();
    for (const trust of input.relationships) {
      const observation = trust.kind === 'CAN_ASSUME' ? observe(input, trust) : undefined;
      const known = observation && worst.get(observation.subject);
      if (!observation || (known && known.weight >= observation.weight)) continue;
      worst.set(observation.subject, observation);
    }
    return [...worst.values()].map((observation) => findingOf(about, observation));
  },
};

/** What the collectors say of a federated trust: how wide its subject is, whether anybody can get a token, what it does not ask. */
function observe({ graph, open }: DetectorInput, trust: SeenRelationship): Observation | undefined {
  const { width, shared, missing } = trust.properties ?? {};
  if (trust.properties?.['trust'] !== 'oidc') return undefined;
  const lacks = Array.isArray(missing) ? missing.map(String) : [];
  const isWide = width === 'issuer' || width === 'open-name';
  const index = graph.indexOf(trust.source);
  const isOpen = index !== undefined && ((open?.[index] ?? 0) & CONTROL) !== 0;
  if (!isWide && lacks.length === 0) return undefined;
  const weight = isOpen ? 0.8 : isWide && shared === true ? 0.6 : isWide ? 0.3 : 0.15;
  return {
    subject: trust.target,
    severity: isOpen ? 'critical' : isWide && shared === true ? 'high' : isWide ? 'medium' : 'low',
    weight,
    summary: isWide
      ? `trusts ${trust.source}${isOpen ? ', which anybody can become' : ', a subject that many can present'}`
      : `trusts tokens without a condition on ${lacks.join(' and ')}`,
    evidence: [
      tieText(trust),
      ...(lacks.length > 0 ? [`no condition on ${lacks.join(', ')}`] : []),
      ...(trust.reason ? [trust.reason] : []),
    ],
    attack: ['T1199'],
  };
}
