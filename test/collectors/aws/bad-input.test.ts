import { describe, expect, it } from 'vitest';
import { reading } from './reading.ts';
import { ACCOUNT, details, document, iam, item, key, OTHER, role, snapshot, trust, user } from './sample.ts';

const get = { Action: 's3:GetObject' };
const shop = item('S3::Bucket', 'arn:aws:s3:::shop');
const readers = async (
  users: readonly unknown[],
  more: Parameters<typeof details>[0] = {},
  things: readonly unknown[] = [shop],
) => {
  const found = await reading({ [`${ACCOUNT}/a.json`]: details({ users, ...more }), [`${ACCOUNT}/c.json`]: snapshot(...things) });
  const granted = found.relationships.filter(({ kind }) => kind === 'HAS_GRANT').map(({ source }) => source);
  return { ...found, granted };
};
const inline = (name: string, statement: Record<string, unknown>) => ({
  UserPolicyList: [{ PolicyName: name, PolicyDocument: { Version: '2012-10-17', Statement: [{ Sid: 'odd', ...statement }] } }],
});

describe('a policy that AWS would reject', () => {
  it.each([
    ['a misspelt effect', { Effect: 'Alow', ...get, Resource: '*' }, 'Effect "Alow" is neither Allow nor Deny'],
    [
      'an unknown operator',
      { Effect: 'Allow', ...get, Resource: '*', Condition: { StringSame: { a: 'b' } } },
      'condition operator StringSame is unknown',
    ],
    ['no resource', { Effect: 'Allow', ...get }, 'Resource is missing'],
    ['a principal', { Effect: 'Allow', ...get, Resource: '*', Principal: '*' }, 'an identity policy names no Principal'],
  ])('is told by policy and statement, and grants nothing: %s', async (_, statement, problem) => {
    const { granted, warnings, scopes } = await readers([user('one', [], inline('mine', statement)), user('two', [get])]);
    expect(warnings).toContain(
      `account ${ACCOUNT}: ${iam('user/one')}/mine: statement odd: ${problem}; the policy grants nothing`,
    );
    expect(granted).toEqual([key('user/two')]);
    expect(scopes[0]?.coverage).toBe('complete');
  });

  it('lets nobody assume a role whose trust names a bare ARN', async () => {
    const trusted = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: iam('user/one'), Action: 'sts:AssumeRole' }],
    };
    const { edges, warnings } = await readers([user('one', [{ Action: 'sts:AssumeRole' }])], {
      roles: [role('bare', trusted), role('sound', trust({ AWS: iam('user/one') }))],
    });
    expect(edges.filter((edge) => edge.includes('CAN_ASSUME'))).toEqual([`${key('user/one')} CAN_ASSUME ${key('role/sound')}`]);
    expect(warnings.join('\n')).toMatch(/role\/bare trust policy: statement #0: Principal/);
  });

  it('does not take its sound denials from a thing, nor hide the policies beside it', async () => {
    const mixed = inline('mine', { Effect: 'Alow', ...get, Resource: '*' });
    const [first] = mixed.UserPolicyList;
    const both = { UserPolicyList: [first, { PolicyName: 'sound', PolicyDocument: document(get) }] };
    expect((await readers([user('one', [], both)])).granted).toEqual([key('user/one')]);
  });
});

describe('a managed policy that is in no file', () => {
  it('is a gap of the account, and leaves what it may deny unsure', async () => {
    const attached = { AttachedManagedPolicies: [{ PolicyName: 'gone', PolicyArn: iam('policy/gone') }] };
    const { relationships, scopes } = await readers([user('one', [get], attached)]);
    expect(scopes[0]?.missing.join('\n')).toContain(`${iam('policy/gone')}: set on one, and its document is in no file`);
    expect(relationships.filter(({ kind }) => kind === 'CAN_READ').map(({ certainty }) => certainty)).toEqual(['possible']);
  });
});

it('names the roles of other accounts that an earlier account controls', async () => {
  const actions = ['iam:PassRole', 'cloudformation:CreateStackSet', 'cloudformation:CreateStackInstances'];
  const sets = role('sets', trust({ Service: 'cloudformation.amazonaws.com' }), [{ Action: 'sts:AssumeRole' }]);
  const late = role('late', trust({ AWS: iam('role/sets') }), [], {}, OTHER);
  const found = await reading({
    'a.json': details({ users: [user('one', [{ Action: actions }])], roles: [sets] }),
    'b.json': details({ roles: [late] }),
  });
  const first = found.said.filter((fact) => fact.type === 'facts').filter(({ scope }) => scope === ACCOUNT);
  const named = new Set(first.flatMap(({ entities }) => entities.map(({ key: known }) => known)));
  const ends = first.flatMap(({ relationships }) => relationships).filter(({ kind }) => kind === 'CAN_CONTROL');
  expect(ends.map(({ target }) => target)).toContain(key('role/late', OTHER));
  expect(ends.filter(({ target }) => !named.has(target))).toEqual([]);
});

it('counts a configuration that cannot be unpacked for nothing', async () => {
  const broken = item('EC2::Instance', `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-1`, {
    configuration: { userData: Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]).toString('base64') },
  });
  const odd = item('Lambda::Function', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`, {
    configuration: { environment: { variables: ['x', 7, null] } },
  });
  const { errors, relationships } = await readers([], {}, [broken, odd]);
  expect(errors).toEqual([]);
  expect(relationships.filter(({ kind }) => kind === 'EXPOSES')).toEqual([]);
});
