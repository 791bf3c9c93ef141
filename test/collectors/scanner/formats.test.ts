import { describe, expect, it } from 'vitest';
import { scannerCollector } from '../../../src/collectors/scanner/collector.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { collecting, type Outcome, SAMPLE_KEY } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

// Built at run time: no text of this tree looks like a secret.
const SECRET = ['m3', 'Wq8', 'Zt5', 'Hb1', 'Rk6', 'Yc9'].join('');
const OTHER = ['t7', 'Gd2', 'Pn4', 'Xs8', 'Fj1', 'Lv5'].join('');
const AWS_SECRET = 'k4Tz+B7/'.repeat(5);
const KEY_ID = `AKIA${'QWERTYUI'.repeat(2)}`;
const leakKey = (value: string): string => `leak:${createFingerprinter(SAMPLE_KEY)(value)}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function report(content: unknown): Promise<Outcome> {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  await using folder = await sampleFolder({ 'report.json': text });
  return await collecting(scannerCollector, { files: folder.root });
}
const leaks = (found: Outcome): string[] => found.edges.filter((edge) => edge.includes(' LEAKED_IN ')).sort();

describe('GitHub secret scanning', () => {
  const alert = (changed: object): object => ({
    number: 7,
    created_at: '2026-01-02T03:04:05Z',
    updated_at: '2026-02-01T00:00:00Z',
    html_url: 'https://github.com/acme/shop/security/secret-scanning/7',
    state: 'open',
    resolution: null,
    secret_type: 'stripe_api_key',
    secret: SECRET,
    validity: 'unknown',
    first_location_detected: { path: 'app/pay.py', start_line: 12, commit_sha: 'c1' },
    ...changed,
  });

  it('names the secret, the line and the repository', async () => {
    expect(leaks(await report([alert({})]))).toEqual([
      `${leakKey(SECRET)} LEAKED_IN file:test/acme/shop/app/pay.py#L12`,
      `${leakKey(SECRET)} LEAKED_IN github:acme/shop`,
    ]);
  });

  it('keeps what the issuer said of the secret, with its time', async () => {
    const live = await report([alert({ validity: 'active' })]);
    expect(live.entity(leakKey(SECRET))?.state).toBe('active');
    expect(live.relationships.find(({ kind }) => kind === 'LEAKED_IN')?.properties).toMatchObject({
      verified: true,
      checkedAt: '2026-02-01T00:00:00.000Z',
    });
    const revoked = { state: 'resolved', resolution: 'revoked', resolved_at: '2026-03-01T00:00:00Z' };
    expect((await report([alert({ validity: 'active' }), alert(revoked)])).entity(leakKey(SECRET))?.state).toBe('inactive');
    expect((await report([alert({})])).entity(leakKey(SECRET))?.state).toBeUndefined();
  });

  it('takes a hidden secret for one that is not shown, and a false positive for none', async () => {
    const found = await report([alert({ secret: undefined }), alert({ number: 8, resolution: 'false_positive' })]);
    expect(leaks(found)).toEqual([
      'leak:redacted/test/acme/shop/app/pay.py:12@c1 LEAKED_IN file:test/acme/shop/app/pay.py#L12',
      'leak:redacted/test/acme/shop/app/pay.py:12@c1 LEAKED_IN github:acme/shop',
    ]);
    expect(found.warnings).toEqual(['report.json: [1]: closed as a false positive; ignored']);
  });

  it('never merges hidden secrets of two repositories whose alerts have one number and no place', async () => {
    const hidden = { secret: null, first_location_detected: null };
    const other = { ...hidden, html_url: 'https://github.com/acme/tools/security/secret-scanning/7' };
    const found = await report([alert(hidden), alert(other)]);
    expect(found.entities.filter(({ kind }) => kind === 'Credential').map(({ key }) => key)).toEqual([
      'leak:redacted/test/acme/shop/secret-scanning/7:0@-',
      'leak:redacted/test/acme/tools/secret-scanning/7:0@-',
    ]);
  });

  it('takes no repository of another installation for one of github.com', async () => {
    const html_url = 'https://ghe.example:8443/acme/shop/security/secret-scanning/7';
    const found = await report([alert({ html_url, repository: { full_name: 'acme/shop' } })]);
    expect(leaks(found)).toEqual([
      `${leakKey(SECRET)} LEAKED_IN file:test/ghe.example:8443/acme/shop/app/pay.py#L12`,
      `${leakKey(SECRET)} LEAKED_IN github@ghe.example:8443:acme/shop`,
    ]);
    expect(leaks(await report([alert({ html_url })]))).toEqual(leaks(found));
  });

  it('says of a place what was checked last, not what was true once', async () => {
    const was = alert({ validity: 'active' });
    const is = alert({ validity: 'inactive', updated_at: '2026-04-01T00:00:00Z' });
    const revoked = alert({ resolution: 'revoked', resolved_at: '2026-05-01T00:00:00Z' });
    const said = async (alerts: readonly object[]) =>
      (await report(alerts)).relationships.find(({ kind }) => kind === 'LEAKED_IN');
    for (const alerts of [
      [was, is],
      [is, was],
    ])
      expect((await said(alerts))?.properties).toMatchObject({ verified: false, checkedAt: '2026-04-01T00:00:00.000Z' });
    const last = (await said([was, revoked, is]))?.properties;
    expect(last).toMatchObject({ checkedAt: '2026-05-01T00:00:00.000Z' });
    expect(last).not.toHaveProperty('verified');
  });

  it('reads pages of alerts as `gh api --paginate --slurp` writes them, and as lines', async () => {
    const pages = [[alert({})], [alert({ number: 8, secret: OTHER }), 'x']];
    const keys = [leakKey(SECRET), leakKey(OTHER)].sort();
    const asList = await report(pages);
    expect([...new Set(leaks(asList).map((one) => one.split(' ')[0]))]).toEqual(keys);
    expect(asList.errors).toEqual(['report.json: [1][1]: expected a finding, found text']);
    const asLines = await report(pages.map((page) => JSON.stringify(page)).join('\n'));
    expect(leaks(asLines)).toEqual(leaks(asList));
    expect(asLines.errors).toEqual(['report.json: line 2[1]: expected a finding, found text']);
  });
});

