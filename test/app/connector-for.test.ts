import { describe, expect, it } from 'vitest';
import { connectorFor } from '../../src/app/connector-for.ts';
import { standIns } from '../../src/enforcers/index.ts';
import type { EntityKind } from '../../src/model/kinds.ts';
import type { Action } from '../../src/model/plan.ts';

interface Configured {
  readonly name: string;
  readonly type: string;
  readonly source: string;
}

const ENFORCERS: readonly Configured[] = [
  { name: 'cloud', type: 'aws', source: 'prod-aws' },
  { name: 'main-db', type: 'postgres', source: 'main-db' },
];

function connector(
  key: string,
  {
    kind = 'Credential' as EntityKind,
    from = [] as string[],
    more = [] as readonly Configured[],
    control = { action: 'revoke' } as Parameters<typeof connectorFor>[2],
  } = {},
) {
  const all = [...ENFORCERS, ...more].map((one) => ({ ...one, ...(standIns[one.type] && { takes: standIns[one.type] }) }));
  const app = {
    sources: [...new Set(['trail', ...all.map(({ source }) => source)])].map((name) => ({ name, type: '', settings: {} })),
    connectorsOf: (source: string) => all.filter((one) => one.source === source),
  };
  return connectorFor(app, { key, kind, claims: from.map((origin) => ({ origin })) as never }, control);
}

describe('a step goes', () => {
  it('to the enforcer of its system that is configured for a source that knows the thing', () => {
    expect(connector('aws:AKIA0EXAMPLE00001', { from: ['leaks', 'prod-aws'] })).toBe('cloud');
    expect(connector('postgres:main-db/roles/app')).toBe('main-db');
  });

  it('to a person, where no such source knows it', () => {
    expect(connector('aws:AKIA0EXAMPLE00001', { from: ['leaks'] })).toBe('manual');
    expect(connector('postgres:other-db/roles/app')).toBe('manual');
  });

  it('of a session that a log alone knows, to the only enforcer of its system', () => {
    const session = { kind: 'Session', from: ['trail'] } as const;
    expect(connector('aws:ASIA0EXAMPLE00001', { ...session, from: ['trail'] })).toBe('cloud');
    const more = [{ name: 'other-cloud', type: 'aws', source: 'stage-aws' }];
    expect(connector('aws:ASIA0EXAMPLE00001', { ...session, from: ['trail'], more })).toBe('manual');
  });

  describe('whose own system has no enforcer', () => {
    const hook = { name: 'hook', type: 'webhook', source: 'leaks' };
    const as = { name: 'as', type: 'oauth', source: 'leaks' };
    const leak = 'leak:fp:abc';

    it('to the webhook of a source that knows the thing, and to that of no other', () => {
      expect(connector(leak, { from: ['leaks'], more: [hook] })).toBe('hook');
      expect(connector(leak, { from: ['other'], more: [hook] })).toBe('manual');
    });

    it('also where no enforcer could do it by itself, but not where a person has to look', () => {
      const more = [{ ...hook, source: 'prod-aws' }];
      const key = 'aws:AKIA0EXAMPLE00001';
      const where = (action: Action, byHand?: true) =>
        connector(key, { from: ['prod-aws'], more, control: { action, ...(byHand && { byHand }) } });
      expect([where('disable'), where('disable', true), where('distribute', true)]).toEqual(['cloud', 'hook', 'hook']);
      expect((['notify', 'issue', 'confirm', 'soak'] as const).map((action) => where(action, true))).toEqual(
        Array(4).fill('manual'),
      );
    });

    it('to the authorization server that a leak was said to be of, for its end only', () => {
      const control = { action: 'disable' } as const;
      expect(connector(leak, { from: ['leaks'], more: [as, hook] })).toBe('as');
      expect(connector(leak, { from: ['leaks'], more: [as, hook], control })).toBe('hook');
      expect(connector('leak:redacted/leaks/a.env:1@-', { from: ['leaks'], more: [as] })).toBe('manual');
    });
  });
});
