/** What every detector is: a pure question about the estate, with its blind spots. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import type { Entity, RelationshipFact, Time } from '../../model/entity.ts';
import type { Finding, NhiId, Severity } from '../../model/findings.ts';
import type { EntityKind, RelationshipKind, Tier } from '../../model/kinds.ts';

/** A merged entity, as far as detectors read it. */
export type SeenEntity = Pick<
  Entity,
  'key' | 'kind' | 'name' | 'properties' | 'state' | 'expiresAt' | 'tier' | 'environment' | 'intendedUse'
>;
/** A merged relationship, as far as detectors read it. */
export type SeenRelationship = Pick<
  RelationshipFact,
  'source' | 'kind' | 'target' | 'firstSeen' | 'lastUsed' | 'properties' | 'basis' | 'certainty' | 'reason'
>;

export interface DetectorSettings {
  /** The oldest that a credential may be, in days, by its tier. */
  readonly maxAgeDays: Readonly<Record<Tier | 'unknown', number>>;
  /** Unused for so long, a credential is stale. */
  readonly staleDays: number;
  /** Above this share of services that it may call and does not, an identity has more rights than it needs. */
  readonly unusedShare: number;
}

/**
 * OWASP NHI7:2025 asks for rotation and short lives and names no number; 90 days is what AWS and CIS benchmarks ask of access keys.
 * https://owasp.org/www-project-non-human-identities-top-10/2025/7-long-lived-secrets/
 */
export const DEFAULT_DETECTOR_SETTINGS: DetectorSettings = {
  maxAgeDays: { 0: 90, 1: 90, 2: 180, 3: 365, unknown: 180 },
  staleDays: 90,
  unusedShare: 0.5,
};

export interface DetectorInput {
  readonly graph: AccessGraph;
  /** By key: every entity of the kinds that detectors need. */
  readonly entities: ReadonlyMap<string, SeenEntity>;
  /** Of the kinds that detectors need. */
  readonly relationships: readonly SeenRelationship[];
  /** Facets that `external:anyone` reaches, by entity index. */
  readonly open: Uint8Array | undefined;
  readonly now: Time;
  readonly settings: DetectorSettings;
}

export interface Detector {
  /** Unique; the middle of finding ids. */
  readonly id: string;
  readonly nhi: NhiId;
  /** Correlated detectors share a group: the strongest counts. */
  readonly group: string;
  /** What it cannot see, wherever it looks. */
  readonly blindSpots: readonly string[];
  /** What it reads with properties. */
  readonly needs: { readonly entities: readonly EntityKind[]; readonly relationships: readonly RelationshipKind[] };
  detect(input: DetectorInput): Finding[];
}

export interface Observation {
  readonly subject: string;
  readonly severity: Severity;
  /** 0 … 1. */
  readonly weight: number;
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly blindSpots?: readonly string[];
  readonly verified?: boolean;
  readonly attack?: readonly string[];
}

/** An observation under the detector's name. */
export function findingOf({ id, nhi, group, blindSpots }: Omit<Detector, 'detect'>, observation: Observation): Finding {
  return {
    ...observation,
    id: `${nhi}/${id}/${observation.subject}`,
    nhi,
    detector: id,
    group,
    blindSpots: [...blindSpots, ...(observation.blindSpots ?? [])],
  };
}

/** A detector that judges each living entity of some kinds by itself. */
export function entityDetector(
  about: Omit<Detector, 'detect'>,
  judged: readonly EntityKind[],
  observe: (input: DetectorInput, entity: SeenEntity) => Observation | undefined,
): Detector {
  const isLiving = ({ graph }: DetectorInput, { key }: SeenEntity): boolean => {
    const index = graph.indexOf(key);
    return index !== undefined && !graph.over[index];
  };
  return {
    ...about,
    detect: (input) =>
      [...input.entities.values()].flatMap((entity) => {
        if (!judged.includes(entity.kind) || !isLiving(input, entity)) return [];
        const observation = observe(input, entity);
        return observation ? [findingOf(about, observation)] : [];
      }),
  };
}
