/** What analyses find, as stored and as answered. */
import type { Time } from './entity.ts';
import type { EntityKind, Tier } from './kinds.ts';

export const NHI_IDS = ['NHI1', 'NHI2', 'NHI3', 'NHI4', 'NHI5', 'NHI6', 'NHI7', 'NHI8', 'NHI9', 'NHI10'] as const;
export type NhiId = (typeof NHI_IDS)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  /** `<nhi>/<detector>/<subject key>`, stable. */
  readonly id: string;
  readonly nhi: NhiId;
  readonly detector: string;
  readonly subject: string;
  readonly severity: Severity;
  /** 0 … 1: how much it raises likelihood. */
  readonly weight: number;
  readonly summary: string;
  /** Facts with their source, in words; relationships as `source KIND target`. */
  readonly evidence: readonly string[];
  /** What this detector could not see here. */
  readonly blindSpots: readonly string[];
  /** Correlated detectors form one group: only the strongest of a group counts. */
  readonly group: string;
  readonly attack?: readonly string[];
  readonly verified?: boolean;
}

export interface RiskFactor {
  readonly name: string;
  readonly value: number;
  /** What it was computed from, in words. */
  readonly inputs: string;
  /** The score without this factor. */
  readonly without: number;
}

export interface Risk {
  readonly key: string;
  readonly kind: EntityKind;
  readonly name: string;
  readonly owner?: string;
  readonly tier?: Tier;
  readonly score: number;
  readonly range: readonly [lo: number, hi: number];
  readonly factors: readonly RiskFactor[];
  readonly findings: readonly Finding[];
}

export interface RiskAcceptance {
  readonly finding: string;
  readonly until: Time;
  readonly reason: string;
  readonly by: string;
  readonly at: Time;
}
