/**
 * Findings as SARIF 2.1.0 (OASIS): for whatever shows or gates on it. What is found is an identity or a credential, not a line of
 * code: it stands as a logical location, by its key; a place in a file, where a leak has one, as a physical one.
 */
import type { Log, ReportingDescriptor, Result } from 'sarif';
import { DETECTORS } from '../analysis/findings/index.ts';
import type { Finding, Severity } from '../model/findings.ts';

const LEVELS: Readonly<Record<Severity, Result.level>> = { low: 'note', medium: 'warning', high: 'error', critical: 'error' };
/** As code scanning ranks security results: 0.1 … 10. */
const RANKS: Readonly<Record<Severity, string>> = { low: '3.0', medium: '5.5', high: '8.0', critical: '9.5' };

export function sarifLog(findings: readonly Finding[], version: string): Log {
  const rules = DETECTORS.map(
    ({ id, nhi, blindSpots }): ReportingDescriptor => ({
      id: `${nhi}/${id}`,
      name: id,
      shortDescription: { text: `${nhi}:2025 ${id.replaceAll('-', ' ')}` },
      help: { text: `It cannot see: ${blindSpots.join('; ')}.` },
      helpUri: 'https://owasp.org/www-project-non-human-identities-top-10/2025/',
      properties: { tags: ['security', 'identity', nhi] },
    }),
  );
  const indices = new Map(rules.map(({ id }, index) => [id, index]));
  return {
    version: '2.1.0',
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    runs: [
      {
        tool: { driver: { name: 'interlock', version, rules } },
        results: findings.map((finding) => resultOf(finding, indices.get(`${finding.nhi}/${finding.detector}`))),
      },
    ],
  };
}

function resultOf(
  { id, nhi, detector, subject, severity, summary, evidence, blindSpots, attack }: Finding,
  index?: number,
): Result {
  const places = [...new Set(evidence.flatMap(placeIn))];
  const logicalLocations = [{ fullyQualifiedName: subject, kind: 'resource' }];
  return {
    ruleId: `${nhi}/${detector}`,
    ...(index !== undefined && { ruleIndex: index }),
    level: LEVELS[severity],
    message: { text: `${subject}: ${summary}` },
    locations: places.length > 0 ? places.map((place) => ({ ...physical(place), logicalLocations })) : [{ logicalLocations }],
    partialFingerprints: { 'findingId/v1': id },
    properties: { severity, 'security-severity': RANKS[severity], evidence, blindSpots, ...(attack && { attack }) },
  };
}

/** `file:<source>/<path>#L<line>` in a sentence of evidence. */
const placeIn = (text: string): string[] => /file:[^/\s]+\/.+?#L\d+/.exec(text)?.slice(0, 1) ?? [];

function physical(place: string) {
  const [, path = '', line = '0'] = /^file:[^/]+\/(.+)#L(\d+)$/.exec(place) ?? [];
  return {
    physicalLocation: {
      artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') },
      ...(Number(line) > 0 && { region: { startLine: Number(line) } }),
    },
  };
}
