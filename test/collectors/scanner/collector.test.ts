import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scannerCollector } from '../../../src/collectors/scanner/collector.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { collecting, type Outcome, SAMPLE_KEY } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';

// Built at run time: no text of this tree looks like a secret.
const SECRET = ['q9', 'Vn4', 'Xw7', 'Lr2', 'Tk8', 'Pz5'].join('');
const AWS_SECRET = 'n8Kx+Q2/'.repeat(5);
const KEY_ID = `AKIA${'QWERTYUI'.repeat(2)}`;
const SESSION_ID = `ASIA${'QWERTYUI'.repeat(2)}`;
const leakKey = (value: string): string => `leak:${createFingerprinter(SAMPLE_KEY)(value)}`;

const gitleaks8 = (changed: object): object => ({
  RuleID: 'generic-api-key',
  Description: '',
  StartLine: 2,
  EndLine: 2,
  Match: '',
  Secret: SECRET,
  File: 'conf/a.tf',
  Commit: 'c1',
  Date: '2026-01-02T03:04:05+01:00',
  ...changed,
});
const trufflehog = (changed: object): object => ({
  SourceMetadata: {
    Data: { Github: { repository: 'https://user:pass@github.com/Acme/shop.git', file: 'b.py', line: 7, commit: 'c9' } },
  },
  DetectorName: 'URI',
  Verified: false,
  Raw: SECRET,
  ...changed,
});

async function reports(files: Readonly<Record<string, unknown>>): Promise<Outcome> {
  const texts = Object.entries(files).map(([name, content]) => [
    name,
    typeof content === 'string' ? content : JSON.stringify(content),
  ]);
  await using folder = await sampleFolder(Object.fromEntries(texts));
  return await collecting(scannerCollector, { files: folder.root });
}
const credentials = ({ entities }: Outcome): string[] =>
  entities.filter(({ kind }) => kind === 'Credential').map(({ key }) => key);

const everyKind = {
  'a.json': JSON.stringify([gitleaks8({})]),
  'b.jsonl': gzipSync(
    [
      trufflehog({ Raw: KEY_ID, Verified: true, ExtraData: { arn: 'arn:aws:iam::111122223333:user/ci' } }),
      trufflehog({ Raw: SESSION_ID, SourceMetadata: { Data: { S3: { bucket: 'backups', file: 'env' } } } }),
    ]
      .map((line) => JSON.stringify(line))
      .join('\n'),
  ),
};

