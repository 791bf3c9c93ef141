import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cloudtrailCollector } from '../../../src/collectors/cloudtrail/collector.ts';
import { cleanRecord } from '../../../src/collectors/cloudtrail/live/clean-record.ts';
import { filesNamed, isLog } from '../../../src/collectors/cloudtrail/live/notices.ts';
import { collecting } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

const FILE = { bucket: 'logs', key: 'AWSLogs/1/CloudTrail/a b+c.json.gz' };
const S3 = { Records: [{ s3: { bucket: { name: 'logs' }, object: { key: 'AWSLogs/1/CloudTrail/a+b%2Bc.json.gz' } } }] };

describe('a message of the queue', () => {
  it.each([
    ['of S3', S3, [FILE]],
    ['of S3 within SNS', { Type: 'Notification', Message: JSON.stringify(S3) }, [FILE]],
    [
      'of CloudTrail within SNS',
      { Type: 'Notification', Message: JSON.stringify({ s3Bucket: 'logs', s3ObjectKey: [FILE.key] }) },
      [FILE],
    ],
    [
      'of EventBridge',
      { 'detail-type': 'Object Created', detail: { bucket: { name: 'logs' }, object: { key: FILE.key } } },
      [FILE],
    ],
    ['that S3 sends as a test', { Service: 'Amazon S3', Event: 's3:TestEvent' }, []],
    ['that says something else', { hello: 'world' }, undefined],
    ['without a key', { Records: [{ s3: { bucket: { name: 'logs' } } }] }, undefined],
  ])('%s', (_, body, files) => {
    expect(filesNamed(JSON.stringify(body))).toEqual(files);
  });

  it('that is no JSON names no file', () => expect(filesNamed('{')).toBeUndefined());

  it('may name digests and Insights, which are no logs', () => {
    expect(isLog(FILE)).toBe(true);
    for (const kind of ['CloudTrail-Digest', 'CloudTrail-Insight'])
      expect(isLog({ bucket: 'b', key: `AWSLogs/1/${kind}/x.json.gz` })).toBe(false);
  });
});

it('takes secret values out of a record, and leaves what tells who did what', () => {
  const hidden = 'hunter2';
  const record = {
    eventName: 'PutParameter',
    userIdentity: {
      accessKeyId: 'AKIA0EXAMPLE10000001',
      sessionContext: { attributes: { creationDate: '2026-01-05T09:00:00Z' } },
    },
    requestParameters: {
      name: '/shop/db',
      value: hidden,
      secretString: hidden,
      masterUserPassword: hidden,
      environment: { variables: { A: hidden }, list: [{ name: 'B', value: hidden }] },
      tags: [{ key: 'team', value: 'shop' }],
    },
    responseElements: {
      credentials: { accessKeyId: 'ASIA0EXAMPLE10000001', sessionToken: hidden },
      note: `see gh${'p'}_${'a'.repeat(36)}`,
    },
  };
  const clean = cleanRecord(record) as typeof record;
  expect(JSON.stringify(clean)).not.toMatch(/hunter2|ghp_/);
  expect(clean.requestParameters).toMatchObject({ name: '/shop/db', tags: [{ key: 'team', value: 'shop' }] });
  expect(clean.responseElements.credentials.accessKeyId).toBe('ASIA0EXAMPLE10000001');
  expect(clean.userIdentity).toEqual(record.userIdentity);
});

it('goes through the event history window by window, and goes on where it ended', async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  const asked: [number, number][] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (body.includes('GetCallerIdentity')) {
      response.end(
        '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/me</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      );
      return;
    }
    const { StartTime, EndTime, NextToken } = JSON.parse(body) as { StartTime: number; EndTime: number; NextToken?: string };
    if (!NextToken) asked.push([StartTime, EndTime]);
    const event = {
      eventID: `e${EndTime}${NextToken ?? ''}`,
      eventTime: new Date(EndTime * 1000 - 1000).toISOString(),
      eventSource: 's3.amazonaws.com',
      eventName: 'ListBuckets',
      recipientAccountId: '111122223333',
      sourceIPAddress: '203.0.113.7',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ci', accessKeyId: 'AKIA0EXAMPLE10000001' },
    };
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(
      JSON.stringify({ Events: [{ CloudTrailEvent: JSON.stringify(event) }], ...(NextToken ? {} : { NextToken: 'more' }) }),
    );
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await using folder = await sampleFolder({});
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { live: { endpoint, regions: ['eu-west-1'], spool: folder.root, keepDays: 90, lookupDays: 1 } };
  const usesAt = async (now: string): Promise<number | undefined> => {
    const found = await collecting(cloudtrailCollector, settings, { now: new Date(now) });
    expect(found.errors).toEqual([]);
    return found.relationships.find(({ kind }) => kind === 'USES')?.uses;
  };
  try {
    expect(await usesAt('2026-01-05T12:00:00.000Z')).toBe(8);
    expect(asked.map(([from, to]) => (to - from) / 3600)).toEqual([6, 6, 6, 6]);
    asked.length = 0;
    expect(await usesAt('2026-01-05T13:00:00.000Z')).toBe(10);
    expect(asked.map(([from, to]) => (to - from) / 3600)).toEqual([3]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

it('takes one way to the log', () => {
  const valid = (live: object): boolean => cloudtrailCollector.settings.safeParse({ live }).success;
  expect(valid({ spool: 's', lookupDays: 7 })).toBe(true);
  expect(valid({ spool: 's', queue: 'https://sqs.eu-west-1.amazonaws.com/1/q' })).toBe(true);
  expect(valid({ spool: 's' })).toBe(false);
  expect(valid({ lookupDays: 7 })).toBe(false);
  expect(valid({ spool: 's', bucket: 'logs', lookupDays: 7 })).toBe(false);
  expect(valid({ spool: 's', lookupDays: 7, prefix: 'x' })).toBe(false);
  expect(cloudtrailCollector.settings.safeParse({ files: 'x', live: { spool: 's', lookupDays: 7 } }).success).toBe(false);
});
