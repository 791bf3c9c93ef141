import { describe, expect, it } from 'vitest';
import { systemOf } from '../../../../src/analysis/plan/steps/index.ts';
import type { Subject } from '../../../../src/analysis/plan/steps/subject.ts';
import type { Entity, Properties } from '../../../../src/model/entity.ts';
import { kindOfKey } from '../../../../src/model/kind-of-key.ts';
import { parseKubernetesStep } from '../../../../src/model/kubernetes-actions.ts';

const subject = (key: string, identities: readonly string[] = [], properties: Properties = {}): Subject => ({
  key,
  kind: kindOfKey(key) ?? 'Credential',
  entity: { key, properties } as Entity,
  identities,
});
const system = systemOf('k8s:prod/x/secrets/y');

const ACCOUNT = 'k8s:prod/shop/serviceaccounts/checkout';
const TOKEN = subject('k8s:prod/shop/secrets/checkout-token#token', [ACCOUNT]);

describe('what a cluster can do', () => {
  it.each([
    [
      subject(ACCOUNT),
      'quarantine',
      'R1',
      { control: 'bindings', subject: 'ServiceAccount', name: 'checkout', namespace: 'shop' },
    ],
    [subject('k8s:prod/_/users/ann'), 'quarantine', 'R1', { control: 'bindings', subject: 'User', name: 'ann' }],
    [subject('k8s:prod/_/groups/ops'), 'quarantine', 'R1', { control: 'bindings', subject: 'Group', name: 'ops' }],
    [
      subject('k8s:prod/_/certificates/abc', ['k8s:prod/_/users/ann']),
      'quarantine',
      'R1',
      { control: 'bindings', subject: 'User', name: 'ann' },
    ],
    [TOKEN, 'revoke', 'R2', { control: 'token-secret', namespace: 'shop', secret: 'checkout-token' }],
    [
      subject('k8s:prod/shop/deployments/web'),
      'quarantine',
      'R0',
      { control: 'network', namespace: 'shop', kind: 'deployments', name: 'web' },
    ],
  ] as const)('contains $0.key by $1 ($2)', (target, action, reversibility, parameters) => {
    const control = system.contain(target);
    expect(control).toMatchObject({ action, reversibility, parameters });
    expect(control?.byHand).toBeUndefined();
    expect(parseKubernetesStep(action, control?.parameters)).toEqual(parameters);
    expect(control?.commands.apply).toContain('kubectl');
  });

  it('leaves to a person what it did not issue', () => {
    expect(system.contain(subject('k8s:prod/shop/secrets/db#password'))).toMatchObject({ action: 'revoke', byHand: true });
  });

  it('leaves to a person whom no binding lets in', () => {
    expect(system.contain(subject('k8s:prod/_/users/arn:aws:iam::111122223333:user/ann'))).toMatchObject({ byHand: true });
  });

  it('cuts nothing that is outside of the cluster', () => {
    expect(system.contain(subject(ACCOUNT))?.endsWithin).toBe('k8s:prod');
  });

  it('replaces a token of a service account, and ends the old one with its Secret', () => {
    const replacement = { places: [], consumers: [], unexplained: [] };
    expect(system.issue(TOKEN, replacement)).toMatchObject({
      action: 'issue',
      parameters: { control: 'token', namespace: 'shop', serviceAccount: 'checkout', seconds: 7_776_000 },
    });
    expect(system.disable(TOKEN)).toMatchObject({ action: 'disable', byHand: true });
    expect(system.delete(TOKEN)).toMatchObject({ action: 'delete', reversibility: 'R2' });
    expect(system.delete(subject(ACCOUNT))).toMatchObject({ parameters: { control: 'service-account' } });
  });

  it('ends no bound token by itself: only its account can be taken out of the bindings', () => {
    expect(system.endSessions?.(subject('k8s:prod/_/tokens/1', [ACCOUNT]), subject(ACCOUNT))).toBeUndefined();
    expect(system.denyIdentity?.(subject(ACCOUNT))).toMatchObject({ parameters: { control: 'bindings' } });
  });

  describe('a new value for a Secret', () => {
    const place = (keys: readonly string[]) => subject('k8s:prod/shop/secrets/db', [], { keys: [...keys] });
    const written = (keys: readonly string[], credential: string) =>
      system.deliver?.(place(keys), subject(credential))?.parameters;

    it('goes under the key that it is known by, or the only one that it can be', () => {
      expect(written(['host', 'user', 'password'], 'postgres:main/roles/app/password')).toMatchObject({
        key: 'password',
        field: 'value',
      });
      expect(written(['uri'], 'postgres:main/roles/app/password')).toMatchObject({ key: 'uri' });
      expect(written(['token-a', 'token-b'], 'k8s:prod/shop/secrets/db#token-b')).toMatchObject({ key: 'token-b' });
    });

    it('brings the id of an AWS key with it', () => {
      expect(written(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'], 'aws:AKIA0EXAMPLE00000019')).toMatchObject({
        key: 'AWS_SECRET_ACCESS_KEY',
        field: 'value',
        also: ['AWS_ACCESS_KEY_ID=accessKeyId'],
        restart: true,
      });
    });

    it('is left to a person where it is not known under which key', () => {
      expect(written(['password', 'admin-password'], 'postgres:main/roles/app/password')).toBeUndefined();
      expect(written(['AWS_SECRET_ACCESS_KEY'], 'aws:AKIA0EXAMPLE00000019')).toBeUndefined();
      expect(written([], 'postgres:main/roles/app/password')).toBeUndefined();
    });
  });
});
