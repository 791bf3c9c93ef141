import { describe, expect, it } from 'vitest';
import { systemOf } from '../../../../src/analysis/plan/steps/index.ts';
import type { Subject } from '../../../../src/analysis/plan/steps/subject.ts';
import type { Entity, Properties } from '../../../../src/model/entity.ts';
import { parseGithubStep } from '../../../../src/model/github-actions.ts';
import { kindOfKey } from '../../../../src/model/kind-of-key.ts';

const subject = (key: string, properties: Properties = {}): Subject => ({
  key,
  kind: kindOfKey(key) ?? 'Credential',
  entity: { key, properties } as Entity,
  identities: [],
});
const system = systemOf('github:acme/shop');

describe('what GitHub can do', () => {
  it.each([
    [
      subject('github:acme/shop/keys/17', { sshFingerprint: 'abc' }),
      'quarantine',
      'R1',
      { control: 'deploy-key', repository: 'acme/shop', keyId: '17', sshFingerprint: 'abc' },
    ],
    [
      subject('github@ghe.example:8443:acme/shop/keys/17'),
      'quarantine',
      'R1',
      { control: 'deploy-key', repository: 'acme/shop', keyId: '17' },
    ],
    [
      subject('github:apps/deployer', { installation: '4711' }),
      'quarantine',
      'R0',
      { control: 'installation', installation: '4711' },
    ],
    [
      subject('github:tokens/900', { type: 'fine-grained personal access token' }),
      'revoke',
      'R2',
      { control: 'personal-token', tokenId: '900' },
    ],
    [
      subject('github:org/acme/credential-authorizations/77'),
      'revoke',
      'R2',
      { control: 'sso-authorization', organization: 'acme', credentialId: '77' },
    ],
    [
      subject('github:org/acme/credential-authorizations/grant-5'),
      'revoke',
      'R2',
      { control: 'personal-token', organization: 'acme', grantId: '5' },
    ],
  ] as const)('contains $0.key by $1 ($2)', (target, action, reversibility, parameters) => {
    const control = system.contain(target);
    expect(control).toMatchObject({ action, reversibility, parameters });
    expect(control?.byHand).toBeUndefined();
    expect(parseGithubStep(action, control?.parameters)).toEqual(parameters);
  });

  it('asks for the value of a token that it knows only by its hash, in a file of a name that says nothing', () => {
    const control = system.contain(subject('github:hashed-tokens/abc'));
    expect(control).toMatchObject({ action: 'revoke', reversibility: 'R2', parameters: { control: 'token' } });
    expect(control?.parameters['tokenFile']).toMatch(/^token-[0-9a-f]{12}$/);
    expect(control?.probe).toContain(String(control?.parameters['tokenFile']));
  });

  it('writes a new value into secrets of Actions, each by its own part of it', () => {
    const written = (key: string) => system.deliver?.(subject(key), subject('aws:AKIA0EXAMPLE00000019'))?.parameters;
    expect(written('github:acme/shop/actions/secrets/AWS_SECRET_ACCESS_KEY')).toMatchObject({
      repository: 'acme/shop',
      field: 'value',
    });
    expect(written('github:acme/shop/environments/prod/secrets/AWS_ACCESS_KEY_ID')).toMatchObject({
      environment: 'prod',
      field: 'accessKeyId',
    });
    expect(written('github:org/acme/actions/secrets/TOKEN')).toMatchObject({ organization: 'acme' });
    expect(written('github:acme/shop/dependabot/secrets/TOKEN')).toBeUndefined();
  });
});
