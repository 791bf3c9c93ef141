import { describe, expect, it } from 'vitest';
import { reading } from './reading.ts';
import { ACCOUNT, details, iam, item, key, role, snapshot, trust, user } from './sample.ts';

const ada = user('ada', [{ Action: ['codecommit:GitPull', 's3:GetObject'] }]);
const estate = (...answers: readonly unknown[]): Record<string, string> => ({
  [`${ACCOUNT}/a.json`]: details({ users: [ada], roles: [role('worker', trust({ Service: 'ec2.amazonaws.com' }))] }),
  [`${ACCOUNT}/c.json`]: snapshot(
    item('CodeCommit::Repository', `arn:aws:codecommit:us-east-1:${ACCOUNT}:shop`),
    item('S3::Bucket', 'arn:aws:s3:::shop'),
  ),
  ...Object.fromEntries(answers.map((answer, at) => [`${ACCOUNT}/answer-${at}.json`, JSON.stringify(answer)])),
});

describe('credentials beside access keys', () => {
  it('bounds a key for one service to what its user may do there', async () => {
    const ssh = { UserName: 'ada', SSHPublicKeyId: 'APKA0EXAMPLE00000001', Status: 'Active', UploadDate: '2026-01-03T00:00:00Z' };
    const found = await reading(estate({ SSHPublicKeys: [ssh] }));
    const source = 'aws:APKA0EXAMPLE00000001';
    expect(found.entity(source)).toMatchObject({ kind: 'Credential', state: 'active', properties: { type: 'ssh-public-key' } });
    expect(found.edges).toContain(`${source} ACTS_FOR ${key('user/ada')}`);
    const grants = found.relationships.filter((edge) => edge.source === source && edge.kind === 'HAS_GRANT');
    const rights = found.relationships.filter((edge) => grants.some(({ target }) => target === edge.source));
    expect(rights.map(({ kind, target }) => `${kind} ${target}`)).toEqual([
      `CAN_READ aws:arn:aws:codecommit:us-east-1:${ACCOUNT}:shop`,
    ]);
  });

  it('knows when a service-specific credential ends, and that a signing certificate opens nothing any more', async () => {
    const found = await reading(
      estate(
        {
          ServiceSpecificCredentials: [
            {
              UserName: 'ada',
              Status: 'Inactive',
              ServiceName: 'bedrock.amazonaws.com',
              ServiceSpecificCredentialId: 'ACCA0EXAMPLE00000001',
              CreateDate: '2026-01-03T00:00:00Z',
              ExpirationDate: '2026-02-03T00:00:00Z',
            },
          ],
        },
        { Certificates: [{ UserName: 'ada', CertificateId: 'CERT01', Status: 'Active', CertificateBody: 'x', UploadDate: 0 }] },
      ),
    );
    expect(found.entity('aws:ACCA0EXAMPLE00000001')).toMatchObject({ state: 'inactive', expiresAt: '2026-02-03T00:00:00.000Z' });
    const certificate = `aws:${iam('user/ada')}/signing-certificate/CERT01`;
    expect(found.relationships.filter(({ source }) => source === certificate).map(({ kind }) => kind)).toEqual(['ACTS_FOR']);
  });

  it('takes a login profile for a password where no report tells', async () => {
    const found = await reading(estate({ LoginProfile: { UserName: 'ada', CreateDate: '2026-01-03T00:00:00Z' } }));
    expect(found.entity(`aws:${iam('user/ada')}/login-profile`)).toMatchObject({
      state: 'active',
      properties: { type: 'console-password', createdAt: '2026-01-03T00:00:00.000Z' },
    });
  });

  it('names a wrong entry, and keeps the entry beside it', async () => {
    const found = await reading(
      estate({
        SSHPublicKeys: [{ UserName: 'ada' }, { UserName: 'ada', SSHPublicKeyId: 'APKA0EXAMPLE00000002', Status: 'Active' }],
      }),
    );
    expect(found.errors.join('\n')).toMatch(/answer-0\.json: SSHPublicKeys\[0\]/);
    expect(found.entity('aws:APKA0EXAMPLE00000002')).toBeDefined();
  });
});

describe('the root user', () => {
  const header =
    'user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_rotated';
  const line = `<root_account>,${iam('root')},2020-01-01T00:00:00+00:00,not_supported,2026-01-02T00:00:00+00:00,false,true,2020-01-01T00:00:00+00:00`;
  const account = `aws:account/${ACCOUNT}`;

  it('controls its account, and its keys are counted', async () => {
    const found = await reading({ ...estate(), [`${ACCOUNT}/report.csv`]: `${header}\n${line}\n` });
    expect(found.entity(key('root'))).toMatchObject({
      kind: 'User',
      properties: { type: 'root', mfa: false, activeAccessKeys: 1 },
    });
    const grant = found.relationships.find(({ source }) => source === key('root'));
    expect(found.relationships.filter(({ source }) => source === grant?.target)).toMatchObject([
      { kind: 'CAN_CONTROL', target: account, certainty: 'definite' },
    ]);
  });

  it('is held by service control policies in a member account', async () => {
    const deny = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Deny', Action: '*', Resource: '*' } });
    const organization = {
      Organization: { Id: 'o-acme', MasterAccountId: '444455556666' },
      Roots: [{ Id: 'r-1', PolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] }],
      Accounts: [{ Id: ACCOUNT, ParentId: 'r-1' }],
      Policies: [{ Name: 'no', Type: 'SERVICE_CONTROL_POLICY', Content: deny, Targets: [{ TargetId: ACCOUNT }] }],
    };
    const found = await reading({ ...estate(organization), [`${ACCOUNT}/report.csv`]: `${header}\n${line}\n` });
    const controls = found.relationships.filter(({ kind, target }) => kind === 'CAN_CONTROL' && target === account);
    expect(controls.map(({ certainty }) => certainty)).toEqual(['conditional']);
  });
});

describe('services that a principal used', () => {
  const services = [
    {
      ServiceName: 'Amazon S3',
      ServiceNamespace: 's3',
      LastAuthenticated: '2026-01-09T00:00:00Z',
      LastAuthenticatedEntity: iam('role/worker'),
    },
    { ServiceName: 'AWS IAM', ServiceNamespace: 'iam' },
  ];

  it.each([
    ['as the saved answer says', { Arn: iam('role/worker') }],
    ['as the entity that used them', {}],
  ])('says which granted services are used, of whom %s', async (_, more) => {
    const found = await reading(
      estate({ JobStatus: 'COMPLETED', JobCompletionDate: '2026-01-10T00:00:00Z', ServicesLastAccessed: services, ...more }),
    );
    expect(found.entity(key('role/worker'))?.properties?.['serviceAccess']).toEqual({
      at: '2026-01-10T00:00:00.000Z',
      used: [{ service: 's3', lastUsed: '2026-01-09T00:00:00.000Z' }],
      unused: ['iam'],
    });
  });

  it('asks whose answer it is where nothing tells', async () => {
    const found = await reading(estate({ JobStatus: 'COMPLETED', ServicesLastAccessed: services.slice(1) }));
    expect(found.errors.join('\n')).toMatch(/whose answer it is cannot be told; add the principal's ARN as "Arn"/);
  });
});
