import { DAY_MS } from '../model/durations.ts';
import type { Time } from '../model/entity.ts';
import type { App } from './app.ts';

/** The window ends at the newest event of the log sources, not at the wall clock; without a log source, now. */
export async function windowEnd(app: Pick<App, 'store' | 'clock'>): Promise<Time> {
  const newest = (await app.store.sources()).map(({ newestEvent }) => newestEvent).filter((at) => at !== undefined);
  return newest.length > 0 ? newest.reduce((a, b) => (a > b ? a : b)) : app.clock().toISOString();
}

export async function windowStart(app: Pick<App, 'store' | 'clock' | 'settings'>): Promise<Time> {
  return new Date(new Date(await windowEnd(app)).getTime() - app.settings.window.days * DAY_MS).toISOString();
}
