import { afterAll, beforeAll, expect, it } from 'vitest';
import { postgresCollector } from '../../../src/collectors/postgres/collector.ts';
import { asRole } from '../../../src/model/postgres-place.ts';
import { checking, missingIn } from '../../contracts/checking.ts';
import { collecting } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { describeLive } from '../../live.ts';
import { openPostgres, type PostgresServer } from '../../postgres-server.ts';

const NOW = new Date('2026-01-15T12:00:00.000Z');

/**
 *     billing ──member──► readers (nologin) ──SELECT──► shop.orders        billing is also a member of reports, which logs in
 *     dropper ──INSERT──► shop.orders      editor ──SELECT, UPDATE──► shop.orders      stray ──SELECT──► shop.orders, no USAGE
 */
interface Estate {
  readonly server: PostgresServer;
  readonly names: Readonly<
    Record<'billing' | 'readers' | 'reports' | 'dropper' | 'editor' | 'stray' | 'limited' | 'expired', string>
  >;
  readonly passwords: readonly string[];
  readonly limitedPassword: string;
  live(url?: string): { readonly live: { readonly url: string } };
}

async function makeEstate(url: string): Promise<Estate> {
  const server = await openPostgres(url);
  const named = (name: string): string => server.name(name);
  const names = {
    billing: named('billing'),
    readers: named('readers'),
    reports: named('reports'),
    dropper: named('dropper'),
    editor: named('editor'),
    stray: named('stray'),
    limited: named('limited'),
    expired: named('expired'),
  };
  const [billing, reports, limited] = [server.password(), server.password(), server.password()];
  await server.run(`
    CREATE ROLE ${names.billing} LOGIN PASSWORD '${billing}'; CREATE ROLE ${names.reports} LOGIN PASSWORD '${reports}';
    CREATE ROLE ${names.readers}; CREATE ROLE ${names.dropper} LOGIN; CREATE ROLE ${names.editor} LOGIN; CREATE ROLE ${names.stray} LOGIN;
    CREATE ROLE ${names.limited} LOGIN PASSWORD '${limited}' IN ROLE pg_read_all_stats;
    CREATE ROLE ${names.expired} LOGIN PASSWORD '${server.password()}' VALID UNTIL '2026-01-01 00:00:00+00';
    GRANT ${names.readers} TO ${names.billing}; GRANT ${names.reports} TO ${names.billing};`);
  await server.run(
    `CREATE SCHEMA shop; CREATE TABLE shop.orders (id int);
     CREATE SCHEMA owned AUTHORIZATION ${names.reports};
     GRANT USAGE ON SCHEMA shop TO ${names.readers}, ${names.dropper}, ${names.editor};
     GRANT SELECT ON shop.orders TO ${names.readers}, ${names.stray}; GRANT INSERT ON shop.orders TO ${names.dropper};
     GRANT SELECT, UPDATE ON shop.orders TO ${names.editor};`,
    server.database,
  );
  await server.session(names.billing, billing, 'invoicing');
  await server.session(names.billing, billing, 'invoicing');
  await server.session(names.reports, reports, 'psql');
  const live = (other = server.databaseUrl) => ({ live: { url: other } });
  return { server, names, passwords: [billing, reports, limited], limitedPassword: limited, live };
}