describe('the collector of scanner reports', () => {
  const source = async (files: Readonly<Record<string, string | Buffer>>, names = '') => {
    const folder = await sampleFolder(files);
    return { settings: { files: folder.root }, names, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  };
  collectorContract({
    collector: scannerCollector,
    good: () => source(everyKind),
    broken: () => source({ ...everyKind, 'cut.json': '[{"RuleID": "x", "Secret": "' }, 'cut.json: not JSON'),
  });
});

it('makes one credential of one secret, in every report, commit and line', async () => {
  const found = await reports({
    'a.json': [gitleaks8({}), gitleaks8({ StartLine: 9, Commit: 'c2', Date: '2025-12-01T00:00:00Z' })],
    'b.json': trufflehog({}),
    'c.json': trufflehog({ Raw: Buffer.from(SECRET).toString('base64') }),
    'd.json': [
      { offender: SECRET, rule: 'key', file: 'd.py', lineNumber: 3, commit: 'c3', repo: 'git@github.com:acme/tools.git' },
    ],
  });
  expect(credentials(found)).toEqual([leakKey(SECRET)]);
  const places = [
    'file:test/conf/a.tf#L2',
    'file:test/conf/a.tf#L9',
    'file:test/Acme/shop/b.py#L7',
    'github:Acme/shop',
    'file:test/acme/tools/d.py#L3',
    'github:acme/tools',
  ];
  expect(found.edges).toEqual(
    places.flatMap((place) => [`${place} EXPOSES ${leakKey(SECRET)}`, `${leakKey(SECRET)} LEAKED_IN ${place}`]).sort(),
  );
  const leaked = found.relationships.find((edge) => edge.kind === 'LEAKED_IN' && edge.target === 'file:test/conf/a.tf#L2');
  expect(leaked).toMatchObject({
    basis: 'observed',
    certainty: 'definite',
    firstSeen: '2026-01-02T02:04:05.000Z',
    properties: { scanners: ['gitleaks'], rules: ['generic-api-key'], commits: ['c1'] },
  });
});

it.each([
  ['REDACTED', 3, 'c1', 'leak:redacted/test/b.yml:3@c1'],
  ['***', 4, '', 'leak:redacted/test/b.yml:4@-'],
  ['-----BEGIN ' + 'RSA PRIVATE KEY-----', 5, 'c1', 'leak:redacted/test/b.yml:5@c1'],
  [`${SECRET.slice(0, 8)}...`, 6, 'c1', 'leak:redacted/test/b.yml:6@c1'],
  ['', 7, 'c1', 'leak:redacted/test/b.yml:7@c1'],
])('never merges what is not shown: %j', async (value, line, commit, key) => {
  const report = [gitleaks8({ Secret: value, File: 'b.yml', StartLine: line, Commit: commit })];
  const found = await reports({ 'a.json': [...report, gitleaks8({ Secret: value, File: 'other.yml' }), ...report] });
  expect(credentials(found)).toContain(key);
  expect(credentials(found)).toHaveLength(2);
});

// Thirteen characters once, one three times.
const DOTTED = { value: 'AbCdEfGhIjKlM...', entropy: 3.7028195858001709 };

it('takes three dots at the end for a cut only where gitleaks may have cut, and its entropy does not say otherwise', async () => {
  const whole = gitleaks8({ Secret: DOTTED.value, Entropy: DOTTED.entropy });
  expect(credentials(await reports({ 'a.json': [whole, { ...whole, StartLine: 9 }] }))).toEqual([leakKey(DOTTED.value)]);
  const cut = gitleaks8({ Secret: DOTTED.value, Entropy: Math.log2(26) });
  expect(credentials(await reports({ 'a.json': [cut] }))).toEqual(['leak:redacted/test/conf/a.tf:2@c1']);
  const others = await reports({
    'a.json': [{ offender: DOTTED.value, rule: 'key', file: 'd.py' }],
    'b.jsonl': JSON.stringify(trufflehog({ Raw: DOTTED.value })),
  });
  expect(credentials(others)).toEqual([leakKey(DOTTED.value)]);
});

it('decodes no value of TruffleHog that names its decoder, so that it equals what others saw', async () => {
  const encoded = Buffer.from(`user:${SECRET}`).toString('base64');
  const raw = { Raw: encoded, DecoderName: 'PLAIN' };
  const found = await reports({ 'a.json': [gitleaks8({ Secret: encoded })], 'b.jsonl': JSON.stringify(trufflehog(raw)) });
  expect(credentials(found)).toEqual([leakKey(encoded)]);
});

it('reads a finding of TruffleHog whose place is null', async () => {
  const found = await reports({ 'a.jsonl': JSON.stringify(trufflehog({ SourceMetadata: { Data: { Git: null } } })) });
  expect(found.errors).toEqual([]);
  expect(found.edges).toContain(`${leakKey(SECRET)} LEAKED_IN file:test/git#L0`);
});

it('names the place of a value that came through a pipe', async () => {
  const found = await reports({ 'a.json': [gitleaks8({ File: '', Commit: '' })] });
  expect(found.edges).toContain(`${leakKey(SECRET)} LEAKED_IN file:test/unknown#L2`);
});

it('knows an AWS key by its id, alone, in the extra data, or beside its secret', async () => {
  const found = await reports({
    'a.json': [gitleaks8({ Secret: KEY_ID }), gitleaks8({ Secret: AWS_SECRET, Match: `${KEY_ID}:${AWS_SECRET}` })],
    'b.jsonl': `${JSON.stringify(trufflehog({ Raw: AWS_SECRET, RawV2: `${KEY_ID}${AWS_SECRET}` }))}\n${JSON.stringify(trufflehog({ Raw: SESSION_ID }))}`,
  });
  expect(credentials(found)).toEqual([`aws:${KEY_ID}`]);
  expect(found.entity(`aws:${KEY_ID}`)).toMatchObject({ kind: 'Credential', provider: 'aws', stub: true });
  expect(found.entity(`aws:${SESSION_ID}`)).toMatchObject({ kind: 'Session', stub: true });
});

it('does not join a secret with an id that may belong to another', async () => {
  const other = KEY_ID.replace('QWER', 'ASDF');
  const found = await reports({
    'a.json': [
      gitleaks8({ Secret: AWS_SECRET, Match: `${KEY_ID} ${other} ${AWS_SECRET}` }),
      gitleaks8({ Secret: SECRET, Match: `${KEY_ID} ${SECRET}` }),
    ],
  });
  expect(credentials(found).sort()).toEqual([leakKey(AWS_SECRET), leakKey(SECRET)].sort());
});

it('takes whose key it is from a verified finding only', async () => {
  const aws = { Raw: KEY_ID, ExtraData: { arn: 'arn:aws:iam::111122223333:user/ci' } };
  const identity = `aws:${KEY_ID} AUTHENTICATES_AS aws:arn:aws:iam::111122223333:user/ci`;
  const verified = await reports({ 'a.json': trufflehog({ ...aws, Verified: true }) });
  expect(verified.edges).toContain(identity);
  expect(verified.entity(`aws:${KEY_ID}`)?.state).toBe('active');
  expect((await reports({ 'a.json': trufflehog(aws) })).edges).not.toContain(identity);
});

const sarif = (name: string, tags: string[] = []): object => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name, rules: [{ id: 'r1', properties: { tags } }] } },
      results: [
        {
          ruleId: 'r1',
          message: { text: 'x' },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'my%20app/a.py' },
                region: { startLine: 4, snippet: { text: SECRET } },
              },
            },
          ],
          partialFingerprints: { commitSha: 'c5' },
        },
      ],
    },
  ],
});

