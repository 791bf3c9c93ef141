import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowEverything, compilePolicy, IDENTITY_POLICY, type Policy, RESOURCE_POLICY } from '../../../src/iam/aws/document.ts';
import { evaluate, type PolicyLayers, type Verdict } from '../../../src/iam/aws/evaluate.ts';
import { completeFacts, type KeyFacts, unknown } from '../../../src/iam/aws/facts.ts';
import { keyClass } from '../../../src/iam/aws/keys.ts';
import type { Requester } from '../../../src/iam/aws/principal.ts';

const ACCOUNT = '111122223333';
const USER = `arn:aws:iam::${ACCOUNT}:user/u`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/r`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`;

interface Written {
  readonly Effect: string;
  readonly Action?: string[];
  readonly NotAction?: string[];
  readonly Resource: string;
  readonly Condition?: object | undefined;
}

const TAG = 'aws:PrincipalTag/t';
const condition = fc.constantFrom(
  undefined,
  { StringEquals: { [TAG]: 'x' } },
  { StringNotEquals: { [TAG]: 'x' } },
  { StringEqualsIfExists: { [TAG]: ['x', 'y'] } },
  { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['a*'] } },
  { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
  { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' }, StringEquals: { [TAG]: '${aws:username}' } },
  { Null: { [TAG]: 'true' } },
  { Null: { 'aws:TagKeys': 'false' }, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
  { NumericLessThan: { 'aws:MultiFactorAuthAge': '60' } },
);
const actions = fc.uniqueArray(fc.constantFrom('*', 's3:*', 's3:Get*', 's3:GetObject', 's3:PutObject', 'sqs:*', 'kms:*'), {
  minLength: 1,
  maxLength: 3,
});
const statement: fc.Arbitrary<Written> = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    list: actions,
    isNot: fc.boolean(),
    Resource: fc.constantFrom(
      '*',
      'arn:aws:s3:::a/*',
      'arn:aws:s3:::a/k',
      'arn:aws:s3:::b/*',
      'arn:aws:s3:::${aws:username}/*',
      'arn:aws:*:u-*',
    ),
    Condition: condition,
  })
  .map(({ list, isNot, ...rest }) => ({ ...rest, ...(isNot ? { NotAction: list } : { Action: list }) }));
const allow = statement.map((one) => ({ ...one, Effect: 'Allow' }));
const principal = fc.constantFrom<object>(
  { Principal: '*' },
  { Principal: { AWS: ACCOUNT } },
  { Principal: { AWS: USER } },
  { Principal: { AWS: [ROLE, USER] } },
  { Principal: { AWS: SESSION } },
  { NotPrincipal: { AWS: [USER, ACCOUNT] } },
  { Principal: { Service: 'lambda.amazonaws.com' } },
);
const statements = fc.array(statement, { maxLength: 5 });
const granted = fc.array(
  fc.tuple(statement, principal).map(([one, who]) => ({ ...one, ...who })),
  { maxLength: 3 },
);

const whoever = fc.constantFrom<Requester>(
  { arn: USER, type: 'iam', account: ACCOUNT, isNameless: true },
  { arn: SESSION, type: 'iam', account: ACCOUNT, isNameless: true },
  { arn: ROLE, type: 'iam', account: ACCOUNT, isNameless: true },
  { arn: `arn:aws:iam::${ACCOUNT}:root`, type: 'iam', account: ACCOUNT, isNameless: true },
  { arn: null, type: 'anonymous' },
  { arn: null, type: 'service', name: 'lambda.amazonaws.com' },
);
const request = fc.record({
  who: whoever,
  action: fc.constantFrom<string>('s3:GetObject', 's3:PutObject', 'sqs:SendMessage', 'kms:Decrypt', 'sts:AssumeRole'),
  resource: fc.constantFrom(
    'arn:aws:s3:::a/k',
    'arn:aws:s3:::b/k',
    'arn:aws:s3:::u/k',
    `arn:aws:sqs:eu-west-1:${ACCOUNT}:u-1`,
    '*',
  ),
  resourceAccount: fc.constantFrom(ACCOUNT, '444455556666'),
  context: fc.record(
    {
      'aws:username': fc.constant('u'),
      [TAG]: fc.constantFrom('x', 'y', 'u'),
      'aws:TagKeys': fc.array(fc.constantFrom('a', 'ab', 'b', ''), { maxLength: 2 }),
      'aws:MultiFactorAuthPresent': fc.constantFrom('true', 'false'),
      'aws:MultiFactorAuthAge': fc.constantFrom('30', '90'),
      'aws:SourceIp': fc.constantFrom('203.0.113.7', '198.51.100.1'),
    },
    { requiredKeys: [] },
  ),
});
type Asked = typeof request extends fc.Arbitrary<infer T> ? T : never;

