import { describe, expect, it } from 'vitest';
import { caseJudges } from '../../../src/iam/index.ts';
import { caseFile, caseFiles, casesOf, type PolicyCase } from './policy-cases.ts';

const judge = await caseJudges.aws();

interface Answer {
  readonly verdict: string;
  readonly error?: string;
  readonly because: readonly { readonly policy: string; readonly statement: string; readonly effect: string }[];
  readonly conditions: readonly { readonly text: string }[];
}

function hold({ expected, because, conditions, error, group, ...one }: PolicyCase): void {
  if (expected === 'error') {
    const { error: told = '', because: decided = [] } = errorOf(one);
    expect(told).toMatch(error ?? /^(policy|request)/);
    const broken = /^policy ([^:]+): /.exec(told)?.[1];
    expect(decided.filter(({ effect, policy }) => effect === 'Allow' && policy === broken)).toEqual([]);
    return;
  }
  const answer = judge(one) as Answer;
  expect(answer.verdict, JSON.stringify(answer)).toBe(expected);
  if (because) expect(answer.because.map(({ policy, statement }) => `${policy} ${statement}`)).toEqual(because);
  if (conditions) expect(answer.conditions.map(({ text }) => text)).toEqual(conditions);
}

/** A request that is none has no verdict; a policy that AWS would reject decides nothing. */
function errorOf(one: object): Partial<Answer> {
  try {
    return judge(one) as Answer;
  } catch (error) {
    return { error: (error as Error).message };
  }
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

it('one policy that AWS would reject does not hide the others', () => {
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  const policy = (name: string, more: object) => ({
    name,
    document: { Version: '2012-10-17', Statement: { ...statement, ...more } },
  });
  const one = {
    name: 'mixed',
    request: { principal: 'arn:aws:iam::111122223333:user/u', action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' },
    policies: { identity: [policy('broken', { Effect: 'Alow' }), policy('sound', {})] },
  };
  expect(judge(one)).toMatchObject({
    verdict: 'allowed',
    because: [{ policy: 'sound', statement: '#0' }],
    error: 'policy broken: statement #0: Effect "Alow" is neither Allow nor Deny',
  });
});