describeLive('postgres', 'the PostgreSQL collector', (url) => {
  let estate: Estate;
  beforeAll(async () => {
    estate = await makeEstate(url);
  });
  afterAll(() => estate.server[Symbol.asyncDispose]());

  const role = (name: string): string => `postgres:test/roles/${name}`;
  const table = (): string => `postgres:test/databases/${estate.server.database}/schemas/shop/tables/orders`;
  const asLimited = (): string => asRole(estate.server.databaseUrl, estate.names.limited, estate.limitedPassword);
  const kept = { [Symbol.asyncDispose]: async () => undefined };

  collectorContract({
    collector: postgresCollector,
    good: async () => ({ settings: estate.live(), ...kept }),
    broken: async () => ({ settings: estate.live(asLimited()), names: 'pg_authid', ...kept }),
  });

  it('draws a table right only where schema and table are both granted, at the level that they give', async () => {
    const { relationships } = await collecting(postgresCollector, estate.live(), { now: NOW });
    const levels = (name: string): string[] => {
      const permissions = relationships.filter((e) => e.kind === 'HAS_GRANT' && e.source === role(name)).map((e) => e.target);
      return relationships.filter((e) => permissions.includes(e.source) && e.target === table()).map((e) => e.kind);
    };
    const { names } = estate;
    expect({
      readers: levels(names.readers),
      dropper: levels(names.dropper),
      editor: levels(names.editor),
      stray: levels(names.stray),
      billing: levels(names.billing),
    }).toEqual({ readers: ['CAN_READ'], dropper: ['CAN_PUT'], editor: ['CAN_WRITE'], stray: [], billing: [] });
  });

  it('tells groups from roles that log in, and membership from assuming', async () => {
    const found = await collecting(postgresCollector, estate.live(), { now: NOW });
    const { names } = estate;
    expect(found.entity(role(names.readers))?.kind).toBe('Group');
    expect(found.entity(role(names.billing))).toMatchObject({ kind: 'ServiceAccount', state: 'active' });
    expect(found.edges).toContain(`${role(names.billing)} MEMBER_OF ${role(names.readers)}`);
    expect(found.edges).toContain(`${role(names.billing)} CAN_ASSUME ${role(names.reports)}`);
  });

  it('knows passwords by what the server keeps, and never their text or hash', async () => {
    const found = await collecting(postgresCollector, estate.live(), { now: NOW });
    const { names } = estate;
    expect(found.entity(`${role(names.billing)}/password`)).toMatchObject({
      state: 'active',
      properties: { method: 'scram-sha-256' },
    });
    expect(found.entity(`${role(names.expired)}/password`)).toMatchObject({
      state: 'expired',
      expiresAt: '2026-01-01T00:00:00.000Z',
    });
    expect(found.entity(`${role(names.dropper)}/password`)).toBeUndefined();
    const text = JSON.stringify(found.said);
    for (const password of estate.passwords) expect(text).not.toContain(password);
    expect(text).not.toContain('SCRAM-SHA-256$');
  });

  it('folds sessions of one application into one consumer and calls a tool an origin', async () => {
    const { relationships } = await collecting(postgresCollector, estate.live(), { now: NOW });
    const { names } = estate;
    const uses = relationships.filter((e) => e.kind === 'USES' && e.target === `${role(names.billing)}/password`);
    expect(uses).toHaveLength(1);
    expect(uses[0]).toMatchObject({
      source: `postgres:test/sessions/${names.billing}/invoicing@127.0.0.1`,
      uses: 2,
      basis: 'observed',
    });
    expect(uses[0]?.lastUsed).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(relationships.find((e) => e.target === `${role(names.reports)}/password` && e.kind === 'USES')?.source).toBe(
      'origin:127.0.0.1/psql',
    );
  });

  it('says of a role without rights what is missing and how to get it, and loads the rest', async () => {
    await estate.server.run(`REVOKE pg_read_all_stats FROM ${estate.names.limited}`);
    try {
      const found = await collecting(postgresCollector, estate.live(asLimited()), { now: NOW });
      const coverage = Object.fromEntries(found.scopes.map((scope) => [scope.scope, scope]));
      expect(coverage['roles']?.coverage).toBe('complete');
      expect(coverage[`database/${estate.server.database}`]?.coverage).toBe('complete');
      expect(coverage['passwords']?.missing.join()).toContain('GRANT SELECT ON pg_catalog.pg_authid');
      expect(coverage['sessions']?.missing.join()).toContain('GRANT pg_read_all_stats');
      expect(found.entity(`${role(estate.names.billing)}/password`)?.state).toBe('unknown');
      const proof = found.relationships.find((e) => e.kind === 'AUTHENTICATES_AS' && e.target === role(estate.names.billing));
      expect(proof?.certainty).toBe('possible');
      expect(found.entity(`postgres:test/sessions/${estate.names.billing}/invoicing@unknown`)).toBeDefined();
    } finally {
      await estate.server.run(`GRANT pg_read_all_stats TO ${estate.names.limited}`);
    }
  });

  it('spoils only the scope whose catalogue may not be read', async () => {
    await estate.server.run('REVOKE SELECT ON pg_catalog.pg_stat_activity FROM PUBLIC', estate.server.database);
    try {
      const found = await collecting(postgresCollector, estate.live(asLimited()), { now: NOW });
      const coverage = Object.fromEntries(found.scopes.map((scope) => [scope.scope, scope.coverage]));
      expect(coverage).toMatchObject({ roles: 'complete', sessions: 'partial' });
      expect(found.errors.join()).toContain('pg_stat_activity');
    } finally {
      await estate.server.run('GRANT SELECT ON pg_catalog.pg_stat_activity TO PUBLIC', estate.server.database);
    }
  });

  it('foresees what a role without rights would miss, in the words of its coverage', async () => {
    const { names, server } = estate;
    await server.run(`REVOKE pg_read_all_stats FROM ${names.limited}`);
    await server.run('REVOKE SELECT ON pg_catalog.pg_stat_activity FROM PUBLIC', server.database);
    try {
      const missing = missingIn(await checking(postgresCollector, estate.live(asLimited())));
      const found = await collecting(postgresCollector, estate.live(asLimited()), { now: NOW });
      expect(missing).toHaveLength(3);
      expect(missing[0]).toBe(`pg_stat_activity: GRANT SELECT ON pg_catalog.pg_stat_activity TO "${names.limited}"`);
      expect(missing).toContain(found.scopes.find(({ scope }) => scope === 'passwords')?.missing[0]);
      expect(missing[2]).toContain(`GRANT pg_read_all_stats TO "${names.limited}"`);
    } finally {
      await server.run('GRANT SELECT ON pg_catalog.pg_stat_activity TO PUBLIC', server.database);
      await server.run(`GRANT pg_read_all_stats TO ${names.limited}`);
    }
  });

  it('is blocked by a password that is not right, which no word tells', async () => {
    const said = await checking(
      postgresCollector,
      estate.live(asRole(estate.server.databaseUrl, estate.names.limited, 'hunter2')),
    );
    expect(said).toEqual([{ type: 'blocked', text: expect.stringContaining('password authentication failed') }]);
    expect(JSON.stringify(said)).not.toContain('hunter2');
  });

  it('keeps a role that lost its login as an inactive account, not as a group', async () => {
    const { names, server } = estate;
    await server.run(`ALTER ROLE ${names.reports} NOLOGIN`);
    try {
      const found = await collecting(postgresCollector, estate.live(), { now: NOW });
      expect(found.entity(role(names.reports))).toMatchObject({ kind: 'ServiceAccount', state: 'inactive' });
      expect(found.entity(`${role(names.reports)}/password`)?.state).toBe('inactive');
    } finally {
      await server.run(`ALTER ROLE ${names.reports} LOGIN`);
    }
  });
});