describe('GitLab secret detection', () => {
  const vulnerability = (changed: object): object => ({
    category: 'secret_detection',
    name: 'Generic key',
    raw_source_code_extract: SECRET,
    location: { file: 'conf.yml', start_line: 3, commit: { sha: 'c2', date: '2026-01-02T03:04:05Z' } },
    identifiers: [{ type: 'gitleaks_rule_id', name: 'rule', value: 'generic' }],
    ...changed,
  });

  it('names the secret and the line', async () => {
    const found = await report({ version: '15.2.1', vulnerabilities: [vulnerability({})], scan: { type: 'secret_detection' } });
    expect(leaks(found)).toEqual([`${leakKey(SECRET)} LEAKED_IN file:test/conf.yml#L3`]);
    expect(found.relationships[0]?.properties).toMatchObject({ commits: ['c2'], rules: ['generic'], scanners: ['gitlab'] });
  });

  it('knows that a scan without history has no commit, and leaves other kinds of report aside', async () => {
    const here = { file: 'conf.yml', start_line: 3, commit: { sha: '0000000' } };
    const other = vulnerability({ category: 'sast' });
    const found = await report({
      vulnerabilities: [vulnerability({ raw_source_code_extract: '', location: here }), other, other],
    });
    expect(leaks(found)).toEqual(['leak:redacted/test/conf.yml:3@- LEAKED_IN file:test/conf.yml#L3']);
    expect(found.warnings).toEqual(['report.json: 2 records: not about a secret; ignored']);
  });

  it('knows by the commit of its place what a report without categories is about', async () => {
    const other = vulnerability({ category: undefined, location: { file: 'conf.yml', start_line: 3 } });
    const found = await report({ vulnerabilities: [vulnerability({ category: undefined }), other] });
    expect(leaks(found)).toEqual([`${leakKey(SECRET)} LEAKED_IN file:test/conf.yml#L3`]);
  });
});

