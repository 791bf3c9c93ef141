import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { AWS_ACTIONS } from '../../src/model/aws-controls.ts';
import { DEATHS, deathBy, hasConnections, UNKNOWN_DEATH } from '../../src/model/deaths.ts';
import { GITHUB_ACTIONS } from '../../src/model/github-actions.ts';
import { KEYCLOAK_PARAMETERS } from '../../src/model/keycloak-actions.ts';
import { KUBERNETES_ACTIONS } from '../../src/model/kubernetes-actions.ts';
import type { Action } from '../../src/model/plan.ts';
import { POSTGRES_PARAMETERS } from '../../src/model/postgres-actions.ts';
import { RABBITMQ_PARAMETERS } from '../../src/model/rabbitmq-actions.ts';
import { REDIS_PARAMETERS } from '../../src/model/redis-actions.ts';
import { VAULT_PARAMETERS } from '../../src/model/vault-actions.ts';

const ofControls = (controls: Readonly<Record<string, readonly Action[]>>): string[] =>
  Object.entries(controls).flatMap(([control, actions]) => actions.map((action) => `${control} ${action}`));

/** The literals of a field in a schema and in the parts of a union. */
function literalsOf(schema: z.ZodType, field: string): string[] {
  const { options, shape } = schema as unknown as { options?: readonly z.ZodType[]; shape?: Record<string, { value?: unknown }> };
  if (options) return options.flatMap((one) => literalsOf(one, field));
  const value = shape?.[field]?.value;
  return typeof value === 'string' ? [value] : [];
}

const ACTS: Readonly<Record<string, readonly string[]>> = {
  aws: ofControls(AWS_ACTIONS),
  github: ofControls(GITHUB_ACTIONS),
  k8s: ofControls(KUBERNETES_ACTIONS),
  keycloak: Object.keys(KEYCLOAK_PARAMETERS),
  leak: ['revoke'],
  postgres: Object.keys(POSTGRES_PARAMETERS),
  rabbitmq: Object.keys(RABBITMQ_PARAMETERS),
  redis: [...Object.keys(REDIS_PARAMETERS), 'password disable', 'password quarantine'],
  vault: Object.entries(VAULT_PARAMETERS).flatMap(([action, schema]) =>
    literalsOf(schema, 'what').map((what) => `${what} ${action}`),
  ),
};

describe('the table of deaths', () => {
  it.each(Object.entries(ACTS))(
    'says of each act in %s what dies and what lives on, and of no act that is none',
    (provider, acts) => {
      expect(acts.length).toBeGreaterThan(0);
      expect(Object.keys(DEATHS[provider] ?? {}).sort()).toEqual([...new Set(acts)].sort());
    },
  );

  it('holds every system', () => {
    expect(Object.keys(DEATHS).sort()).toEqual(Object.keys(ACTS).sort());
  });

  const act = (key: string, action: Action, parameters = {}) => deathBy({ key, action, parameters });

  it.each([
    [
      'a key that is switched off leaves its sessions',
      act('aws:AKIA0EXAMPLE00001', 'quarantine', { control: 'access-key' }),
      'kept',
    ],
    [
      'a token that is revoked takes its children with it',
      act('vault:main/auth/token/accessor/a', 'revoke', { what: 'token' }),
      'gone',
    ],
    [
      'a secret-id leaves the tokens that it logged in for',
      act('vault:main/auth/approle/role/a/secret-id/b', 'revoke', { what: 'secret-id' }),
      'kept',
    ],
    [
      'a service account takes its tokens with it',
      act('k8s:prod/shop/serviceaccounts/api', 'delete', { control: 'service-account' }),
      'gone',
    ],
  ])('%s', (_, { minted }, expected) => {
    expect(minted).toBe(expected);
  });

  it('tells a password that is cut with its connections from one that is merely replaced', () => {
    expect(act('redis:main/users/a', 'quarantine').connections).toBe('ended');
    expect(act('redis:main/users/a/passwords/1', 'disable', { password: '1' }).connections).toBe('kept');
    expect(act('postgres:main/roles/a', 'rotate').connections).toBe('kept');
    expect([hasConnections('postgres:main/roles/a'), hasConnections('aws:AKIA0EXAMPLE00001')]).toEqual([true, false]);
  });

  it('hopes for nothing where nobody knows', () => {
    expect(act('gcp:projects/a', 'revoke')).toBe(UNKNOWN_DEATH);
    expect(act('aws:AKIA0EXAMPLE00001', 'revoke')).toBe(UNKNOWN_DEATH);
    expect([UNKNOWN_DEATH.minted, UNKNOWN_DEATH.connections]).toEqual(['kept', 'ended']);
  });
});
