import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type EvaluateCase, evaluateCase, evaluateCaseShape } from '../../../src/iam/aws/evaluate-case.ts';

const folder = new URL('../../cases/iam-aws/', import.meta.url);

for (const file of readdirSync(folder)) {
  describe(`AWS policies: ${file.replace('.json', '')}`, () => {
    const cases: (EvaluateCase & { expected: string })[] = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      expect(evaluateCase(evaluateCaseShape.parse(one)).verdict).toBe(one.expected);
    });
  });
}

describe('AWS policies that AWS would reject', () => {
  const base = { name: 'x', request: { principal: 'arn:aws:iam::111122223333:user/u', action: 's3:GetObject', resource: '*' } };
  const asked = (statement: unknown, resource?: unknown) =>
    evaluateCase(
      evaluateCaseShape.parse({
        ...base,
        policies: { identity: [{ name: 'p', document: { Version: '2012-10-17', Statement: [statement] } }], resource },
      }),
    );

  it.each([
    [
      'an unknown operator',
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringSame: { a: 'b' } } },
      /operator StringSame/,
    ],
    ['a misspelt effect', { Effect: 'Alow', Action: '*', Resource: '*' }, /Effect "Alow"/],
    ['no action', { Effect: 'Allow', Resource: '*' }, /Action is missing/],
    ['no resource', { Effect: 'Allow', Action: '*' }, /Resource is missing/],
    ['Action beside NotAction', { Effect: 'Allow', Action: '*', NotAction: 'a:b', Resource: '*' }, /exclude each other/],
    ['a principal in an identity policy', { Effect: 'Allow', Action: '*', Resource: '*', Principal: '*' }, /names no Principal/],
    ['an unknown element', { Effect: 'Allow', Action: '*', Resource: '*', Conditions: {} }, /element Conditions/],
  ])('names the statement for %s', (_, statement, message) => {
    expect(() => asked(statement)).toThrow(message);
    expect(() => asked(statement)).toThrow(/policy p: statement #0/);
  });

  it('refuses a principal with a wildcard in its name', () => {
    const resource = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Principal: { AWS: 'arn:aws:iam::111122223333:role/*' } }],
    };
    expect(() => asked({ Effect: 'Allow', Action: '*', Resource: '*' }, resource)).toThrow(
      /policy resource: statement #0: principal/,
    );
  });
});

describe('a verdict', () => {
  it('names the statements that decided', () => {
    const verdict = evaluateCase(
      evaluateCaseShape.parse({
        name: 'x',
        request: { principal: 'arn:aws:iam::111122223333:user/u', action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' },
        policies: {
          identity: [
            {
              name: 'p',
              document: { Version: '2012-10-17', Statement: { Sid: 'Read', Effect: 'Allow', Action: 's3:*', Resource: '*' } },
            },
          ],
        },
      }),
    );
    expect(verdict).toEqual({
      verdict: 'allowed',
      because: [{ policy: 'p', statement: 'Read', effect: 'Allow' }],
      conditions: [],
    });
  });

  it('says in words what must still hold, and what holding it takes', () => {
    const statement = {
      Effect: 'Allow',
      Action: 's3:*',
      Resource: '*',
      Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    };
    const verdict = evaluateCase(
      evaluateCaseShape.parse({
        name: 'x',
        contextComplete: false,
        request: { principal: 'arn:aws:iam::111122223333:user/u', action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' },
        policies: { identity: [{ name: 'p', document: { Version: '2012-10-17', Statement: statement } }] },
      }),
    );
    expect(verdict.conditions).toEqual([
      { text: 'aws:SourceIp IpAddress 203.0.113.0/24', key: 'aws:sourceip', class: 'position' },
    ]);
  });
});