describe('detect-secrets', () => {
  const entry = (changed: object): object => ({
    type: 'Secret Keyword',
    filename: 'a.py',
    hashed_secret: '0'.repeat(40),
    is_verified: false,
    line_number: 4,
    ...changed,
  });
  const baseline = (results: object): object => ({ version: '1.5.0', plugins_used: [], filters_used: [], results });

  it('has a leak of its own at each place, since it shows no value', async () => {
    const found = await report(
      baseline({ 'a.py': [entry({}), entry({ line_number: 9 })], 'b.py': [entry({ filename: 'b.py' })] }),
    );
    expect(leaks(found).map((one) => one.split(' ')[0])).toEqual([
      'leak:redacted/test/a.py:4@-',
      'leak:redacted/test/a.py:9@-',
      'leak:redacted/test/b.py:4@-',
    ]);
  });

  it('takes the file of an older baseline from the name of the list', async () => {
    const found = await report(baseline({ 'old/y.py': [entry({ filename: undefined })] }));
    expect(found.errors).toEqual([]);
    expect(leaks(found).map((one) => one.split(' ')[0])).toEqual(['leak:redacted/test/old/y.py:4@-']);
  });

  it('leaves out what a person audited as no secret', async () => {
    const found = await report(baseline({ 'a.py': [entry({ is_secret: false }), entry({ line_number: 9, is_secret: true })] }));
    expect(leaks(found)).toHaveLength(1);
    expect(found.warnings).toEqual(['report.json: results[a.py]: 1 findings were audited as no secrets; ignored']);
  });

  it('is no error when it found nothing, and one when the results are missing', async () => {
    expect((await report(baseline({}))).errors).toEqual([]);
    expect((await report({ plugins_used: [] })).errors).toEqual(['report.json: results: expected a list, found nothing']);
  });
});

describe('ggshield', () => {
  const incident = (occurrences: object[], changed: object = {}): object => ({
    policy: 'Secrets detection',
    type: 'Some Key',
    validity: 'no_checker',
    occurrences,
    ...changed,
  });
  const occurrence = (match: string, type = 'apikey', line: number | null = 5): object => ({ match, type, line_start: line });
  const entities = (incidents: object[]): object[] => [{ mode: 'FILE', filename: 'a.env', incidents }];

  it('reads the scan of a path, and the scans of commits', async () => {
    const path = { id: 'a.env', type: 'path_scan', entities_with_incidents: entities([incident([occurrence(SECRET)])]) };
    expect(leaks(await report(path))).toEqual([`${leakKey(SECRET)} LEAKED_IN file:test/a.env#L5`]);
    const commits = {
      type: 'commit-range',
      scans: [
        { id: 'c9', type: 'commit', entities_with_incidents: entities([incident([occurrence(SECRET, 'apikey', null)])]) },
        { id: 'c8', type: 'commit', total_incidents: 0 },
      ],
      total_incidents: 1,
    };
    const found = await report(commits);
    expect(leaks(found)).toEqual([`${leakKey(SECRET)} LEAKED_IN file:test/a.env#L0`]);
    expect(found.relationships[0]?.properties).toMatchObject({ commits: ['c9'] });
    expect((await report({ id: 'x', type: 'path_scan', total_incidents: 0 })).errors).toEqual([]);
  });

  it('knows a report whose long scans stand before all that would name it', async () => {
    const quiet = { id: 'c1', type: 'commit', total_incidents: 0, extra_info: { author: 'x'.repeat(70_000) } };
    const found = { id: 'c2', type: 'commit', entities_with_incidents: entities([incident([occurrence(SECRET)])]) };
    const long = { id: 'main', scans: [quiet, found], total_incidents: 1 };
    expect(leaks(await report(long))).toEqual([`${leakKey(SECRET)} LEAKED_IN file:test/a.env#L5`]);
    expect((await report({ scans: [], results: [] })).warnings).toHaveLength(1);
  });

  it('never takes a censored value for the secret', async () => {
    const censored = `${SECRET.slice(0, 4)}${'*'.repeat(8)}${SECRET.slice(-3)}`;
    const found = await report({ total_incidents: 1, entities_with_incidents: entities([incident([occurrence(censored)])]) });
    expect(leaks(found)).toEqual(['leak:redacted/test/a.env:5@- LEAKED_IN file:test/a.env#L5']);
  });

  it('tells the id from the secret, and keeps what the issuer said', async () => {
    const parts = [occurrence(KEY_ID, 'client_id'), occurrence(AWS_SECRET, 'client_secret', 6)];
    const found = await report({
      entities_with_incidents: entities([incident(parts, { validity: 'valid' })]),
      total_incidents: 1,
    });
    expect(leaks(found)).toEqual([`aws:${KEY_ID} LEAKED_IN file:test/a.env#L6`]);
    expect(found.entity(`aws:${KEY_ID}`)?.state).toBe('active');
  });
});

