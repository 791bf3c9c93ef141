import { describe, expect, it } from 'vitest';
import { caseJudges } from '../../../src/iam/index.ts';
import { caseFile, caseFiles, casesOf, type PolicyCase } from './policy-cases.ts';

const judge = await caseJudges.aws();

interface Answer {
  readonly verdict: string;
  readonly because: readonly { readonly policy: string; readonly statement: string }[];
  readonly conditions: readonly { readonly text: string }[];
}

function hold({ expected, because, conditions, error, group, ...one }: PolicyCase): void {
  if (expected === 'error') {
    expect(() => judge(one)).toThrow(error ?? /^(policy|request)/);
    return;
  }
  const answer = judge(one) as Answer;
  expect(answer.verdict, JSON.stringify(answer)).toBe(expected);
  if (because) expect(answer.because.map(({ policy, statement }) => `${policy} ${statement}`)).toEqual(because);
  if (conditions) expect(answer.conditions.map(({ text }) => text)).toEqual(conditions);
}

describe.each(caseFiles)('AWS policies: %s', (group) => {
  it.each(casesOf(group).map((one) => [one.name, one] as const))('%s', (_, one) => hold(one));

  it('says where its cases are from', () => {
    for (const page of [caseFile(group).source].flat()) expect(page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });
});

it('conditions say what holding them takes, and nothing of how they were compared', () => {
  const [one] = casesOf('unknown-context');
  expect((judge(one) as Answer).conditions).toEqual([
    { text: 'aws:SourceIp IpAddress 203.0.113.0/24', key: 'aws:sourceip', class: 'position' },
  ]);
});
