import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowEverything, compilePolicy, IDENTITY_POLICY, type Policy } from '../../../src/iam/aws/document.ts';
import { evaluate, type PolicyLayers, type Verdict } from '../../../src/iam/aws/evaluate.ts';
import { completeFacts } from '../../../src/iam/aws/facts.ts';

const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.uniqueArray(fc.constantFrom('*', 's3:*', 's3:Get*', 's3:GetObject', 's3:PutObject', 'sqs:*'), {
    minLength: 1,
    maxLength: 3,
  }),
  Resource: fc.constantFrom('*', 'arn:aws:s3:::a/*', 'arn:aws:s3:::a/k', 'arn:aws:s3:::b/*', 'arn:aws:s3:::${aws:username}/*'),
  Condition: fc.constantFrom(
    undefined,
    { StringEquals: { 'aws:PrincipalTag/t': 'x' } },
    { StringNotEquals: { 'aws:PrincipalTag/t': 'x' } },
  ),
});
const statements = fc.array(statement, { maxLength: 6 });
const request = fc.record({
  action: fc.constantFrom('s3:GetObject', 's3:PutObject', 'sqs:SendMessage'),
  resource: fc.constantFrom('arn:aws:s3:::a/k', 'arn:aws:s3:::b/k', 'arn:aws:s3:::u/k', '*'),
  tag: fc.constantFrom('x', 'y', undefined),
});

const policy = (list: readonly unknown[]): Policy =>
  compilePolicy(
    'p',
    { Version: '2012-10-17', Statement: list.length > 0 ? list : [{ Effect: 'Deny', Action: 'none:none', Resource: '*' }] },
    IDENTITY_POLICY,
  );

function ask(
  layers: PolicyLayers,
  { action, resource, tag }: { action: string; resource: string; tag: string | undefined },
): Verdict {
  const arn = 'arn:aws:iam::111122223333:user/u';
  const facts = completeFacts({ 'aws:username': 'u', ...(tag !== undefined && { 'aws:PrincipalTag/t': tag }) });
  return evaluate(
    { who: { arn, type: 'iam', account: '111122223333' }, action, resource, resourceAccount: '111122223333', facts },
    layers,
  );
}

const allows = (verdict: Verdict): boolean => verdict.verdict === 'allowed' || verdict.verdict === 'conditional';

describe('AWS evaluation, for any policies', () => {
  it('gains nothing from one more deny', () => {
    fc.assert(
      fc.property(statements, statement, request, (list, more, asked) => {
        const before = ask({ identity: [policy(list)] }, asked);
        const after = ask({ identity: [policy([...list, { ...more, Effect: 'Deny' }])] }, asked);
        expect(allows(after) && !allows(before)).toBe(false);
      }),
    );
  });

  it('gains nothing from the loss of an allow', () => {
    fc.assert(
      fc.property(statements, fc.nat(), request, (list, at, asked) => {
        const lost = list.filter((one, i) => one.Effect === 'Deny' || i !== at % Math.max(1, list.length));
        expect(allows(ask({ identity: [policy(lost)] }, asked)) && !allows(ask({ identity: [policy(list)] }, asked))).toBe(false);
      }),
    );
  });

  it('gains nothing from a boundary', () => {
    fc.assert(
      fc.property(statements, statements, request, (list, limit, asked) => {
        const bound = ask({ identity: [policy(list)], boundary: [policy(limit)] }, asked);
        expect(allows(bound) && !allows(ask({ identity: [policy(list)] }, asked))).toBe(false);
      }),
    );
  });

  it('loses nothing under a boundary and a guardrail that allow everything', () => {
    fc.assert(
      fc.property(statements, request, (list, asked) => {
        const bound = { identity: [policy(list)], boundary: [allowEverything], serviceControl: [[allowEverything]] };
        expect(ask(bound, asked).verdict).toBe(ask({ identity: [policy(list)] }, asked).verdict);
      }),
    );
  });

  it('does not care for the order of statements, nor for how they are spread over policies', () => {
    fc.assert(
      fc.property(statements, request, (list, asked) => {
        const verdict = ask({ identity: [policy(list)] }, asked).verdict;
        expect(ask({ identity: [policy([...list].reverse())] }, asked).verdict).toBe(verdict);
        expect(ask({ identity: list.map((one) => policy([one])) }, asked).verdict).toBe(verdict);
      }),
    );
  });
});