describe('Nosey Parker', () => {
  it('leaves out the places that a person rejected', async () => {
    const match = (line: number, status: string): object => ({
      status,
      provenance: [{ kind: 'file', path: './a.txt' }],
      location: { source_span: { start: { line, column: 1 } } },
    });
    const finding = { rule_name: 'Generic', groups: [base64(SECRET)], num_matches: 2 };
    const mixed = { ...finding, statuses: ['accept', 'reject'], matches: [match(1, 'accept'), match(2, 'reject')] };
    expect(leaks(await report([mixed]))).toEqual([`${leakKey(SECRET)} LEAKED_IN file:test/a.txt#L1`]);
    const none = await report([{ ...finding, matches: [match(1, 'reject')] }]);
    expect(leaks(none)).toEqual([]);
    expect(none.warnings).toEqual(['report.json: [0]: all its matches were rejected; ignored']);
  });

  const span = (line: number): object => ({ source_span: { start: { line, column: 1 }, end: { line, column: 9 } } });
  const commit = (key: string): object => ({
    kind: 'git_repo',
    repo_path: './.git',
    [key]: {
      commit_metadata: { commit_id: 'c4', committer_timestamp: '1767225600 +0100' },
      blob_path: 'k8s/main.key',
    },
  });

  it('reads the parts of a value, and is not misled by a file that is also in a commit', async () => {
    const finding = {
      finding_id: 'f',
      rule_name: 'AWS API Credentials',
      rule_text_id: 'np.aws.6',
      groups: [base64(KEY_ID), base64(AWS_SECRET)],
      num_matches: 1,
      matches: [{ provenance: [{ kind: 'file', path: './k8s/main.key' }, commit('first_commit')], location: span(15) }],
    };
    const found = await report(`${JSON.stringify(finding)}\n${JSON.stringify({ ...finding, groups: [base64(SECRET)] })}`);
    expect(leaks(found)).toEqual([
      `aws:${KEY_ID} LEAKED_IN file:test/k8s/main.key#L15`,
      `${leakKey(SECRET)} LEAKED_IN file:test/k8s/main.key#L15`,
    ]);
    expect(found.relationships.find(({ kind }) => kind === 'LEAKED_IN')).toMatchObject({
      firstSeen: '2026-01-01T00:00:00.000Z',
      properties: { commits: ['c4'] },
    });
  });

  it('never merges values that are no text', async () => {
    const finding = (last: number): object => ({
      rule_name: 'Generic',
      groups: [Buffer.from([0xff, 0xfe, last]).toString('base64')],
      matches: [{ provenance: [{ kind: 'file', path: 'a.bin' }], location: span(1) }],
    });
    expect(leaks(await report([finding(0x80), finding(0x81)]))).toHaveLength(2);
  });

  it('reads reports of before 0.16, and leaves out what was rejected', async () => {
    const old = {
      type: 'finding',
      rule_name: 'Generic API Key',
      match_content: SECRET,
      num_matches: 1,
      matches: [{ provenance: commit('commit_provenance'), location: span(2) }],
    };
    const found = await report([old, { ...old, match_content: OTHER, statuses: ['reject'] }]);
    expect(leaks(found)).toEqual([`${leakKey(SECRET)} LEAKED_IN file:test/k8s/main.key#L2`]);
    expect(found.warnings).toEqual(['report.json: [1]: all its matches were rejected; ignored']);
  });
});

it('reads the strings that TruffleHog 2 found in a diff', async () => {
  const finding = {
    branch: 'origin/main',
    commit: 'add config',
    commitHash: 'c6',
    date: '2026-01-02 03:04:05',
    diff: `+key = ${SECRET}`,
    path: 'conf/a.env',
    printDiff: SECRET,
    reason: 'High Entropy',
    stringsFound: [SECRET, OTHER, SECRET],
  };
  const found = await report(`${JSON.stringify(finding)}\n${JSON.stringify({ ...finding, path: 'b', stringsFound: [OTHER] })}`);
  expect(leaks(found)).toEqual(
    [
      `${leakKey(SECRET)} LEAKED_IN file:test/conf/a.env#L0`,
      `${leakKey(OTHER)} LEAKED_IN file:test/conf/a.env#L0`,
      `${leakKey(OTHER)} LEAKED_IN file:test/b#L0`,
    ].sort(),
  );
});

it('reads the issues of trufflehog3', async () => {
  const issue = {
    rule: { id: 'high-entropy', severity: 'HIGH' },
    path: 'a.py',
    line: '8',
    secret: SECRET,
    commit: 'c7',
    id: 'x',
  };
  const found = await report([issue, { ...issue, secret: OTHER, line: 9 }]);
  expect(leaks(found)).toEqual(
    [`${leakKey(SECRET)} LEAKED_IN file:test/a.py#L8`, `${leakKey(OTHER)} LEAKED_IN file:test/a.py#L9`].sort(),
  );
});
