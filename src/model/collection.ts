/** What a collection of one source came to. */
import type { Time } from './entity.ts';

export const COVERAGES = ['complete', 'partial', 'absent'] as const;
export type Coverage = (typeof COVERAGES)[number];

export interface ScopeCoverage {
  readonly scope: string;
  readonly coverage: Coverage;
  /** Permissions, documents or files that were missing; each names the place and what to do. */
  readonly missing: readonly string[];
}

/** A source as the store remembers it. */
export interface SourceRecord {
  readonly name: string;
  readonly type: string;
  readonly scopes: readonly ScopeCoverage[];
  readonly lastRun: Time;
  readonly generation: number;
  /** Layers that were not collected, such as `service control policies`: each is a gap of every answer. */
  readonly layersMissing: readonly string[];
  /** The newest event time of a log source: the window ends there. */
  readonly newestEvent?: Time;
}

/** All scopes of a source: said when a broken file does not tell whose it is. */
export const EVERY_SCOPE = '*';
