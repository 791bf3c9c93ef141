/** The register of detectors: one line each. */
import type { Finding } from '../../model/findings.ts';
import type { EntityKind, RelationshipKind } from '../../model/kinds.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { nhi1Leaver } from './nhi1-leaver.ts';
import { nhi1Orphaned } from './nhi1-orphaned.ts';
import { nhi1Stale } from './nhi1-stale.ts';
import { nhi2Leaked } from './nhi2-leaked.ts';
import { nhi5Administrator } from './nhi5-administrator.ts';
import { nhi5UnusedRights } from './nhi5-unused-rights.ts';
import { nhi6OpenFederation } from './nhi6-open-federation.ts';
import { nhi6StaticKeyInCi } from './nhi6-static-key-in-ci.ts';
import { nhi7LongLived } from './nhi7-long-lived.ts';
import { nhi8Environments } from './nhi8-environments.ts';
import { nhi9Reuse } from './nhi9-reuse.ts';
import { nhi10HumanUse } from './nhi10-human-use.ts';

export const DETECTORS: readonly Detector[] = [
  nhi1Stale,
  nhi1Orphaned,
  nhi1Leaver,
  nhi2Leaked,
  nhi5Administrator,
  nhi5UnusedRights,
  nhi6OpenFederation,
  nhi6StaticKeyInCi,
  nhi7LongLived,
  nhi8Environments,
  nhi9Reuse,
  nhi10HumanUse,
];

/** The kinds that the detectors read with properties: what a use case loads. */
export const DETECTOR_NEEDS: { readonly entities: readonly EntityKind[]; readonly relationships: readonly RelationshipKind[] } = {
  entities: [...new Set(DETECTORS.flatMap(({ needs }) => needs.entities))],
  relationships: [...new Set(DETECTORS.flatMap(({ needs }) => needs.relationships))],
};

/** By detector, then by subject. */
export const findings = (input: DetectorInput): Finding[] =>
  DETECTORS.flatMap((detector) => detector.detect(input).sort((a, b) => (a.subject < b.subject ? -1 : 1)));
