import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDryRunEnforcer } from '../../src/enforcers/dry-run.ts';
import { enforcers } from '../../src/enforcers/index.ts';
import { createManualEnforcer } from '../../src/enforcers/manual.ts';
import { makeStep } from '../app/execute/plans.ts';
import { createSwitches } from '../app/execute/switches.ts';
import { enforcerContract } from '../contracts/enforcer.ts';

const nothing = {
  state: async () => null,
  secrets: async () => [],
  kind: 'Credential' as const,
  [Symbol.asyncDispose]: async () => undefined,
};

describe('the dry-run enforcer', () => {
  enforcerContract(async () => ({
    ...nothing,
    enforcer: createDryRunEnforcer({ name: 'dry-run' }),
    step: makeStep({ id: 's', target: 'sample:a', connector: 'dry-run' }),
  }));
});

describe('the manual enforcer', () => {
  enforcerContract(async () => ({
    ...nothing,
    enforcer: createManualEnforcer({ name: 'manual' }),
    step: makeStep({ id: 's', target: 'sample:a', connector: 'manual' }),
  }));
});

describe('the switches of the tests', () => {
  enforcerContract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-switches-'));
    const switches = createSwitches(folder, ['sample:a']);
    return {
      enforcer: switches.enforcer,
      kind: 'Credential',
      step: makeStep({ id: 's', target: 'sample:a' }),
      unknown: makeStep({ id: 's', target: 'sample:none' }),
      state: async () => switches.state(),
      secrets: async () => [],
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  });
});

describe('the register', () => {
  it('opens each type under its configured name', async () => {
    const url = 'postgres://app@127.0.0.1:1/x';
    const opened = await Promise.all([
      enforcers.manual({ name: 'manual' }),
      enforcers['dry-run']({ name: 'try' }),
      enforcers.postgres({ name: 'main', type: 'postgres', source: 'main-db', url }),
    ]);
    expect(opened.map(({ name, type }) => `${name} ${type}`)).toEqual(['manual manual', 'try dry-run', 'main postgres']);
  });

  it('names the setting that is wrong', async () => {
    await expect(enforcers.postgres({ name: 'main', source: 'main-db' })).rejects.toThrow(/enforcers.main: url/);
    await expect(enforcers.postgres({ name: 'main', source: 'a', url: 'b', sorce: 'c' })).rejects.toThrow(/sorce/);
  });

  it('does not show a url that cannot be read', async () => {
    const url = ['not a url with', 'a-password'].join(' ');
    await expect(enforcers.postgres({ name: 'main', source: 'a', url })).rejects.toThrow(/postgres:\/\/user:password@host/);
    await expect(enforcers.postgres({ name: 'main', source: 'a', url })).rejects.not.toThrow(/a-password/);
  });
});
