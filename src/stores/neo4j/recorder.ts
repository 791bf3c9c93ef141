import type { Change } from '../../ports/store.ts';
import { inBatches, type Run } from './client.ts';
import type { Head } from './head.ts';
import * as changes from './queries/changes.ts';

/** Gathers what one transaction changed, numbers it and keeps what was. Needs the head locked. */
export interface Recorder {
  /** `quiet` for the first load of an origin, which is one `rebuild` in the end. Versions are kept all the same. */
  change(op: Change['op'], type: Change['type'], id: string): void;
  /** `since`: the generation since which it was so. What no generation ever showed is not kept. */
  version(id: string, since: number, body: string): void;
  save(run: Run): Promise<void>;
}

export function createRecorder(head: Head, generation: number, isQuiet = false): Recorder {
  const feed: Change[] = [];
  const versions: { id: string; from: number; to: number; body: string }[] = [];
  return {
    change(op, type, id) {
      if (isQuiet && op !== 'rebuild') return;
      head.seq++;
      feed.push({ seq: head.seq, op, type, id, generation });
    },
    version(id, since, body) {
      if (since < generation) versions.push({ id, from: since, to: generation, body });
    },
    async save(run) {
      await inBatches(feed, (rows) => run(changes.addChanges, { rows: rows as never }));
      await inBatches(versions, (rows) => run(changes.addVersions, { rows }));
    },
  };
}
