import { performance } from 'node:perf_hooks';
import { SingleBar } from 'cli-progress';
import type { Io } from './command.ts';

/** A bar on stderr while something long goes on; nothing where stderr is no terminal. */
export function createProgress(io: Io) {
  let bar: SingleBar | undefined;
  let began = 0;
  return {
    show(name: string, { done, total, what }: { done: number; total: number; what: string }): void {
      if (!io.isTerminal || total === 0) return;
      if (!bar) {
        bar = new SingleBar({
          format: '{name} [{bar}] {value}/{total} {left}{what}',
          stream: process.stderr,
          clearOnComplete: true,
          hideCursor: true,
        });
        began = performance.now();
        bar.start(total, done, { name, what, left: '' });
      }
      bar.setTotal(total);
      const left = timeLeft({ done, total, ms: performance.now() - began });
      bar.update(done, { name, what, left: left === undefined ? '' : `about ${left} left, ` });
    },
    end(): void {
      bar?.stop();
      bar = undefined;
    },
  };
}

const LEAST_MS = 5_000;

/** An estimate, once enough was done to make one: all that is left takes as long as what was done. */
export function timeLeft({
  done,
  total,
  ms,
}: {
  readonly done: number;
  readonly total: number;
  readonly ms: number;
}): string | undefined {
  if (done === 0 || ms < LEAST_MS) return undefined;
  const seconds = Math.ceil(((ms / done) * Math.max(total - done, 0)) / 1000);
  const minutes = Math.ceil(seconds / 60);
  return seconds < 90 ? `${seconds} s` : minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