it('takes a value from SARIF only where the tool writes it there', async () => {
  expect(credentials(await reports({ 'a.sarif': sarif('gitleaks') }))).toEqual([leakKey(SECRET)]);
  const other = await reports({ 'a.sarif': sarif('CodeQL', ['security', 'external/cwe/cwe-798']) });
  expect(other.edges).toEqual([
    'file:test/my app/a.py#L4 EXPOSES leak:redacted/test/my app/a.py:4@c5',
    'leak:redacted/test/my app/a.py:4@c5 LEAKED_IN file:test/my app/a.py#L4',
  ]);
});

it('keeps no secret in the name of the file that is called by it', async () => {
  const finding = { RuleID: 'r', Secret: SECRET, File: `keys/${SECRET}.txt`, StartLine: 3 };
  const found = await reports({ 'a.json': [finding] });
  expect(found.edges).toContain(`${leakKey(SECRET)} LEAKED_IN file:test/keys/***.txt#L3`);
  expect(JSON.stringify(found.said)).not.toContain(SECRET);
});

it('makes no leak of a finding that is about something else', async () => {
  const found = await reports({ 'a.sarif': sarif('CodeQL', ['correctness']) });
  expect(found.entities).toEqual([]);
  expect(found.warnings).toEqual(['a.sarif: runs[0]: 1 results are not about secrets; ignored']);
});

