import pg from 'pg';
import { describe, expect, it } from 'vitest';
import {
  parsePostgresStep,
  postgresApply,
  postgresCommands,
  postgresControl,
  postgresInverse,
  quoteIdentifier,
  quoteLiteral,
} from '../../src/model/postgres-actions.ts';

const AWKWARD = ['app', 'App "x"', "o'hara", 'back\\slash', 'a;DROP ROLE b', "\\'; --", 'ünïcode'];

describe('names and values in rendered SQL', () => {
  it.each(AWKWARD)('%s is quoted as pg quotes it', (text) => {
    expect(quoteIdentifier(text)).toBe(pg.escapeIdentifier(text));
    expect(quoteLiteral(text)).toBe(pg.escapeLiteral(text));
  });

  it('refuses a name that PostgreSQL would cut, and parameters it does not know', () => {
    expect(() => parsePostgresStep('quarantine', { role: 'ü'.repeat(32) })).toThrow(/63 bytes/);
    expect(() => parsePostgresStep('quarantine', { role: 'app', force: true })).toThrow(/force/);
    expect(() => parsePostgresStep('reduce', { role: 'app', connectionLimit: -1 })).toThrow(/connectionLimit/);
  });
});

describe('the commands of a step', () => {
  it('take away login before they end sessions', () => {
    const sql = postgresApply(parsePostgresStep('quarantine', { role: 'app' })).map((s) => s.sql);
    expect(sql[0]).toBe('ALTER ROLE "app" NOLOGIN;');
    expect(sql[1]).toContain('pg_terminate_backend(pid, 5000)');
    expect(sql[1]).toContain("usename = 'app'");
  });

  it('give login back only where it was', () => {
    const step = parsePostgresStep('quarantine', { role: 'app' });
    expect(postgresInverse(step, { canLogin: true }).map((s) => s.sql)).toEqual(['ALTER ROLE "app" LOGIN;']);
    expect(postgresInverse(step, { canLogin: false })).toEqual([]);
  });

  it('say in which database each statement runs', () => {
    const step = parsePostgresStep('delete', { role: 'app', reassignTo: 'dba', databases: ['shop', 'audit'] });
    expect(postgresCommands(step)).toEqual({
      apply: [
        '\\connect "audit"',
        'REASSIGN OWNED BY "app" TO "dba";',
        'DROP OWNED BY "app";',
        '\\connect "shop"',
        'REASSIGN OWNED BY "app" TO "dba";',
        'DROP OWNED BY "app";',
        'DROP ROLE "app";',
      ].join('\n'),
      inverse: '',
      probe: expect.stringContaining('pg_roles'),
    });
  });

  it('restore each saved membership with its options', () => {
    const step = parsePostgresStep('detach', { role: 'app', group: 'payments' });
    expect(postgresInverse(step, { memberships: [{ admin: true }] }).map((s) => s.sql)).toEqual([
      'GRANT "payments" TO "app" WITH ADMIN OPTION;',
    ]);
    const memberships = [{ admin: false, inherit: true, set: false, grantedBy: 'dba' }];
    expect(postgresInverse(step, { memberships }).map((s) => s.sql)).toEqual([
      'GRANT "payments" TO "app" WITH ADMIN FALSE, INHERIT TRUE, SET FALSE GRANTED BY "dba";',
    ]);
  });

  it('never show a verifier', () => {
    const text = JSON.stringify(postgresCommands(parsePostgresStep('rotate', { role: 'app', handTo: '/run/app.pw' })));
    expect(text).not.toMatch(/SCRAM-SHA-256\$/);
    expect(text).toContain('\\\\password');
  });

  it('share a control where they change the same thing', () => {
    expect(postgresControl(parsePostgresStep('quarantine', { role: 'app' }))).toBe(
      postgresControl(parsePostgresStep('disable', { role: 'app' })),
    );
  });
});
