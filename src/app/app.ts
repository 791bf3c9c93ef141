import type { Fingerprinter } from '../model/fingerprint.ts';
import type { Action } from '../model/plan.ts';
import type { Weights } from '../model/weights.ts';
import type { Collector } from '../ports/collector.ts';
import type { Enforcer } from '../ports/enforcer.ts';
import type { Log } from '../ports/log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Store } from '../ports/store.ts';
import type { ContextRules } from './context-rules.ts';
import type { HandOvers } from './execute/hand-over.ts';
import type { Gates } from './execute/pace.ts';

export interface ConfiguredSource {
  readonly name: string;
  readonly type: string;
  /** As configured, without name and type; the collector checks it. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A configured enforcer, by the name that steps carry. */
export interface Connector {
  readonly name: string;
  readonly type: string;
  /** Of what acts on things of any system: whether it takes such a step on a key whose own system has no enforcer. */
  takes?(key: string, action: Action): boolean;
}

export interface Settings {
  readonly weights: Weights;
  readonly window: { readonly days: number; readonly halfLifeDays: number };
  readonly context: ContextRules;
  readonly budgets: {
    readonly down: number;
    readonly actionsPerHour: number;
    /** Of one owner's things; absent: as many as in all. */
    readonly actionsPerOwnerPerHour?: number | undefined;
    /** Things of tier 0 that a plan may act on without two people. Absent: none. */
    readonly tier0?: number | undefined;
    readonly irreversible?: number | undefined;
    readonly ambiguityBits?: number | undefined;
    readonly maxGraphAgeMinutes: number;
  };
  readonly denyList: readonly string[];
  /** Globs of keys: what this program works by. */
  readonly self?: readonly string[] | undefined;
  readonly execution: {
    /** After so many hours a hold expires, unless the run says otherwise; absent: holds stay until somebody lifts them. */
    readonly holdHours?: number | undefined;
    /** What becomes of a control that somebody has removed: told, or told and put back. */
    readonly drift: 'report' | 'restore';
  };
  /** Absent days: for good. */
  readonly retention: { readonly historyDays?: number | undefined };
}

/** A name by which other processes can tell whether this one still runs. */
export interface ProcessIdentity {
  readonly name: string;
  /** True only when that process is known to be over. */
  hasEnded(name: string): boolean;
}

/** Everything a use case may touch: ports and settings. Wired by `src/compose.ts`. */
export interface App {
  readonly store: Store;
  readonly queue: Queue;
  readonly sources: readonly ConfiguredSource[];
  /** Throws a UsageError that lists the known types. */
  collectorFor(type: string): Promise<Collector>;
  /** Names of the configured enforcers. */
  readonly enforcers: readonly string[];
  /** The configured enforcers by name, opened on first use. */
  enforcerFor(name: string): Promise<Enforcer | undefined>;
  /** The enforcers configured for a source. */
  connectorsOf(source: string): readonly Connector[];
  readonly fingerprint: Fingerprinter;
  readonly settings: Settings;
  readonly sealKey: string | undefined;
  readonly handOvers: HandOvers;
  readonly gates: Gates;
  /** The variables that programs which a source starts are given. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `local:<os user>` or a token's name. */
  readonly actor: string;
  /** The estate's time: what has expired, how old a key is. An estate may fix it. */
  readonly clock: () => Date;
  /** Real time: leases, measurements. */
  readonly wallClock: () => Date;
  readonly newId: () => string;
  /** Of interlock. */
  readonly version: string;
  /** Without it, the lease of a process that died must run out before another may take it. */
  readonly process?: ProcessIdentity;
  readonly log: Log;
}
