/** A password that two applications share, split on a real PostgreSQL: planned, handed out, seen in use, disabled, undone. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, vi } from 'vitest';
import { postgresCollector } from '../../../src/collectors/postgres/collector.ts';
import { createPostgresEnforcer } from '../../../src/enforcers/postgres.ts';
import { collecting } from '../../contracts/collecting.ts';
import { describeLive } from '../../live.ts';
import { openPostgres, type PostgresServer } from '../../postgres-server.ts';
import { splitsAPassword } from './splits-a-password.ts';

describeLive('postgres', 'a shared password split on a real PostgreSQL', (url) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await openPostgres(url);
    await server.run('CREATE TABLE orders (id int)', server.database);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const rows = (sql: string): Promise<Record<string, unknown>[]> => server.run(sql);
  const connectionsOf = async (user: string): Promise<number> =>
    (await rows(`SELECT pid FROM pg_stat_activity WHERE usename = '${user}'`)).length;

  splitsAPassword(async () => {
    const [user, password] = [server.name('shop'), server.password()];
    await server.run(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
    await server.run(`GRANT SELECT ON orders TO ${user}`, server.database);
    return {
      enforcer: createPostgresEnforcer({ name: 'main', source: 'shop', url: server.url, random: randomBytes }),
      type: 'postgres',
      key: `postgres:shop/roles/${user}/password`,
      collect: (context) => collecting(postgresCollector, { live: { url: server.databaseUrl } }, context),
      user,
      password,
      async connect(role, secret, consumer) {
        const session = await server.session(role, secret, consumer ?? 'psql');
        return async () => {
          const before = await connectionsOf(role);
          await session.end();
          await vi.waitUntil(async () => (await connectionsOf(role)) < before);
        };
      },
      canLogIn: (role, secret) => server.canLogIn(role, secret),
      async verifier(role) {
        const [found] = await rows(`SELECT rolpassword FROM pg_authid WHERE rolname = '${role}'`);
        return found?.['rolpassword'] as string | undefined;
      },
      connectionsOf,
      state: () =>
        rows(
          `SELECT rolname, rolpassword, rolcanlogin, ARRAY(SELECT member::regrole::text FROM pg_auth_members m WHERE m.roleid = a.oid) AS members
             FROM pg_authid a WHERE rolname LIKE '${user}%' ORDER BY 1`,
        ),
    };
  });
});
