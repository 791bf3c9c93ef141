import { describe, expect, it } from 'vitest';
import { reading } from './reading.ts';
import { details, iam, key, role } from './sample.ts';

const GITHUB = 'token.actions.githubusercontent.com';

interface Statement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly Condition?: unknown;
}

const federated = (issuer: string, ...statements: readonly Statement[]) => ({
  Version: '2012-10-17',
  Statement: statements.map((one) => ({
    Effect: 'Allow',
    Principal: { Federated: issuer.includes('cognito') ? issuer : iam(`oidc-provider/${issuer}`) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    ...one,
  })),
});

const found = async (trusted: unknown) => {
  const { relationships, entity } = await reading({ 'a.json': details({ roles: [role('deploy', trusted)] }) });
  return {
    relationships,
    entity,
    assumes: relationships.filter(({ kind }) => kind === 'CAN_ASSUME'),
    open: relationships.filter(({ source }) => source === 'external:anyone'),
  };
};

const trusting = (condition: unknown, issuer = GITHUB) => found(federated(issuer, { Condition: condition }));

describe('whom a federated trust lets in', () => {
  it('keeps an asterisk of StringEquals apart from the wildcard of StringLike', async () => {
    const equal = await trusting({ StringEquals: { [`${GITHUB}:sub`]: 'repo:acme/shop:*' } });
    const like = await trusting({ StringLike: { [`${GITHUB}:sub`]: 'repo:acme/shop:*' } });
    expect(equal.assumes.map(({ source }) => source)).toEqual([`external:oidc/${GITHUB}/repo:acme/shop:\${*}`]);
    expect(like.assumes.map(({ source }) => source)).toEqual([`external:oidc/${GITHUB}/repo:acme/shop:*`]);
  });

  it('takes each of several patterns, and keeps a second test of the subject', async () => {
    const { assumes, entity } = await trusting({
      StringLike: { [`${GITHUB}:sub`]: ['repo:acme/shop:*', 'repo:acme/lab:*'] },
      StringEquals: { [`${GITHUB}:sub`]: 'repo:acme/shop:pull_request', [`${GITHUB}:aud`]: 'sts.amazonaws.com' },
    });
    expect(assumes).toHaveLength(1);
    expect(entity(assumes[0]?.source ?? '')?.properties).toEqual({
      issuer: GITHUB,
      subject: 'repo:acme/shop:pull_request',
      claims: [{ claim: 'sub', patterns: ['repo:acme/shop:*', 'repo:acme/lab:*'] }],
    });
    expect(assumes[0]).toMatchObject({ certainty: 'definite', properties: { trust: 'oidc', missing: [], width: 'tenant' } });
  });

  it('names other claims in the key, and doubts a claim that STS does not pass on', async () => {
    const sub = { [`${GITHUB}:sub`]: 'repo:acme/*' };
    const workflow = 'acme/flows/.github/workflows/deploy.yml@refs/heads/main';
    const passed = await trusting({ StringLike: sub, StringEquals: { [`${GITHUB}:job_workflow_ref`]: workflow } });
    expect(passed.assumes).toMatchObject([
      { source: `external:oidc/${GITHUB}/repo:acme/*;job_workflow_ref=${workflow}`, certainty: 'definite' },
    ]);
    const doubted = await trusting({ StringLike: sub, StringEquals: { [`${GITHUB}:repository_owner`]: 'acme' } });
    expect(doubted.assumes).toMatchObject([
      { source: `external:oidc/${GITHUB}/repo:acme/*;repository_owner=acme`, certainty: 'conditional' },
    ]);
  });

  it('turns a Deny into what the subject must not be', async () => {
    const { assumes } = await found(
      federated(
        GITHUB,
        { Condition: { StringLike: { [`${GITHUB}:sub`]: 'repo:acme/shop:*' } } },
        { Effect: 'Deny', Condition: { StringEquals: { [`${GITHUB}:sub`]: 'repo:acme/shop:pull_request' } } },
      ),
    );
    expect(assumes.map(({ source }) => source)).toEqual([
      `external:oidc/${GITHUB}/repo:acme/shop:*;sub!=repo:acme/shop:pull_request`,
    ]);
  });

  it('lets nobody in past a Deny without a condition', async () => {
    expect((await found(federated(GITHUB, {}, { Effect: 'Deny' }))).assumes).toEqual([]);
  });

  it.each([
    ['nothing', undefined, 'issuer', ['sub', 'aud']],
    ['the audience alone', { StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' } }, 'issuer', ['sub']],
    ['any repository', { StringLike: { [`${GITHUB}:sub`]: 'repo:*' } }, 'issuer', ['aud']],
    ['a branch of any repository', { StringLike: { [`${GITHUB}:sub`]: 'repo:*:ref:refs/heads/main' } }, 'issuer', ['aud']],
  ])('lets everybody in where it asks for %s', async (_, condition, width, missing) => {
    const { assumes, open } = await trusting(condition);
    expect(assumes[0]?.properties).toMatchObject({ width, missing });
    expect(open).toMatchObject([{ kind: 'MEMBER_OF', target: assumes[0]?.source, certainty: 'definite' }]);
  });

  it('calls a name that goes on after a wildcard one that others may register', async () => {
    const { assumes, open } = await trusting({ StringLike: { [`${GITHUB}:sub`]: 'repo:acme*' } });
    expect(assumes[0]?.properties).toMatchObject({ width: 'open-name' });
    expect(open).toMatchObject([{ certainty: 'possible' }]);
  });

  it('trusts one organisation only where its pattern, or the issuer, is its own', async () => {
    expect((await trusting({ StringLike: { [`${GITHUB}:sub`]: 'repo:acme/*' } })).open).toEqual([]);
    const cluster = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF';
    const { assumes, open } = await trusting({ StringEquals: { [`${cluster}:aud`]: 'sts.amazonaws.com' } }, cluster);
    expect(open).toEqual([]);
    expect(assumes).toMatchObject([{ source: `external:oidc/${cluster}/*`, properties: { width: 'issuer', shared: false } }]);
  });

  it('lets everybody in where a trust in Cognito names no identity pool', async () => {
    const issuer = 'cognito-identity.amazonaws.com';
    const amr = { 'ForAnyValue:StringLike': { [`${issuer}:amr`]: 'authenticated' } };
    expect((await trusting(amr, issuer)).open).toHaveLength(1);
    expect((await trusting({ ...amr, StringEquals: { [`${issuer}:aud`]: 'eu-west-1:pool' } }, issuer)).open).toEqual([]);
  });

  it('takes the sign-in audience of SAML for granted', async () => {
    const provider = iam('saml-provider/okta');
    const trusted = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: provider },
          Action: 'sts:AssumeRoleWithSAML',
          Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
        },
      ],
    };
    expect((await found(trusted)).assumes).toMatchObject([
      { source: `aws:${provider}`, target: key('role/deploy'), certainty: 'definite', properties: { trust: 'saml' } },
    ]);
  });
});
