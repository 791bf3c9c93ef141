import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { operation } from '../../../apis/aws/operation.ts';
import { paged, pages } from '../../../apis/aws/pages.ts';
import type { Session } from '../../../apis/aws/session.ts';
import { DAY_MS } from '../../../model/durations.ts';
import { InputError } from '../../../model/errors.ts';
import { isLog, type LogFile } from './notices.ts';
import type { Spool } from './spool.ts';

export const getObject = operation('s3:GetObject', S3Client, GetObjectCommand);
export const listObjects = paged(
  operation('s3:ListBucket', S3Client, ListObjectsV2Command),
  'NextContinuationToken',
  'ContinuationToken',
);

const plain = promisify(gunzip);
/** CloudTrail closes a file long before. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The file's records into the spool, unless they are there. */
export async function fetchLog(aws: Session, spool: Spool, { bucket, key }: LogFile): Promise<void> {
  const name = `${bucket}/${key}`;
  if (await spool.has(name)) return;
  const { Body } = await aws.call(getObject, { Bucket: bucket, Key: key });
  const bytes = await Body?.transformToByteArray();
  if (!bytes) throw new InputError(`s3://${name}: the answer has no content`);
  await spool.write(name, await recordsIn(Buffer.from(bytes), `s3://${name}`));
}

async function recordsIn(bytes: Buffer, place: string): Promise<unknown[]> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    const text = (isGzip ? await plain(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8');
    const { Records } = JSON.parse(text) as { Records?: unknown };
    if (Array.isArray(Records)) return Records;
  } catch {
    throw new InputError(`${place}: truncated or broken: neither JSON nor gzip of it`);
  }
  throw new InputError(`${place}: has no \`Records\`; it is no CloudTrail log`);
}

/** The logs of a bucket that were delivered in the last days. */
export async function* logsIn(
  aws: Session,
  where: { readonly bucket: string; readonly prefix: string | undefined },
  since: { readonly now: Date; readonly days: number },
): AsyncGenerator<LogFile> {
  const { bucket, prefix } = where;
  const oldest = since.now.getTime() - since.days * DAY_MS;
  const input = { Bucket: bucket, ...(prefix !== undefined && { Prefix: prefix }) };
  for await (const { Contents = [] } of pages(aws, listObjects, input))
    for (const { Key, LastModified } of Contents)
      if (Key && isLog({ bucket, key: Key }) && (LastModified?.getTime() ?? oldest) >= oldest) yield { bucket, key: Key };
}
