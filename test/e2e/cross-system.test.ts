/** A leaked token to a database user, through five systems: one way, every hop of it told, and none left when one fact is gone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentText } from '../../src/analysis/incident/incident-text.ts';
import { askIncident } from '../../src/app/incident.ts';
import { askPath } from '../../src/app/reach.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import { leak, postgresTable } from '../../src/model/keys.ts';
import type { Level } from '../../src/model/kinds.ts';
import { describeLive } from '../live.ts';
import { openPostgres, type PostgresServer } from '../postgres-server.ts';
import { FINGERPRINT_KEY } from './cli.ts';
import { type CollectedEstate, openEstate } from './cross-system/ask.ts';
import { DEPLOY_ROLE, EXPORT_ROLE } from './cross-system/cloud-files.ts';
import { LEAKED_TOKEN } from './cross-system/code-files.ts';
import { ACTIONS_SECRET, DATABASE_PLACE, DATABASE_USER, DEPLOY_KEY, databaseUser, estateFiles } from './cross-system/estate.ts';
import { FACTS, WAY_OUT } from './cross-system/facts.ts';

const LEAKED = leak(createFingerprinter(FINGERPRINT_KEY)(LEAKED_TOKEN));
const WHOLE = estateFiles();

let estate: CollectedEstate;
beforeAll(async () => {
  estate = await openEstate(WHOLE);
  for (const { name, warnings, errors } of await estate.collect([]))
    expect({ name, warnings, errors }).toEqual({ name, warnings: [], errors: [] });
});
afterAll(() => estate[Symbol.asyncDispose]());

const pathTo = (to: string, level: Level = 'control') => askPath(estate.app, { from: LEAKED, to, level });

describe('a leaked token, two stolen secrets away from the database', () => {
  it('gets there for certain, through every system, and each hop says why', async () => {
    const { found, certainty, hops } = await pathTo(DATABASE_USER);
    expect({ found, certainty }).toEqual({ found: true, certainty: 'definite' });
    const shown = hops.map(({ kind, target }) => `${kind} ${target.replace(/permissions\/.*/, 'permissions/…')}`);
    expect(shown).toEqual([
      'HAS_GRANT github:tokens/7000/grant',
      'CAN_WRITE github:northwind/storefront',
      'DEFINES github:northwind/storefront/.github/workflows/release.yml#bump',
      `USES ${DEPLOY_KEY}`,
      'HAS_GRANT github:northwind/platform/roles/deploy-key-write',
      'CAN_WRITE github:northwind/platform',
      'DEFINES github:northwind/platform/.github/workflows/deploy.yml#apply',
      'RUNS_AS external:oidc/token.actions.githubusercontent.com/repo:northwind/platform:ref:refs/heads/main',
      `CAN_ASSUME aws:${DEPLOY_ROLE}`,
      'MEMBER_OF k8s:prod/_/groups/deployers',
      'HAS_GRANT k8s:prod/_/permissions/…',
      'CAN_CONTROL k8s:prod/ci/deployments/builder',
      'ESCAPES_TO k8s:prod/_/nodes/n1',
      'HOSTS k8s:prod/shop/deployments/orders',
      'RUNS_AS k8s:prod/shop/serviceaccounts/orders',
      'HAS_GRANT k8s:prod/_/permissions/…',
      `CAN_READ ${DATABASE_PLACE}`,
      `EXPOSES ${DATABASE_USER}/password`,
      `AUTHENTICATES_AS ${DATABASE_USER}`,
    ]);
    expect(hops.filter(({ reason }) => !reason)).toEqual([]);
    expect(hops.map(({ reason }) => reason).join('\n')).toContain(ACTIONS_SECRET);
  });

  it('reads the places on the way, and becomes a role of the cloud from inside the cluster', async () => {
    for (const place of [ACTIONS_SECRET, DATABASE_PLACE])
      expect(await pathTo(place, 'read')).toMatchObject({ found: true, certainty: 'definite' });
    const { certainty, hops } = await pathTo(`aws:${EXPORT_ROLE}`);
    expect(certainty).toBe('definite');
    expect(hops.at(-2)).toMatchObject({ source: 'k8s:prod/shop/serviceaccounts/orders', kind: 'MEMBER_OF' });
  });

  it.each(FACTS)('does not get there unless %s', async (fact) => {
    await estate.become(estateFiles(fact));
    expect(await pathTo(DATABASE_USER)).toMatchObject({ found: false, hops: [] });
    await estate.become(WHOLE);
  });

  it.each(WAY_OUT)('becomes no role of the cloud for certain unless %s', async (fact) => {
    await estate.become(estateFiles(fact));
    const { found, certainty } = await pathTo(`aws:${EXPORT_ROLE}`);
    const isUncertain = fact === 'the role takes the audience that pods are handed';
    expect({ found, certainty }).toEqual(
      isUncertain ? { found: true, certainty: 'possible' } : { found: false, certainty: null },
    );
    await estate.become(WHOLE);
  });

  it('gets there again when all is as it was', async () => {
    expect(await pathTo(DATABASE_USER)).toMatchObject({ found: true, certainty: 'definite' });
  });
});

describe('the incident page of the token', () => {
  it('says how far it goes, from where it was used, and that the chain ends with it', async () => {
    const page = await askIncident(estate.app, [LEAKED], '2026-03-12T08:00:00.000Z');
    expect(page.couldReach.top[0]).toMatchObject({ key: DATABASE_USER, tier: 0, level: 'control', certainty: 'definite' });
    expect(page.couldReach.top.map(({ key }) => key).sort()).toEqual([ACTIONS_SECRET, DATABASE_PLACE, DATABASE_USER].sort());
    expect(page.couldReach.top[0]?.path).toHaveLength(19);
    expect(page.usedFrom).toMatchObject([{ key: 'origin:203.0.113.7/git', proof: LEAKED, isNew: true }]);
    expect(page.plan.refusals).toEqual([]);
    expect(page.plan.waves.at(-1)?.steps[0]?.reachAfter).toEqual({ lo: 0, hi: 0 });
    const text = incidentText(page);
    expect(text).toContain('The logs show use since then, from 203.0.113.7/git.');
    expect(text).toContain('is orders-db/roles/orders_app');
  });

  it('says of the stolen deploy key whose job fails when it is cut', async () => {
    const page = await askIncident(estate.app, [DEPLOY_KEY], '2026-03-12T08:00:00.000Z');
    expect(page.breaks).toMatchObject([{ key: 'github:northwind/storefront/.github/workflows/release.yml#bump', bound: 'lo' }]);
    expect(page.plan.waves.flatMap(({ steps }) => steps.map(({ target }) => target))).toContain(DEPLOY_KEY);
  });
});

describeLive('postgres', 'the same token, and a database that is asked itself', (url) => {
  let server: PostgresServer;
  let role: string;
  let live: CollectedEstate;

  beforeAll(async () => {
    server = await openPostgres(url);
    role = server.name('orders_app');
    await server.run(`CREATE ROLE ${role} LOGIN PASSWORD '${server.password()}'`);
    await server.run(`CREATE TABLE orders (id int); GRANT SELECT ON orders TO ${role}`, server.database);
    live = await openEstate(estateFiles(undefined, { role, live: true }), { PG_URL: server.databaseUrl });
    await live.collect([]);
  });
  afterAll(async () => {
    await live[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const pathToTable = () =>
    askPath(live.app, { from: LEAKED, to: postgresTable('orders-db', server.database, 'public', 'orders'), level: 'read' });

  it('reads the table, until the role may no longer log in', async () => {
    const { found, certainty, hops } = await pathToTable();
    expect({ found, certainty }).toEqual({ found: true, certainty: 'definite' });
    expect(hops.map(({ target }) => target)).toContain(databaseUser(role));
    await server.run(`ALTER ROLE ${role} NOLOGIN`);
    await live.collect(['orders-db']);
    expect(await pathToTable()).toMatchObject({ found: false, hops: [] });
  });
});
