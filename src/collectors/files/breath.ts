/** Lets other work of the thread come in between: signals, timers, messages of other threads. */
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

const HELD_MS = 20;

/** To be awaited often: waits a turn when the thread was held for long. */
export function createBreath(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < HELD_MS) return;
    await setImmediate();
    last = performance.now();
  };
}
