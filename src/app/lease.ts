import { MINUTE_MS } from '../model/durations.ts';
import { RefusedError } from '../model/errors.ts';
import type { App } from './app.ts';

const LEASE_MS = MINUTE_MS;

/**
 * Runs the work while the lease is held, and renews it; refuses when somebody else holds it. What a process of this machine held
 * that has died is free at once; after a crash elsewhere it is free within a minute.
 */
export async function withLease<T>(
  app: Pick<App, 'store' | 'wallClock' | 'process'>,
  { name, holder: id }: { readonly name: string; readonly holder: string },
  work: () => Promise<T>,
): Promise<T> {
  const holder = app.process === undefined ? id : `${id}@${app.process.name}`;
  const take = () => {
    const now = app.wallClock().getTime();
    return app.store.acquireLease(name, holder, new Date(now).toISOString(), new Date(now + LEASE_MS).toISOString());
  };
  if (!(await take()) && !((await freeOfTheDead(app, name)) && (await take())))
    throw new RefusedError(`${name} is already running elsewhere; wait until it ends (at most a minute after a crash)`);
  const renewal = setInterval(() => void take().catch(() => undefined), LEASE_MS / 3);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await app.store.releaseLease(name, holder);
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
