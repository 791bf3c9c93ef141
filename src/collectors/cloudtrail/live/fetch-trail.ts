/** Brings the log into the spool. What could not be had is said, and makes every account of the log partial. */

import { Connection, defaultRegion, getCallerIdentity } from '../../../apis/aws/connection.ts';
import { EVERY_SCOPE } from '../../../model/collection.ts';
import type { CollectContext, Collected } from '../../../ports/collector.ts';
import type { CoverageNotes } from '../../files/coverage.ts';
import { fetchLog, getObject, listObjects, logsIn } from './log-files.ts';
import { fetchHistory, lookupEvents } from './lookup.ts';
import { deleteMessages, fetchQueue, isOfOneFile, receiveMessage } from './queue.ts';
import type { LiveSettings } from './settings.ts';
import { Spool } from './spool.ts';

/** Every right that fetching may use. */
export const permissions = (): string[] =>
  [getCallerIdentity, lookupEvents, receiveMessage, deleteMessages, getObject, listObjects].map((one) => one.permission);

export interface Fetching {
  readonly live: LiveSettings;
  readonly context: CollectContext;
  readonly coverage: CoverageNotes;
}

export async function* fetchTrail({ live, context, coverage }: Fetching): AsyncGenerator<Collected> {
  const failures = new Set<string>();
  const failed = (error: unknown): void => {
    context.signal.throwIfAborted();
    if (!isOfOneFile(error)) throw error;
    failures.add(error.message);
  };
  try {
    const region = live.regions?.[0] ?? (await defaultRegion(live.profile)) ?? 'us-east-1';
    await using connection = await Connection.open({ ...live, region, signal: context.signal });
    const spool = new Spool(live.spool, context.save);
    await spool.prune(live.keepDays, context.now);
    yield* fetchInto(spool, { live, context, connection, failed });
  } catch (error) {
    failed(error);
  }
  for (const text of failures) {
    coverage.missing(EVERY_SCOPE, text);
    yield { type: 'error', text };
  }
}

interface Into {
  readonly live: LiveSettings;
  readonly context: CollectContext;
  readonly connection: Connection;
  failed(error: unknown): void;
}

async function* fetchInto(spool: Spool, { live, context, connection, failed }: Into): AsyncGenerator<Collected> {
  const { queue, bucket, prefix, lookupDays, regions } = live;
  const { home } = connection;
  const { now } = context;
  if (queue !== undefined) yield* fetchQueue({ aws: home, spool, queue, failed });
  if (bucket !== undefined)
    for await (const file of logsIn(home, { bucket, prefix }, { now, days: live.keepDays }))
      await fetchLog(home, spool, file).catch(failed);
  for (const region of lookupDays === undefined ? [] : (regions ?? [home.region])) {
    try {
      yield* fetchHistory({ aws: home.in(region), spool, days: lookupDays ?? 0, now });
    } catch (error) {
      failed(error);
    }
  }
}