const policy = (list: readonly object[], kind = IDENTITY_POLICY): Policy =>
  compilePolicy('p', { Version: '2012-10-17', Statement: list }, kind);

const written = fc.record({
  identity: statements,
  boundary: fc.option(statements),
  session: fc.option(statements),
  resource: fc.option(granted),
  serviceControl: fc.array(statements, { maxLength: 2 }),
});
type WrittenLayers = typeof written extends fc.Arbitrary<infer T> ? T : never;

const layersOf = ({ identity, boundary, session, resource, serviceControl }: WrittenLayers): PolicyLayers => ({
  identity: [policy(identity)],
  boundary: boundary && [policy(boundary)],
  session: session && [policy(session)],
  resource: resource && policy(resource, RESOURCE_POLICY),
  serviceControl: serviceControl.map((level) => [policy(level)]),
});

/** What the context lacks is absent, or known only to the caller. */
const isComplete = { complete: completeFacts, open: openFacts } as const;

function openFacts(context: Asked['context']): KeyFacts {
  const known = completeFacts(context as Record<string, string>);
  return (key) => (known(key).kind === 'absent' ? unknown(keyClass(key)) : known(key));
}

function ask(layers: PolicyLayers, { context, ...asked }: Asked, facts: keyof typeof isComplete = 'complete'): Verdict {
  return evaluate({ ...asked, facts: isComplete[facts](context as Record<string, string>) }, layers);
}

const RANK = { allowed: 2, conditional: 1, 'implicit-deny': 0, 'explicit-deny': 0 } as const;
/** How much a verdict gives. */
const rank = ({ verdict }: Verdict): number => RANK[verdict];
const either = fc.constantFrom('complete', 'open');

