import { SingleBar } from 'cli-progress';
import type { Io } from './command.ts';

/** A bar on stderr while something long goes on; nothing where stderr is no terminal. */
export function createProgress(io: Io) {
  let bar: SingleBar | undefined;
  return {
    show(name: string, { done, total, what }: { done: number; total: number; what: string }): void {
      if (!io.isTerminal || total === 0) return;
      if (!bar) {
        bar = new SingleBar({
          format: '{name} [{bar}] {value}/{total} {what}',
          stream: process.stderr,
          clearOnComplete: true,
          hideCursor: true,
        });
        bar.start(total, done, { name, what });
      }
      bar.setTotal(total);
      bar.update(done, { name, what });
    },
    end(): void {
      bar?.stop();
      bar = undefined;
    },
  };
}
