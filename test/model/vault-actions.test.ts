import { describe, expect, it } from 'vitest';
import {
  isHashed,
  parseVaultStep,
  policyTextOf,
  type VaultAction,
  vaultCommands,
  vaultControl,
  vaultSessionOf,
} from '../../src/model/vault-actions.ts';

const commands = (action: VaultAction, parameters: object) => vaultCommands(parseVaultStep(action, parameters));

describe('parameters of a step', () => {
  it.each([
    ['a path upwards', 'revoke', { what: 'leases', prefix: 'database/../sys' }],
    ['a slash in a name', 'quarantine', { what: 'entity', id: 'a/b' }],
    ['another thing', 'delete', { what: 'leases', prefix: 'database' }],
    ['a field too many', 'revoke', { what: 'token', accessor: 'a', orphan: true }],
    ['no policy', 'quarantine', { what: 'policy', policies: [] }],
  ] as const)('with %s are refused', (_, action, parameters) => {
    expect(() => parseVaultStep(action, parameters)).toThrow();
  });
});

describe('the commands of a step', () => {
  it('are literal, with names quoted for the shell', () => {
    expect(commands('revoke', { what: 'token', accessor: "a'; rm -rf x" })).toEqual({
      apply: "bao token revoke -accessor 'a'\\''; rm -rf x'",
      inverse: '',
      probe: "bao token lookup -accessor 'a'\\''; rm -rf x'",
    });
    expect(commands('disable', { what: 'entity', id: 'e-1' })).toEqual({
      apply: 'bao write identity/entity/id/e-1 disabled=true',
      inverse: 'bao write identity/entity/id/e-1 disabled=false',
      probe: 'bao read -field=disabled identity/entity/id/e-1',
    });
    expect(commands('revoke', { what: 'secret-id', mount: 'team/approle', role: 'ci', accessor: 'x' }).apply).toBe(
      'bao write auth/team/approle/role/ci/secret-id-accessor/destroy secret_id_accessor=x',
    );
  });

  it('save a policy before it is replaced', () => {
    const { apply, inverse } = commands('quarantine', { what: 'policy', policies: ['p', 'q'] });
    expect(apply.split('\n').filter((line) => line.startsWith('bao'))).toEqual([
      'bao policy read p > p.saved.hcl',
      "bao policy write p - <<'HCL'",
      'bao policy read q > q.saved.hcl',
      "bao policy write q - <<'HCL'",
    ]);
    expect(inverse).toBe('bao policy write p p.saved.hcl\nbao policy write q q.saved.hcl');
  });

  it('say of a token that is known by a hash alone that no call takes it', () => {
    const sessions = [
      'vault:m/auth/token/accessor/abc',
      'vault:m/leases/database/creds/x/1',
      'vault:m/auth/token/accessor/hmac-sha256:0',
    ];
    expect(commands('revoke', { what: 'sessions', sessions }).apply.split('\n')).toEqual([
      'bao token revoke -accessor abc',
      'bao lease revoke -sync database/creds/x/1',
      expect.stringMatching(/^# .*only a hash/),
    ]);
    expect(vaultSessionOf(sessions[2] ?? '')).toBeUndefined();
    expect(isHashed('hmac-sha256:0')).toBe(true);
  });
});

it('works on one control of one thing for whoever changes it', () => {
  const control = (action: VaultAction, parameters: object): string => vaultControl(parseVaultStep(action, parameters), 's-1');
  expect(control('quarantine', { what: 'entity', id: 'e' })).toBe(control('disable', { what: 'entity', id: 'e' }));
  expect(control('quarantine', { what: 'policy', policies: ['b', 'a'] })).toBe(
    control('disable', { what: 'policy', policies: ['a', 'b'] }),
  );
  expect(control('shorten', { what: 'role', mount: 'a', role: 'r', tokenTtl: 60 })).not.toBe(
    control('quarantine', { what: 'role', mount: 'a', role: 'r' }),
  );
  expect(control('issue', { what: 'secret-id', mount: 'a', role: 'r' })).toBe('issue/s-1');
  expect(policyTextOf(parseVaultStep('quarantine', { what: 'policy', policies: ['a'] }))).toMatch(/^# /);
});
