import { setTimeout as wait } from 'node:timers/promises';
import { MINUTE_MS } from '../model/durations.ts';
import { LaterError } from '../model/errors.ts';
import type { App } from './app.ts';

const LEASE_MS = MINUTE_MS;
const AGAIN_MS = 5_000;
const RELEASE_MS = 2_000;

/**
 * Runs the work while the lease is held, and renews it; a LaterError when somebody else holds it. `lost` is aborted when somebody has
 * taken it meanwhile (this process stood still for longer than it lasts, or a clock was moved): the work must begin nothing more. What a
 * process of this machine held that has died is free at once; after a crash elsewhere it is free within a minute.
 */
export async function withLease<T>(
  app: Pick<App, 'store' | 'wallClock' | 'process'>,
  { name, holder: id }: { readonly name: string; readonly holder: string },
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const holder = app.process === undefined ? id : `${id}@${app.process.name}`;
  const take = () => {
    const now = app.wallClock().getTime();
    return app.store.acquireLease(name, holder, new Date(now).toISOString(), new Date(now + LEASE_MS).toISOString());
  };
  if (!(await take()) && !((await freeOfTheDead(app, name)) && (await take())))
    throw new LaterError(`${name} is already running elsewhere; wait until it ends (at most a minute after a crash)`, {
      afterMs: AGAIN_MS,
      holdsAll: false,
    });
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    if (!(await take())) lost.abort(new LaterError(`${name} was taken by somebody else`, { afterMs: AGAIN_MS, holdsAll: false }));
  };
  const renewal = setInterval(() => void renew().catch(() => undefined), LEASE_MS / 3);
  try {
    const done = await work(lost.signal);
    await app.store.releaseLease(name, holder);
    return done;
  } catch (error) {
    // Where the store is away, what went wrong is told before each lease has been waited for: they run out by themselves.
    const released = app.store.releaseLease(name, holder).catch(() => undefined);
    await Promise.race([released, wait(RELEASE_MS, undefined, { ref: false })]);
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** True when the lease was freed: only the very holder that is known to be dead loses it. */
async function freeOfTheDead({ store, process }: Pick<App, 'store' | 'process'>, name: string): Promise<boolean> {
  const holder = (await store.leases()).find((lease) => lease.name === name)?.holder ?? '';
  const at = holder.indexOf('@');
  if (at === -1 || !process?.hasEnded(holder.slice(at + 1))) return false;
  await store.releaseLease(name, holder);
  return true;
}
