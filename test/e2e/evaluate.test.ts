/** `interlock evaluate` as a script uses it: a case a line in, an answer a line out. */
import { describe, expect, it } from 'vitest';
import { answer, cli, cliFed, workspace } from './cli.ts';

const request = { principal: 'arn:aws:iam::111122223333:user/u', action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' };
const allowing = (statement: object = {}) => ({
  identity: [
    {
      name: 'p',
      document: {
        Version: '2012-10-17',
        Statement: [{ Sid: 'Read', Effect: 'Allow', Action: 's3:*', Resource: '*', ...statement }],
      },
    },
  ],
});
const fromOffice = { Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } };

const granted = { name: 'granted', request, policies: allowing() };
const open = { name: 'open', contextComplete: false, request, policies: allowing(fromOffice) };
const broken = { name: 'broken', request, policies: allowing({ Effect: 'Alow' }) };
const lines = (...cases: object[]): string => cases.map((one) => `${JSON.stringify(one)}\n`).join('');

describe('interlock evaluate', () => {
  it('answers each line of a file with the verdict, what decided it, and what must still hold', async () => {
    const { code, out, err } = await cli(
      workspace({ 'cases.jsonl': lines(granted, open) }),
      'evaluate',
      '--provider',
      'aws',
      '--jsonl',
      'cases.jsonl',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const because = [{ policy: 'p', statement: 'Read', effect: 'Allow' }];
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { name: 'granted', verdict: 'allowed', because, conditions: [] },
      {
        name: 'open',
        verdict: 'conditional',
        because,
        conditions: [{ text: 'aws:SourceIp IpAddress 203.0.113.0/24', key: 'aws:sourceip', class: 'position' }],
      },
    ]);
  });

  it('reads stdin, and answers a line that it cannot judge with its error while the others go on', async () => {
    const input = `${lines(broken)}\n{"name":"torn",\n${lines(granted)}`;
    const { code, out } = await cliFed(input, workspace(), 'evaluate', '--provider', 'aws', '--jsonl', '-');
    expect(code).toBe(3);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { name: 'broken', verdict: 'error', error: 'policy p: statement Read: Effect "Alow" is neither Allow nor Deny' },
      { name: 'line 3', verdict: 'error', error: expect.stringMatching(/^line 3: not JSON: .* \(line 1, column \d+\)$/) },
      { name: 'granted', verdict: 'allowed' },
    ]);
  });

  it('prints one document with --json, and a table for people', async () => {
    const folder = workspace({ 'cases.jsonl': lines(granted, open) });
    const words = ['evaluate', '--provider', 'aws', 'cases.jsonl'];
    const { items } = await answer<{ items: { name: string }[] }>(folder, words);
    expect(items.map(({ name }) => name)).toEqual(['granted', 'open']);
    const { code, out } = await cli(folder, ...words);
    expect(code).toBe(0);
    expect(out).toBe(
      'VERDICT      CASE     WHY\nallowed      granted  p Read Allow\nconditional  open     if aws:SourceIp IpAddress 203.0.113.0/24\n',
    );
  });

  it('exits 2 for a provider that it does not know, and 1 for a file that is not there', async () => {
    const unknown = await cli(workspace(), 'evaluate', '--provider', 'azure', 'x');
    expect(unknown).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/--provider: expected .*aws.*; found azure/) });
    const missing = await cli(workspace(), 'evaluate', '--provider', 'aws', 'none.jsonl');
    expect(missing).toMatchObject({ code: 1, out: '', err: expect.stringContaining('none.jsonl') });
  });
});
