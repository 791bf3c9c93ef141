import type { Time } from '../../model/entity.ts';

/** What the graph does not say of a credential's use. */
export interface AmbiguityInput {
  readonly credential: number;
  readonly window: {
    /** The newest event of the log source, not the wall clock. */
    readonly end: Time;
    readonly days: number;
    /** κ: the fraction of the window and of scopes in which a use would have been logged, 0 … 1. */
    readonly logged: number;
  };
  /** The least half-life of observed evidence; 30 days unless given. */
  readonly halfLifeDays?: number;
  /**
   * Origin → consumers that work from there, where that is known; an empty list: none of ours does. Origins that are not named fit
   * everybody.
   */
  readonly fits?: ReadonlyMap<number, readonly number[]>;
  /** Consumer → days between its runs, where a schedule is known. */
  readonly scheduleDays?: ReadonlyMap<number, number>;
  /** Replica → the one that stands for the deployment. */
  readonly logical?: ReadonlyMap<number, number>;
  /** 1 at uses that are attributed to an incident: the thief is nobody's consumer. */
  readonly incident?: Uint8Array;
  /** How many of those who are merely able are listed; 200 unless given. */
  readonly maxAble?: number;
}