describe('AWS evaluation, for any policies', () => {
  it('gains nothing from one more deny, in any layer', () => {
    const layer = fc.constantFrom('identity', 'boundary', 'session', 'serviceControl');
    fc.assert(
      fc.property(written, statement, layer, request, either, (given, more, place, asked, facts) => {
        const denial = [{ ...more, Effect: 'Deny' }];
        const added: WrittenLayers =
          place === 'serviceControl'
            ? { ...given, serviceControl: given.serviceControl.map((level) => [...level, ...denial]) }
            : { ...given, [place]: [...(given[place] ?? [{ Effect: 'Allow', Action: ['*'], Resource: '*' }]), ...denial] };
        expect(rank(ask(layersOf(added), asked, facts))).toBeLessThanOrEqual(rank(ask(layersOf(given), asked, facts)));
      }),
      { numRuns: 200 },
    );
  });

  it('gains nothing from a boundary, a session policy or a level of service control', () => {
    const layer = fc.constantFrom('boundary', 'session', 'serviceControl');
    fc.assert(
      fc.property(written, statements, layer, request, either, (given, limit, place, asked, facts) => {
        const before = {
          ...given,
          boundary: place === 'boundary' ? null : given.boundary,
          session: place === 'session' ? null : given.session,
        };
        const after =
          place === 'serviceControl'
            ? { ...before, serviceControl: [...before.serviceControl, limit] }
            : { ...before, [place]: limit };
        expect(rank(ask(layersOf(after), asked, facts))).toBeLessThanOrEqual(rank(ask(layersOf(before), asked, facts)));
      }),
      { numRuns: 200 },
    );
  });

  it('gains nothing from the loss of an allow, in any layer that is there', () => {
    fc.assert(
      fc.property(written, fc.nat(), request, either, (given, at, asked, facts) => {
        const without = <T extends { Effect: string }>(list: readonly T[]): T[] =>
          list.filter((one, i) => one.Effect === 'Deny' || i !== at % Math.max(1, list.length));
        const lost = {
          identity: without(given.identity),
          boundary: given.boundary && without(given.boundary),
          session: given.session && without(given.session),
          resource: given.resource && without(given.resource),
          serviceControl: given.serviceControl.map(without),
        };
        expect(rank(ask(layersOf(lost), asked, facts))).toBeLessThanOrEqual(rank(ask(layersOf(given), asked, facts)));
      }),
      { numRuns: 200 },
    );
  });

  it('loses nothing by one more allow', () => {
    fc.assert(
      fc.property(written, allow, request, (given, more, asked) => {
        const added = { ...given, identity: [...given.identity, more] };
        expect(rank(ask(layersOf(added), asked))).toBeGreaterThanOrEqual(rank(ask(layersOf(given), asked)));
      }),
      { numRuns: 150 },
    );
  });

  it('loses nothing under a guardrail that allows everything', () => {
    fc.assert(
      fc.property(written, request, (given, asked) => {
        const layers = layersOf({ ...given, boundary: null, resource: null });
        const bound = {
          ...layers,
          boundary: [allowEverything],
          serviceControl: [...(layers.serviceControl ?? []), [allowEverything]],
        };
        expect(ask(bound, asked).verdict).toBe(ask(layers, asked).verdict);
      }),
      { numRuns: 150 },
    );
  });

  it('does not care for the order of statements and levels, nor for how they are spread over policies', () => {
    fc.assert(
      fc.property(written, request, either, (given, asked, facts) => {
        const { verdict, conditions } = ask(layersOf(given), asked, facts);
        const turned = ask(
          layersOf({
            identity: [...given.identity].reverse(),
            boundary: given.boundary && [...given.boundary].reverse(),
            session: given.session && [...given.session].reverse(),
            resource: given.resource && [...given.resource].reverse(),
            serviceControl: [...given.serviceControl].reverse(),
          }),
          asked,
          facts,
        );
        expect(turned.verdict).toBe(verdict);
        const spread = ask({ ...layersOf(given), identity: given.identity.map((one) => policy([one])) }, asked, facts);
        expect({ verdict: spread.verdict, conditions: spread.conditions }).toEqual({ verdict, conditions });
      }),
      { numRuns: 150 },
    );
  });

  it('does not care for the case of actions and of condition keys', () => {
    const upper = (list: readonly string[] | undefined) => list?.map((text) => text.toUpperCase());
    const shouted = ({ Action, NotAction, ...one }: Written) => ({
      ...one,
      ...(Action ? { Action: upper(Action) } : { NotAction: upper(NotAction) }),
    });
    fc.assert(
      fc.property(written, request, (given, asked) => {
        const loud = { ...layersOf(given), identity: [policy(given.identity.map(shouted))] };
        const context = Object.fromEntries(Object.entries(asked.context).map(([key, value]) => [key.toUpperCase(), value]));
        const { verdict } = ask(layersOf(given), asked);
        expect(ask(loud, { ...asked, action: asked.action.toUpperCase(), context }).verdict).toBe(verdict);
      }),
      { numRuns: 150 },
    );
  });

  it('is sure where the context is complete', () => {
    fc.assert(
      fc.property(written, request, (given, asked) => {
        const { verdict, conditions } = ask(layersOf(given), asked);
        expect(verdict).not.toBe('conditional');
        expect(conditions).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('says of an open request what holds however it is completed', () => {
    fc.assert(
      fc.property(written, request, request, (given, asked, other) => {
        const open = ask(layersOf(given), { ...asked, context: {} }, 'open').verdict;
        const complete = ask(layersOf(given), { ...asked, context: other.context }).verdict;
        if (open === 'allowed') expect(complete).toBe('allowed');
        if (open === 'explicit-deny') expect(complete).toBe('explicit-deny');
        if (open === 'implicit-deny') expect(complete).not.toBe('allowed');
      }),
      { numRuns: 600 },
    );
  });
});
