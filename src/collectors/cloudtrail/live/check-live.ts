/** Whether the log can be fetched and kept. No message is taken from the queue: each one taken counts against its redrive policy. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CallError } from '../../../apis/aws/call-error.ts';
import { Connection, defaultRegion } from '../../../apis/aws/connection.ts';
import type { Session } from '../../../apis/aws/session.ts';
import { DAY_MS } from '../../../model/durations.ts';
import type { Checked } from '../../../ports/checked.ts';
import type { CheckContext } from '../../../ports/collector.ts';
import { getObject, listObjects } from './log-files.ts';
import { lookupEvents } from './lookup.ts';
import { isLog } from './notices.ts';
import { deleteMessages, isOfOneFile } from './queue.ts';
import type { LiveSettings } from './settings.ts';

export async function* checkLive(live: LiveSettings, context: CheckContext): AsyncGenerator<Checked> {
  const closed = await closedFolder(live.spool);
  if (closed !== undefined) yield { type: 'missing', text: `${live.spool}: the spool cannot be written: ${closed}` };
  try {
    const region = live.regions?.[0] ?? (await defaultRegion(live.profile)) ?? 'us-east-1';
    await using connection = await Connection.open({ ...live, region, signal: context.signal, firstOnly: true });
    yield { type: 'works', text: await reached(connection.home, live, context.now) };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isOfOneFile(error)) throw error;
    yield { type: 'blocked', text: error.message };
  }
}

/** Where the log comes from; throws CallErrors. */
async function reached(aws: Session, { queue, bucket, prefix, lookupDays }: LiveSettings, now: Date): Promise<string> {
  const place = `account ${aws.account}, ${aws.region}`;
  if (queue !== undefined) {
    await mayDelete(aws, queue);
    return `${place}: ${queue} is there; sqs:ReceiveMessage and s3:GetObject show only with a message`;
  }
  if (bucket !== undefined) return `${place}: ${await readBucket(aws, bucket, prefix)}`;
  await aws.call(lookupEvents, { StartTime: new Date(now.getTime() - DAY_MS), EndTime: now, MaxResults: 1 });
  return `${place}: events of ${lookupDays} days may be looked up`;
}

/** A receipt that nobody was given deletes nothing; the call tells that the queue is there and that its messages may be deleted. */
async function mayDelete(aws: Session, QueueUrl: string): Promise<void> {
  await aws.call(deleteMessages, { QueueUrl, Entries: [{ Id: '0', ReceiptHandle: 'a check' }] });
}

async function readBucket(aws: Session, bucket: string, prefix: string | undefined): Promise<string> {
  const input = { Bucket: bucket, MaxKeys: 1, ...(prefix !== undefined && { Prefix: prefix }) };
  const { Contents = [] } = await aws.call(listObjects, input);
  const place = `s3://${bucket}/${prefix ?? ''}`;
  const [key] = Contents.flatMap(({ Key }) => Key ?? []);
  if (key === undefined) return `${place}: nothing is there yet`;
  if (!isLog({ bucket, key })) return `${place}: may be listed; s3:GetObject shows only with a log file`;
  await firstByte(aws, bucket, key);
  return `${place}: may be listed and read`;
}

/** An empty file has no first byte, which S3 says once it is allowed. */
async function firstByte(aws: Session, Bucket: string, Key: string): Promise<void> {
  try {
    await aws.call(getObject, { Bucket, Key, Range: 'bytes=0-0' });
  } catch (error) {
    if (!(error instanceof CallError && error.call.code === 'InvalidRange')) throw error;
  }
}

/** Why the folder, or where it would be made, cannot be written. */
async function closedFolder(folder: string): Promise<string | undefined> {
  try {
    await access(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(folder) !== folder) return closedFolder(dirname(folder));
    return code ?? 'unknown';
  }
}
