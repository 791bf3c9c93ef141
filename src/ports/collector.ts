/** A source of facts. `test/contracts/collector.ts` is the promise as a suite. */
import type { z } from 'zod';
import type { ScopeCoverage } from '../model/collection.ts';
import type { DocumentFact, EntityFact, RelationshipFact, Time } from '../model/entity.ts';
import type { Fingerprinter } from '../model/fingerprint.ts';
import type { EntityKind, RelationshipKind } from '../model/kinds.ts';
import type { Checked } from './checked.ts';

export interface CollectContext {
  /** The configured source's name: part of some keys. */
  readonly source: string;
  /** Stands in for every secret value; the value itself is dropped at once. */
  readonly fingerprint: Fingerprinter;
  readonly now: Date;
  readonly signal: AbortSignal;
  /** The variables that programs which a source starts are given. Absent: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * Keeps what a live source was answered, in a format that the same source reads from files. `path` is relative, with `/`. Whoever
   * calls it has put fingerprints where secret values were: saved files hold none. Absent: nothing is kept.
   */
  readonly save?: (path: string, content: string) => Promise<void>;
}

/** A check keeps nothing. */
export type CheckContext = Omit<CollectContext, 'save'>;

/** What a collector says while it works, in any order. Facts of a scope may come in many batches. */
export type Collected =
  | {
      readonly type: 'facts';
      readonly scope: string;
      readonly entities: readonly EntityFact[];
      readonly relationships: readonly RelationshipFact[];
      readonly documents?: readonly DocumentFact[];
    }
  /** Said once per scope, after its facts. `EVERY_SCOPE` with `partial` makes every scope of the source partial. */
  | ({ readonly type: 'scope' } & ScopeCoverage)
  /** A sentence for a person: an unknown or empty file. Changes no coverage. */
  | { readonly type: 'warning'; readonly text: string }
  /** A broken file or a refused call, `file: place: what`; its scope is said to be partial as well. */
  | { readonly type: 'error'; readonly text: string }
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly what: string }
  /** A deny layer that this source could not see, such as `service control policies`. */
  | { readonly type: 'layer-missing'; readonly layer: string }
  /** The newest event time of a log source. */
  | { readonly type: 'newest-event'; readonly at: Time };

export interface Collector<C = unknown> {
  /** The `type` of a source in the configuration. */
  readonly type: string;
  /** What this collector may emit; the contract holds it to it. */
  readonly emits: { readonly entities: readonly EntityKind[]; readonly relationships: readonly RelationshipKind[] };
  /** Shape of this source's own settings (`files`, `live`); unknown keys are refused. */
  readonly settings: z.ZodType<C>;
  /** Whether a collection with these settings gives its answers to `save`; without it, none does. */
  saves?(settings: C): boolean;
  /**
   * What a collection with these settings would miss, in the words of its coverage, told by the least that shows it. Changes nothing.
   * Says `works` once with what is there, unless it says `blocked`; ends with the signal. Problems are said, not thrown.
   */
  check?(settings: C, context: CheckContext): AsyncIterable<Checked>;
  collect(settings: C, context: CollectContext): AsyncIterable<Collected>;
}
