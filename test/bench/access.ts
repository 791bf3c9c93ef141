/** What questions about access cost on a collected estate: `access.ts <store>`. Loading is what a server does once per collection. */
import { performance } from 'node:perf_hooks';
import { documentsFor } from '../../src/app/access-asking.ts';
import { awsAccess } from '../../src/collectors/aws/access.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';

const QUESTIONS = [
  ['s3:GetObject', 'arn:aws:s3:::team-1-1-1/x'],
  ['s3:GetObject', 'arn:aws:s3:::team-3-3-1/x'],
  ['s3:PutObject', 'arn:aws:s3:::not-collected/x'],
  ['dynamodb:GetItem', 'arn:aws:dynamodb:eu-central-1:200000000002:table/team-4-4'],
  ['secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:eu-central-1:200000000003:secret:team-5-5-AbCdEf'],
  ['kms:Decrypt', 'arn:aws:kms:eu-central-1:200000000001:key/team-1-1'],
  ['sts:AssumeRole', 'arn:aws:iam::200000000001:role/service-0'],
  ['ec2:DescribeInstances', '*'],
] as const;

const round = (value: number): number => Math.round(value * 10) / 10;

const [path] = process.argv.slice(2) as [string];
await using store = await openSqliteStore({ path });
const began = performance.now();
const questions = await awsAccess.load(documentsFor(store, awsAccess), new Date('2026-03-01T00:00:00.000Z'));
const loadMs = performance.now() - began;
const asked = QUESTIONS.map(([action, resource]) => {
  const start = performance.now();
  const { items } = questions.whoCan({ action, resource, context: new Map() });
  return { principals: items.length, ms: performance.now() - start };
});
process.stdout.write(
  `${JSON.stringify({
    loadMs: round(loadMs),
    whoCanFirstMs: asked.map(({ ms }) => round(ms)),
    whoCanSlowestMs: round(Math.max(...asked.map(({ ms }) => ms))),
    principals: asked.map(({ principals }) => principals),
  })}\n`,
);