it('finds the rule of a SARIF result in the extension of the tool that holds it, and tells of a result without a place', async () => {
  const physicalLocation = { artifactLocation: { uri: 'src/app.js' }, region: { startLine: 9 } };
  const of = (index: number) => ({ rule: { id: `r${index}`, index, toolComponent: { index: 0 } }, message: { text: 'x' } });
  const rules = [
    { id: 'r0', properties: { tags: ['maintainability'] } },
    { id: 'r1', properties: { tags: ['external/cwe/cwe-798'] } },
  ];
  const results = [{ ...of(0), locations: [{ physicalLocation }] }, { ...of(1), locations: [{ physicalLocation }] }, of(1)];
  const tool = { driver: { name: 'CodeQL' }, extensions: [{ name: 'pack', rules }] };
  const found = await reports({ 'a.sarif': { version: '2.1.0', runs: [{ tool, results }] } });
  expect(credentials(found)).toEqual(['leak:redacted/test/src/app.js:9@-']);
  expect(found.warnings).toEqual([
    'a.sarif: runs[0]: 1 results are not about secrets, 1 results about secrets name no place; ignored',
  ]);
});

it('reads reports of nothing without a word, and names what it does not know', async () => {
  const found = await reports({
    'a.json': 'null',
    'b.json': '[]',
    'c.json': '',
    'd.json': '{"hello": "world"}',
    'e.txt': 'words',
    'f.json': '[1, 2]',
    'g.json': '{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}',
  });
  expect(found.errors).toEqual([]);
  expect(found.warnings.map((text) => text.split(':')[0])).toEqual(['c.json', 'd.json', 'e.txt', 'f.json', 'g.json']);
  expect(found.scopes).toEqual([{ type: 'scope', scope: 'reports', coverage: 'complete', missing: [] }]);
});

it('names a finding of the wrong shape, and goes on', async () => {
  const found = await reports({
    'a.json': [gitleaks8({ StartLine: 'two' }), 7, gitleaks8({})],
    'b.jsonl': `${JSON.stringify(trufflehog({}))}\n{"Raw": ${SECRET}\n`,
  });
  expect(found.errors).toEqual([
    'a.json: [0].StartLine: expected a number, found text',
    'a.json: [1]: expected a finding, found a number',
    'b.jsonl:2: not JSON: a value is expected (column 9)',
  ]);
  expect(credentials(found)).toEqual([leakKey(SECRET)]);
  expect(found.scopes[0]?.coverage).toBe('partial');
});

it('goes on after a finding in a file whose name no store can keep', async () => {
  const found = await reports({ 'a.json': [gitleaks8({ File: 'a\0b' }), gitleaks8({ Secret: `${SECRET}\0${SECRET}` })] });
  expect(found.errors).toEqual(['a.json: [0]: a NUL character in the name of a file, a rule or a commit']);
  expect(credentials(found)).toEqual([leakKey(`${SECRET}\0${SECRET}`)]);
  const results = { 'a.py': ['a.py', 'a\0.py', 'b.py'].map((filename) => ({ type: 'Keyword', filename, line_number: 1 })) };
  const several = await reports({ 'a.json': { plugins_used: [], results } });
  expect(several.errors).toHaveLength(1);
  expect(credentials(several)).toEqual(['leak:redacted/test/a.py:1@-', 'leak:redacted/test/b.py:1@-']);
});

it('keeps no half characters of file names, which stores would not find again', async () => {
  const found = await reports({
    'a.json': `[${JSON.stringify(gitleaks8({ File: 'caf-.env' })).replace('caf-', String.raw`caf\udce9`)}]`,
  });
  expect(found.edges).toContain(`${leakKey(SECRET)} LEAKED_IN file:test/caf\ufffd.env#L2`);
});

it('says no secret value anywhere', async () => {
  const found = await reports({
    'a.json': [
      gitleaks8({ Match: `key=${SECRET}`, Line: `x key=${SECRET}` }),
      gitleaks8({ Secret: AWS_SECRET, StartLine: SECRET }),
    ],
    'b.json': trufflehog({ RawV2: `${KEY_ID}:${AWS_SECRET}`, ExtraData: { token: AWS_SECRET } }),
    'c.sarif': sarif('gitleaks'),
    'd.json': `[{"RuleID": "x", "Secret": "${SECRET}" "File"}]`,
  });
  const text = JSON.stringify(found.said);
  for (const value of [SECRET, AWS_SECRET, Buffer.from(SECRET).toString('base64'), 'user:pass'])
    expect(text).not.toContain(value);
});
