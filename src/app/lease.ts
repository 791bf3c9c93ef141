import { RefusedError } from '../model/errors.ts';
import type { App } from './app.ts';

const LEASE_MS = 60_000;

/** Runs the work while the lease is held, and renews it; refuses when somebody else holds it. A crash frees it within a minute. */
export async function withLease<T>(
  app: Pick<App, 'store' | 'wallClock'>,
  lease: { readonly name: string; readonly holder: string },
  work: () => Promise<T>,
): Promise<T> {
  const take = () => {
    const now = app.wallClock().getTime();
    return app.store.acquireLease(lease.name, lease.holder, new Date(now).toISOString(), new Date(now + LEASE_MS).toISOString());
  };
  if (!(await take()))
    throw new RefusedError(`${lease.name} is already running elsewhere; wait until it ends (at most a minute after a crash)`);
  const renewal = setInterval(() => void take().catch(() => undefined), LEASE_MS / 3);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await app.store.releaseLease(lease.name, lease.holder);
  }
}
