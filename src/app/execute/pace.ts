import { MINUTE_MS } from '../../model/durations.ts';

/** As configured under `enforcers.<name>`. */
export interface Pace {
  /** Steps at once. */
  readonly concurrency: number;
  /** Steps begun in a minute, evenly; absent: as fast as they go. */
  readonly perMinute?: number | undefined;
}

export const ONE_AT_A_TIME: Pace = { concurrency: 1 };

interface Waiting {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Lets work on one connector through, of all plans of this process. */
export interface Gate {
  readonly pace: Pace;
  /** Something that changes: in turn, and not faster than the pace. */
  change<T>(waiting: Waiting, work: () => Promise<T>): Promise<T>;
  /** Something that only looks: as many at once, without a pace. */
  look<T>(work: () => Promise<T>): Promise<T>;
}

/** Gates by the connector's name, the same one for as long as the process lives. */
export interface Gates {
  of(connector: string): Gate;
}

export function createGates(paces: Readonly<Record<string, Pace>> = {}): Gates {
  const gates = new Map<string, Gate>();
  return {
    of(connector) {
      const known = gates.get(connector) ?? createGate((Object.hasOwn(paces, connector) && paces[connector]) || ONE_AT_A_TIME);
      gates.set(connector, known);
      return known;
    },
  };
}

function createGate(pace: Pace): Gate {
  const [changes, looks] = [createTurns(pace.concurrency), createTurns(pace.concurrency)];
  const gapMs = pace.perMinute === undefined ? 0 : MINUTE_MS / pace.perMinute;
  let next = 0;
  return {
    pace,
    change: ({ now, sleep }, work) =>
      changes(async () => {
        const at = now().getTime();
        // A clock that was set back must not stop everything until it is where it was.
        const wait = Math.max(0, Math.min(next - at, gapMs * pace.concurrency));
        next = at + wait + gapMs;
        if (gapMs > 0 && wait > 0) await sleep(wait);
        return work();
      }),
    look: looks,
  };
}

/** At most so many at once, the first that came first. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  // A set keeps the order, and gives its first away at once however many wait.
  const queue = new Set<() => void>();
  let free = atOnce;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => queue.add(resolve));
    try {
      return await work();
    } finally {
      const [following] = queue;
      if (following) {
        queue.delete(following);
        following();
      } else free++;
    }
  };
}
