import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { cloudtrailCollector } from '../../../src/collectors/cloudtrail/collector.ts';
import { checking } from '../../contracts/checking.ts';
import { sampleFolder } from '../files/sample-folder.ts';

beforeAll(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});

const IDENTITY =
  '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/me</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
const KEY = 'AWSLogs/1/CloudTrail/a.json.gz';
const LISTED = `<ListBucketResult><Name>logs</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated><Contents><Key>${KEY}</Key></Contents></ListBucketResult>`;

type Answer = (response: ServerResponse) => unknown;
const xml =
  (text: string, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/xml' }).end(text);
const json =
  (value: object, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(value));
const DENIED = xml('<Error><Code>AccessDenied</Code><Message>no</Message></Error>', 403);
const DENIED_IN_JSON = json({ __type: 'AccessDeniedException' }, 400);

/** What is said of this way to the log, where AWS answers so: by the operation, or for S3 by the path. */
async function foreseen(way: object, answers: Readonly<Record<string, Answer>>) {
  const asked: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const target = String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1);
    const operation = target || /Action=(\w+)/.exec(body)?.[1] || (request.url ?? '').split('?', 1)[0] || '';
    asked.push(operation);
    (operation === 'GetCallerIdentity' ? xml(IDENTITY) : (answers[operation] ?? (target ? DENIED_IN_JSON : DENIED)))(response);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await using folder = await sampleFolder({});
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const live = { endpoint, regions: ['eu-west-1'], spool: path.join(folder.root, 'not/yet/there'), keepDays: 90, ...way };
  try {
    return { said: await checking(cloudtrailCollector, { live }), asked };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('looks up one event of the history', async () => {
  const { said, asked } = await foreseen({ lookupDays: 7 }, { LookupEvents: json({ Events: [], NextToken: 'more' }) });
  expect(said).toEqual([{ type: 'works', text: 'account 111122223333, eu-west-1: events of 7 days may be looked up' }]);
  expect(asked).toEqual(['GetCallerIdentity', 'LookupEvents']);
});

it('lists a bucket and reads the first byte of a log', async () => {
  const { said } = await foreseen(
    { bucket: 'logs' },
    { '/logs/': xml(LISTED), '/logs': xml(LISTED), [`/logs/${KEY}`]: xml('{') },
  );
  expect(said).toEqual([{ type: 'works', text: 'account 111122223333, eu-west-1: s3://logs/: may be listed and read' }]);
});

it('takes no message from the queue', async () => {
  const failed = { Failed: [{ Id: '0', Code: 'ReceiptHandleIsInvalid', SenderFault: true }], Successful: [] };
  const queue = 'https://sqs.eu-west-1.amazonaws.com/111122223333/trail';
  const { said, asked } = await foreseen({ queue }, { DeleteMessageBatch: json(failed) });
  expect(said.map(({ type }) => type)).toEqual(['works']);
  expect(asked).toEqual(['GetCallerIdentity', 'DeleteMessageBatch']);
});

it.each([
  ['cloudtrail:LookupEvents', { lookupDays: 7 }, {}],
  ['s3:ListBucket', { bucket: 'logs' }, {}],
  ['s3:GetObject', { bucket: 'logs' }, { '/logs/': xml(LISTED), '/logs': xml(LISTED) }],
  ['sqs:DeleteMessage', { queue: 'https://sqs.eu-west-1.amazonaws.com/111122223333/trail' }, {}],
])('is blocked without %s, and names it', async (permission, way, answers) => {
  const { said } = await foreseen(way, answers);
  expect(said).toEqual([{ type: 'blocked', text: expect.stringMatching(`^${permission}: not allowed in account 111122223333`) }]);
});
