/** The AWS source on an emulator of AWS's APIs: what it finds, what it saves, and that both say the same. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { saveFolder } from '../../../src/cli/save-folder.ts';
import { awsCollector } from '../../../src/collectors/aws/collector.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';
import { HIDDEN, HOME, type LiveEstate, liveEstate, REGION } from './live-estate.ts';

/** moto answers 500. */
const NOT_EMULATED = /^iam:(GenerateServiceLastAccessedDetails|ListServiceSpecificCredentials): failed \(.*HTTP 500\)/;

describeLive('aws', 'the aws source on an emulator', (endpoint) => {
  const folders: string[] = [];
  let estate: LiveEstate;
  let found: Outcome;
  let folder: string;

  beforeAll(async () => {
    // The standard chain takes them from the environment.
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    estate = await liveEstate(endpoint);
    folder = join(await mkdtemp(join(tmpdir(), 'interlock-live-')), 'saved');
    folders.push(folder);
    const live = { endpoint, regions: [REGION], organization: true, role: 'audit' };
    found = await collecting(awsCollector, { live }, { save: saveFolder(folder) });
    return async () => {
      for (const one of folders) await rm(join(one, '..'), { recursive: true, force: true });
    };
  }, 120_000);

  it('finds both accounts, whole but for what the emulator does not know', () => {
    expect(found.errors.filter((text) => !NOT_EMULATED.test(text))).toEqual([]);
    expect(found.scopes.map(({ scope }) => scope)).toEqual([
      ...[HOME, estate.member].sort(),
      expect.stringMatching(/^organization\/o-/),
    ]);
    expect(found.scopes.flatMap(({ missing }) => missing).filter((text) => !NOT_EMULATED.test(text))).toEqual([]);
  });

  it('finds identities, keys and things, each of its kind', () => {
    const arn = (rest: string) => `aws:arn:aws:${rest.replace('@', `${REGION}:${HOME}`)}`;
    const expected = {
      [arn(`iam::${HOME}:user/bots/ci`)]: 'ServiceAccount',
      [arn(`iam::${HOME}:user/ada`)]: 'User',
      [arn(`iam::${HOME}:group/staff`)]: 'Group',
      [arn(`iam::${HOME}:role/worker`)]: 'Role',
      [arn(`iam::${estate.member}:role/audit`)]: 'Role',
      [`aws:${estate.key}`]: 'Credential',
      [arn('s3:::shop')]: 'Resource',
      [arn('lambda:@:function:resize')]: 'Workload',
      [arn('ecs:@:task-definition/api:1')]: 'Workload',
      [arn('codebuild:@:project/build')]: 'Workload',
      [arn('glue:@:job/nightly')]: 'Workload',
      [arn('sqs:@:orders')]: 'Resource',
      [arn('sns:@:alarms')]: 'Resource',
      [arn('ssm:@:parameter/shop/db')]: 'Secret',
    };
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, found.entity(key)?.kind]))).toEqual(expected);
    expect(
      found.entities
        .filter(({ key }) => /:instance\/i-|:secret:db-|:key\//.test(key))
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['Resource', 'Secret', 'Workload']);
  });

  it('runs each workload as its role', () => {
    const runs = found.relationships
      .filter(({ kind }) => kind === 'RUNS_AS')
      .map(({ source, target }) => `${source.split(':')[3]} ${target}`);
    for (const service of ['lambda', 'ec2', 'ecs', 'codebuild', 'glue'])
      expect(runs).toContain(`${service} aws:arn:aws:iam::${HOME}:role/worker`);
  });

  it('says what may be done, by the policies that were read', () => {
    expect(found.relationships.some(({ kind, target }) => kind === 'CAN_READ' && target === 'aws:arn:aws:s3:::shop')).toBe(true);
  });

  it('saves files that give the same graph', async () => {
    const again = await collecting(awsCollector, { files: folder });
    expect(again.errors).toEqual([]);
    expect(again.warnings).toEqual(found.warnings);
    expect(again.edges).toEqual(found.edges);
    const sorted = (outcome: Outcome) => outcome.entities.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    expect(sorted(again)).toEqual(sorted(found));
    const full = (outcome: Outcome) =>
      outcome.relationships.toSorted((a, b) =>
        `${a.source} ${a.kind} ${a.target}` < `${b.source} ${b.kind} ${b.target}` ? -1 : 1,
      );
    expect(full(again)).toEqual(full(found));
  });

  it('shows no secret value, in files or in facts', async () => {
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      names.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name), 'utf8')),
    );
    expect(texts.length).toBeGreaterThan(10);
    for (const value of HIDDEN)
      for (const text of [...texts, JSON.stringify(found.said)]) {
        expect(text).not.toContain(value);
        expect(text).not.toContain(Buffer.from(value).toString('base64').slice(4, -4));
      }
  });
});
