/** Log files by SQS, from a bucket, and from the event history, on an emulator of AWS's APIs. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudtrailCollector } from '../../../src/collectors/cloudtrail/collector.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';

const ACCOUNT = '111122223333';
const KEY = 'AKIA0EXAMPLE10000001';
const TOKEN = 'hunter2-session-token';
const REGION = 'eu-west-1';

const record = (n: number) => ({
  eventVersion: '1.11',
  eventID: `event-${n}`,
  eventTime: `2026-01-05T10:00:0${n}Z`,
  eventSource: 'sts.amazonaws.com',
  eventName: 'GetSessionToken',
  awsRegion: REGION,
  sourceIPAddress: '203.0.113.7',
  userAgent: 'aws-cli/2.15',
  recipientAccountId: ACCOUNT,
  userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/ci`, accountId: ACCOUNT, accessKeyId: KEY },
  responseElements: { credentials: { accessKeyId: `ASIA0EXAMPLE1000000${n}`, sessionToken: TOKEN } },
});
const log = (...numbers: number[]): Buffer => gzipSync(JSON.stringify({ Records: numbers.map(record) }));
const place = (name: string): string => `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/2026/01/05/${name}.json.gz`;
const notice = (Bucket: string, key: string): object => ({
  Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: Bucket }, object: { key: encodeURIComponent(key) } } }],
});

describeLive('aws', 'the cloudtrail source on an emulator', (endpoint) => {
  const at = { endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const s3 = new S3Client({ ...at, forcePathStyle: true });
  const sqs = new SQSClient(at);
  const folders: string[] = [];
  const unique = `trail-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  let queue: string;

  const spool = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-spool-'));
    folders.push(folder);
    return folder;
  };
  const put = (key: string, body: Buffer | string) => s3.send(new PutObjectCommand({ Bucket: unique, Key: key, Body: body }));
  const tell = (message: object) => sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: JSON.stringify(message) }));
  const waiting = async (): Promise<[visible: number, hidden: number]> => {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: [...names] }));
    return [Number(Attributes?.[names[0]]), Number(Attributes?.[names[1]])];
  };
  const live = (settings: object) => ({ live: { endpoint, regions: [REGION], keepDays: 3650, ...settings } }) as never;
  const uses = (found: Outcome): number | undefined =>
    found.relationships.find(({ kind, target }) => kind === 'USES' && target === `aws:${KEY}`)?.uses;

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    await s3.send(new CreateBucketCommand({ Bucket: unique, CreateBucketConfiguration: { LocationConstraint: REGION } }));
    queue = (await sqs.send(new CreateQueueCommand({ QueueName: unique }))).QueueUrl ?? '';
  }, 60_000);
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  it('fetches what messages name, of S3 or wrapped by SNS, and deletes them once it is on disk', async () => {
    const root = await spool();
    await put(place('one'), log(1, 2));
    await put(place('two'), log(2, 3));
    await tell({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: unique });
    await tell(notice(unique, place('one')));
    await tell({ Type: 'Notification', Message: JSON.stringify(notice(unique, place('two'))) });
    const found = await collecting(cloudtrailCollector, live({ spool: root, queue }));
    expect(found.errors).toEqual([]);
    expect(uses(found)).toBe(3);
    expect(found.scopes).toEqual([expect.objectContaining({ scope: ACCOUNT, coverage: 'complete' })]);
    expect(await waiting()).toEqual([0, 0]);
    const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.gz'));
    expect(files.toSorted()).toEqual([`${unique}/${place('one')}`, `${unique}/${place('two')}`]);
    for (const name of files) expect(gunzipSync(await readFile(join(root, name))).toString()).not.toContain(TOKEN);
  });

  it('adds late and doubled deliveries to what came before', async () => {
    const root = await spool();
    await tell(notice(unique, place('two')));
    expect(uses(await collecting(cloudtrailCollector, live({ spool: root, queue })))).toBe(2);
    await tell(notice(unique, place('one')));
    await tell(notice(unique, place('two')));
    expect(uses(await collecting(cloudtrailCollector, live({ spool: root, queue })))).toBe(3);
  });

  it('leaves a message in the queue whose file is broken, and says so', async () => {
    const root = await spool();
    await put(place('cut'), log(1, 2).subarray(0, 60));
    await tell(notice(unique, place('cut')));
    await tell(notice(unique, place('one')));
    const found = await collecting(cloudtrailCollector, live({ spool: root, queue }));
    expect(found.errors).toEqual([`s3://${unique}/${place('cut')}: truncated or broken: neither JSON nor gzip of it`]);
    expect(found.scopes.find(({ scope }) => scope === '*')?.coverage).toBe('partial');
    expect(uses(found)).toBe(2);
    expect(await waiting()).toEqual([0, 1]);
  });

  it('reads a bucket without a queue, and saves what it was given without secrets', async () => {
    const root = await spool();
    await put(`AWSLogs/${ACCOUNT}/CloudTrail-Digest/${REGION}/d.json.gz`, gzipSync('{"digestStartTime":"x"}'));
    const saved = new Map<string, string>();
    const save = async (path: string, content: string): Promise<void> => void saved.set(path, content);
    const prefix = place('o').replace(/\.json\.gz$/, '');
    const found = await collecting(cloudtrailCollector, live({ spool: root, bucket: unique, prefix }), { save });
    expect(found.errors).toEqual([]);
    expect(uses(found)).toBe(2);
    expect([...saved.keys()]).toEqual([`${unique}/${place('one').replace('.gz', '')}`]);
    expect([...saved.values()].join()).not.toContain(TOKEN);
  });

  it('names the call that gave no answer, where there is no event history', async () => {
    const { errors, scopes } = await collecting(cloudtrailCollector, live({ spool: await spool(), lookupDays: 1 }));
    expect(errors).toEqual([expect.stringMatching(/^cloudtrail:LookupEvents: .* in account/)]);
    expect(scopes).toEqual([expect.objectContaining({ scope: '*', coverage: 'partial' })]);
  });
});
