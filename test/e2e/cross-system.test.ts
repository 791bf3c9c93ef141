/** A leaked token to a database user, through five systems: one way, every hop of it told, and none left when one fact is gone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askIncident } from '../../src/app/incident.ts';
import { askPath } from '../../src/app/reach.ts';
import { createFingerprinter } from '../../src/model/fingerprint.ts';
import { leak } from '../../src/model/keys.ts';
import type { Level } from '../../src/model/kinds.ts';
import { FINGERPRINT_KEY } from './cli.ts';
import { type CollectedEstate, openEstate } from './cross-system/ask.ts';
import { DEPLOY_ROLE, EXPORT_ROLE } from './cross-system/cloud-files.ts';
import { LEAKED_TOKEN } from './cross-system/code-files.ts';
import { ACTIONS_SECRET, DATABASE_PLACE, DATABASE_USER, DEPLOY_KEY, estateFiles } from './cross-system/estate.ts';
import { FACTS } from './cross-system/facts.ts';

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

  it('gets there again when all is as it was', async () => {
    expect(await pathTo(DATABASE_USER)).toMatchObject({ found: true, certainty: 'definite' });
  });
});

describe('the incident page of the token', () => {
  it('shows how far it goes', async () => {
    const page = await askIncident(estate.app, [LEAKED], '2026-03-12T08:00:00.000Z');
    expect(page.subjects).toContain(LEAKED);
  });
});
