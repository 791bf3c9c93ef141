/**
 * CloudTrail's event history: management events, newest first, two calls a second. It is asked in windows from old to new, and a window
 * is kept only when it is whole, so that the next run goes on where this one ended.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import type { Session } from '../../../apis/aws/session.ts';
import { DAY_MS, HOUR_MS } from '../../../model/durations.ts';
import type { Collected } from '../../../ports/collector.ts';
import type { Spool } from './spool.ts';

export const lookupEvents = paged(
  operation('cloudtrail:LookupEvents', CloudTrailClient, LookupEventsCommand),
  'NextToken',
  'NextToken',
);

const WINDOW_MS = 6 * HOUR_MS;
/** Events come late by minutes, seldom by more. */
const OVERLAP_MS = 2 * HOUR_MS;

export interface Lookup {
  /** In the region that is asked. */
  readonly aws: Session;
  readonly spool: Spool;
  readonly days: number;
  readonly now: Date;
}

export async function* fetchHistory({ aws, spool, days, now }: Lookup): AsyncGenerator<Collected> {
  const folder = `lookup/${aws.account}/${aws.region}`;
  const until = now.getTime();
  const known = newestEnd(await spool.names(folder));
  const first = Math.max(until - days * DAY_MS, known - OVERLAP_MS);
  for (let from = first; from < until; from += WINDOW_MS) {
    const to = Math.min(from + WINDOW_MS, until);
    await spool.write(`${folder}/${stampOf(from)}_${stampOf(to)}.json`, await eventsOf(aws, from, to));
    yield { type: 'progress', done: to - first, total: until - first, what: `event history of ${aws.region}` };
  }
}

async function eventsOf(aws: Session, from: number, to: number): Promise<unknown[]> {
  const input = { StartTime: new Date(from), EndTime: new Date(to), MaxResults: 50 };
  const found: unknown[] = [];
  for await (const { Events = [] } of pages(aws, lookupEvents, input))
    for (const { CloudTrailEvent } of Events) if (CloudTrailEvent) found.push(JSON.parse(CloudTrailEvent));
  return found;
}

/** `20260105T100000Z` */
const stampOf = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

function newestEnd(names: readonly string[]): number {
  const ends = names.flatMap((name) => {
    const found = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\./.exec(name)?.slice(1).map(Number);
    const [year = 0, month = 1, day, hour, minute, second] = found ?? [];
    return found ? [Date.UTC(year, month - 1, day, hour, minute, second)] : [];
  });
  return Math.max(Number.NEGATIVE_INFINITY, ...ends);
}
