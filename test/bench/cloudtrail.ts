/**
 * `tsx cloudtrail.ts [records] [half]`: CloudTrail records a second, and how much memory a log of twice the length takes more. Five
 * thousand records a file, gzipped as CloudTrail delivers them; each half is a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { cloudtrailCollector } from '../../src/collectors/cloudtrail/collector.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';

const PER_FILE = 5000;
const ACCOUNT = '111122223333';
const START = Date.UTC(2026, 0, 1);
const ROLES = 200;
const SESSIONS = 5000;
const BUCKETS = 500;

const [size = '1000000', one] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(one === 'one' ? await measured(Number(size)) : compared(Number(size)))}\n`);

function compared(records: number) {
  const [half, whole] = [records / 2, records].map((count) => {
    const words = ['--import', 'tsx', import.meta.filename, String(count), 'one'];
    return JSON.parse(spawnSync(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.toString());
  });
  return { ...whole, halfPeakMegabytes: half.peakMegabytes };
}

async function measured(records: number) {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-trail-'));
  try {
    writeLog(folder, records);
    const began = performance.now();
    const cpuBefore = process.cpuUsage();
    const { relationships, uses } = await collected(folder);
    const seconds = Math.round(performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      records,
      relationships,
      uses,
      seconds,
      cpuSeconds: Math.round((user + system) / 1000) / 1000,
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function collected(files: string) {
  const found = { relationships: 0, uses: 0 };
  const context = {
    source: 'bench',
    fingerprint: createFingerprinter('a fingerprint key for benchmarks only'),
    now: new Date(START),
    signal: new AbortController().signal,
  };
  for await (const said of cloudtrailCollector.collect({ files }, context)) {
    if (said.type !== 'facts') continue;
    found.relationships += said.relationships.length;
    for (const { kind, uses = 0 } of said.relationships) if (kind === 'USES') found.uses += uses;
  }
  return found;
}

/** Every hundredth record is delivered twice. */
function writeLog(folder: string, records: number): void {
  mkdirSync(folder, { recursive: true });
  for (let first = 0; first < records; first += PER_FILE) {
    const list = Array.from({ length: Math.min(PER_FILE, records - first) }, (_, i) =>
      record(first + i - ((first + i) % 100 === 99 ? 1 : 0)),
    );
    writeFileSync(join(folder, `${first}.json.gz`), gzipSync(JSON.stringify({ Records: list }), { level: 1 }));
  }
}

function record(n: number): object {
  const session = n % SESSIONS;
  const role = session % ROLES;
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROA0EXAMPLE${role}:job-${session}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/role-${role}/job-${session}`,
      accountId: ACCOUNT,
      accessKeyId: `ASIA0EXAMPLE${String(session).padStart(8, '0')}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          arn: `arn:aws:iam::${ACCOUNT}:role/role-${role}`,
          accountId: ACCOUNT,
          userName: `role-${role}`,
        },
        attributes: { creationDate: '2026-01-01T00:00:00Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: new Date(START + n * 100).toISOString(),
    eventSource: 's3.amazonaws.com',
    eventName: n % 3 === 0 ? 'PutObject' : 'GetObject',
    awsRegion: 'eu-west-1',
    sourceIPAddress: `203.0.113.${session % 250}`,
    userAgent: '[aws-sdk-java/2.20.1 Linux/5.10 OpenJDK_64-Bit_Server_VM/17]',
    requestParameters: {
      bucketName: `bucket-${n % BUCKETS}`,
      key: `objects/${n}`,
      Host: `bucket-${n % BUCKETS}.s3.eu-west-1.amazonaws.com`,
    },
    responseElements: null,
    additionalEventData: {
      SignatureVersion: 'SigV4',
      CipherSuite: 'ECDHE-RSA-AES128-GCM-SHA256',
      bytesTransferredIn: 0,
      bytesTransferredOut: 4096,
    },
    requestID: `R${n}`,
    eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    readOnly: true,
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::bucket-${n % BUCKETS}/objects/${n}` },
      { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::bucket-${n % BUCKETS}` },
    ],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Data',
  };
}
