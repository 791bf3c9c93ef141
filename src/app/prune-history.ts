import { DAY_MS } from '../model/durations.ts';
import type { App } from './app.ts';

/** Drops what was over longer ago than is kept (`retention.historyDays`). Returns how many versions and changes went. */
export async function pruneHistory({ store, settings, clock }: Pick<App, 'store' | 'settings' | 'clock'>): Promise<number> {
  const { historyDays } = settings.retention;
  if (historyDays === undefined) return 0;
  const before = new Date(clock().getTime() - historyDays * DAY_MS).toISOString();
  const generation = await store.generationBefore(before);
  return generation === 0 ? 0 : store.pruneHistory(generation);
}
