import { describe, expect, it } from 'vitest';
import { connectorFor } from '../../src/app/connector-for.ts';
import type { EntityKind } from '../../src/model/kinds.ts';

const ENFORCERS = [
  { name: 'cloud', type: 'aws', source: 'prod-aws' },
  { name: 'main-db', type: 'postgres', source: 'main-db' },
];

function connector(
  key: string,
  { kind = 'Credential' as EntityKind, from = [] as string[], more = [] as typeof ENFORCERS } = {},
) {
  const all = [...ENFORCERS, ...more];
  const app = {
    sources: [...new Set(['trail', ...all.map(({ source }) => source)])].map((name) => ({ name, type: '', settings: {} })),
    connectorsOf: (source: string) => all.filter((one) => one.source === source),
  };
  return connectorFor(app, { key, kind, claims: from.map((origin) => ({ origin })) as never }, {});
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
});
