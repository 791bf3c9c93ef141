/** The register of detectors: one line each. */
import type { Finding } from '../../model/findings.ts';
import type { EntityKind, RelationshipKind } from '../../model/kinds.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { nhi2Leaked } from './nhi2-leaked.ts';
import { nhi7LongLived } from './nhi7-long-lived.ts';
import { nhi9Reuse } from './nhi9-reuse.ts';

export const DETECTORS: readonly Detector[] = [nhi2Leaked, nhi7LongLived, nhi9Reuse];

/** The kinds that the detectors read with properties: what a use case loads. */
export const DETECTOR_NEEDS: { readonly entities: readonly EntityKind[]; readonly relationships: readonly RelationshipKind[] } = {
  entities: [...new Set(DETECTORS.flatMap(({ needs }) => needs.entities))],
  relationships: [...new Set(DETECTORS.flatMap(({ needs }) => needs.relationships))],
};

/** By detector, then by subject. */
export const findings = (input: DetectorInput): Finding[] =>
  DETECTORS.flatMap((detector) => detector.detect(input).sort((a, b) => (a.subject < b.subject ? -1 : 1)));
