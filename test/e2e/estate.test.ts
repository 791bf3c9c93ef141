/** The three stories that are planted in the sample estate, asked as a user asks them. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Ambiguity } from '../../src/analysis/ambiguity.ts';
import type { OutageAnswer } from '../../src/app/outage.ts';
import type { ReachAnswer } from '../../src/app/reach.ts';
import type { Plan } from '../../src/model/plan.ts';
import { answer, cli, differences, estate, exportedGraph } from './cli.ts';

const SHARED = 'aws:AKIA0EXAMPLESHARED01';
const LEAKED = 'aws:AKIA0EXAMPLELEAKED01';
const STANDBY = 'aws:AKIA0EXAMPLESTANDBY1';
const BACKUP = { key: 'aws:AKIA0EXAMPLEBACKUP01', user: 'aws:arn:aws:iam::222200002222:user/svc-backup' };
const RESTORE = { key: 'aws:AKIA0EXAMPLERESTORE1', user: 'aws:arn:aws:iam::222200002222:user/svc-restore' };
const BUCKET = 'aws:arn:aws:s3:::lumen-customer-exports';
const TABLE = 'aws:arn:aws:dynamodb:eu-central-1:222200001111:table/orders';
const CHECKOUT = 'aws:arn:aws:lambda:eu-central-1:222200001111:function:shop-checkout';
const PIPELINES = [
  'github:lumen-shop/catalog/.github/workflows/build.yml#build',
  'github:lumen-shop/infra/.github/workflows/deploy.yml#terraform',
  'github:lumen-shop/storefront/.github/workflows/publish.yml#publish',
];
const NOTHING = { down: 0, latent: 0, blocked: 0, interrupted: 0, degraded: 0 };

interface Path {
  readonly found: boolean;
  readonly certainty: string;
  readonly hops: readonly { readonly kind: string; readonly target: string }[];
}

interface Incident {
  readonly subjects: readonly string[];
  readonly couldReach: { readonly top: readonly { readonly key: string; readonly level: string }[] };
  readonly didTouch: readonly { readonly key: string }[];
  readonly created: readonly { readonly key: string; readonly action: string }[];
  readonly aliveUntil: readonly { readonly key: string; readonly until: string | null }[];
  readonly breaks: readonly unknown[];
  readonly plan: Plan;
}

let folder: string;
beforeAll(async () => {
  folder = estate();
  expect(await cli(folder, 'collect')).toMatchObject({ code: 0, err: '' });
});

describe('one key, three pipelines and a laptop', () => {
  it('is ambiguous: each pipeline may be a consumer, and no use can be told from another', async () => {
    const { items } = await answer<{ items: Ambiguity[] }>(folder, ['ambiguity', 'AKIA0EXAMPLESHARED01']);
    expect(items).toHaveLength(1);
    const [one] = items as [Ambiguity];
    expect(one).toMatchObject({ key: SHARED, verdict: 'ambiguous' });
    const known = one.candidates.filter(({ isAbleOnly }) => !isAbleOnly);
    expect(known.map(({ key }) => key).sort()).toEqual(PIPELINES);
    for (const { probability } of known) expect(probability).toBeGreaterThan(0.1);
    expect(one.attributionBits).toBeGreaterThan(1);
    expect(one.origins.map(({ key, uses }) => `${key} ${uses}`).sort()).toEqual([
      'origin:192.0.2.77/aws-cli 3',
      'origin:198.51.100.21/aws-cli 6',
      'origin:198.51.100.22/boto3 6',
      'origin:198.51.100.23/terraform 2',
    ]);
    expect(one.copies.map(({ key }) => key)).toEqual(
      ['catalog', 'infra', 'storefront'].map((name) => `github:lumen-shop/${name}/actions/secrets/AWS_SECRET_ACCESS_KEY`),
    );
    expect(one.split.steps.map(({ consumer }) => consumer).sort()).toEqual(PIPELINES);
  });

  it('heads the list of shared credentials', async () => {
    const { items } = await answer<{ items: Ambiguity[] }>(folder, ['shared']);
    expect(items[0]).toMatchObject({ key: SHARED, verdict: 'ambiguous' });
  });
});

describe('a leaked key, two roles away from the crown jewels', () => {
  it('reaches the bucket and the table of tier 0, to read, for certain', async () => {
    const { items, complete } = await answer<ReachAnswer>(folder, ['reach', 'AKIA0EXAMPLELEAKED01', '--items']);
    expect(complete).toBe(true);
    expect(items.filter(({ tier }) => tier === 0)).toMatchObject(
      [TABLE, BUCKET].map((key) => ({
        key,
        kind: 'Resource',
        level: 'read',
        levelLo: 'read',
        certainty: 'definite',
        distance: 5,
      })),
    );
  });

  it('gets there through two roles', async () => {
    for (const target of [BUCKET, TABLE]) {
      const path = await answer<Path>(folder, ['path', LEAKED, target]);
      expect(path).toMatchObject({ found: true, certainty: 'definite' });
      expect(path.hops.filter(({ kind }) => kind === 'CAN_ASSUME').map(({ target }) => target)).toEqual([
        'aws:arn:aws:iam::222200002222:role/media-pipeline',
        'aws:arn:aws:iam::222200001111:role/data-export',
      ]);
      expect(await answer<Path>(folder, ['path', LEAKED, target, '--level', 'write'])).toMatchObject({ found: false, hops: [] });
    }
  });

  it('may die without an outage, since the resizer falls back; not together with its fallback', async () => {
    const alone = await answer<OutageAnswer>(folder, ['outage', LEAKED]);
    expect(alone).toMatchObject({ lo: NOTHING, hi: NOTHING, items: [] });
    expect(await answer<OutageAnswer>(folder, ['outage', STANDBY])).toMatchObject({ lo: { down: 0 } });
    const both = await answer<OutageAnswer>(folder, ['outage', LEAKED, STANDBY]);
    expect(both.lo).toEqual({ ...NOTHING, down: 2 });
    expect(both.items.map(({ key, grade, bound }) => `${key} ${grade} ${bound}`)).toEqual([
      `${CHECKOUT} down lo`,
      'app:image-resizer down lo',
    ]);
    expect(both.owners.map(({ key }) => key)).toEqual(['owner:team/media', 'owner:team/shop']);
  });

  it('is exposed: the bucket lists the key among those who reach it', async () => {
    type Exposure = { items: { key: string; level: string }[]; gaps: string[] };
    const { items, gaps } = await answer<Exposure>(folder, ['exposure', BUCKET], { code: 3 });
    expect(items).toContainEqual(expect.objectContaining({ key: LEAKED, level: 'read' }));
    expect(gaps).toEqual([
      'layer not collected: GitHub branch and environment protection rules (code)',
      'layer not collected: code that jobs run: remote action actions/checkout, remote action aws-actions/configure-aws-credentials (code)',
    ]);
  });
});

describe('two keys that can bring each other back', () => {
  it('leads from each to the user of the other', async () => {
    for (const [one, other] of [
      [BACKUP, RESTORE],
      [RESTORE, BACKUP],
    ] as const) {
      const path = await answer<Path>(folder, ['path', one.key, other.user, '--level', 'control']);
      expect(path).toMatchObject({ found: true, certainty: 'definite' });
      expect(path.hops.map(({ kind }) => kind)).toEqual(['AUTHENTICATES_AS', 'HAS_GRANT', 'CAN_CONTROL']);
    }
  });

  it('cuts, when one is contained, what leads to the other in the wave that ends it or before', async () => {
    const { plan, ends, leaves } = await planned([BACKUP.key]);
    expect(plan.refusals).toEqual([]);
    const wave = ends.get(BACKUP.key) as number;
    expect(leaves(BACKUP.user)).toBeLessThanOrEqual(wave);
    expect(plan.waves[wave]?.steps[0]?.reachAfter).toEqual({ lo: 0, hi: 0 });
  });

  it('ends both in one wave when both are contained', async () => {
    const { ends } = await planned([BACKUP.key, RESTORE.key]);
    expect(ends.get(BACKUP.key)).toBeDefined();
    expect(ends.get(RESTORE.key)).toBe(ends.get(BACKUP.key));
  });

  /** In which wave a thing is ended, and in which everything that an identity may do is cut. */
  async function planned(targets: readonly string[]) {
    const plan = await answer<Plan>(folder, ['plan', ...targets]);
    const steps = plan.waves.flatMap(({ steps }, wave) => steps.map((step) => ({ ...step, wave })));
    const ends = new Map(steps.filter(({ action }) => action === 'quarantine').map(({ target, wave }) => [target, wave]));
    const leaves = (identity: string): number =>
      Math.min(...steps.filter(({ cuts }) => cuts.some(({ source }) => source === identity)).map(({ wave }) => wave));
    return { plan, ends, leaves };
  }
});

describe('the incident page', () => {
  const words = ['incident', 'AKIA0EXAMPLELEAKED01', '--since', '2026-03-14T09:12:00Z'];

  it('says what the thief could reach, did touch and made, what lives and what breaks', async () => {
    const page = await answer<Incident>(folder, words);
    expect(page.subjects).toEqual([LEAKED]);
    expect(page.couldReach.top.slice(0, 2)).toMatchObject([
      { key: TABLE, level: 'read' },
      { key: BUCKET, level: 'read' },
    ]);
    expect(page.didTouch.slice(0, 2).map(({ key }) => key)).toEqual([TABLE, BUCKET]);
    expect(page.created.map(({ key, action }) => `${key} ${action}`)).toContain('aws:AKIA0EXAMPLEREPORT02 iam:CreateAccessKey');
    expect(page.aliveUntil).toContainEqual({ key: LEAKED, until: null });
    expect(page.aliveUntil).toContainEqual({ key: 'aws:ASIA0EXAMPLETHIEF001', until: '2026-03-14T21:15:00.000Z' });
    expect(page.breaks).toEqual([]);
  });

  it('says the same as text, as Markdown and as JSON', async () => {
    const page = await answer<Incident>(folder, words);
    const [text, markdown] = await Promise.all([cli(folder, ...words), cli(folder, ...words, '--markdown')]);
    const said = [
      ...page.couldReach.top.map(({ key }) => key),
      ...page.didTouch.map(({ key }) => key),
      ...page.created.map(({ key }) => key),
      ...page.aliveUntil.map(({ key }) => key),
      ...page.plan.waves.flatMap(({ steps }) =>
        steps.flatMap(({ target, commands }) => [target, ...commands.apply.split('\n'), ...commands.inverse.split('\n')]),
      ),
    ].filter((one): one is string => typeof one === 'string' && one !== '');
    expect(said.length).toBeGreaterThan(20);
    for (const page of [text, markdown]) {
      expect(page).toMatchObject({ code: 0, err: '' });
      expect(said.filter((one) => !page.out.includes(one))).toEqual([]);
    }
    expect(markdown.out).toMatch(/^# Incident: aws:AKIA0EXAMPLELEAKED01/);
  });

  it('changes nothing: it keeps no plan', async () => {
    await cli(folder, ...words);
    const { out } = await cli(folder, 'export', '--all');
    const plans = out.split('\n').filter((line) => line.includes('"type":"plan"') && line.includes(LEAKED));
    expect(plans).toEqual([]);
  });
});

it('changes nothing when everything is collected twice, and sweeps what is gone', async () => {
  const twice = estate();
  expect(await cli(twice, 'collect')).toMatchObject({ code: 0 });
  const first = await exportedGraph(twice);
  const again = await answer<{ sources: { swept: number }[] }>(twice, ['collect']);
  expect(again.sources.map(({ swept }) => swept)).toEqual([0, 0, 0, 0, 0]);
  expect(differences(first, await exportedGraph(twice))).toEqual([]);
  expect(await answer(twice, ['collect', '--forget', 'facts'])).toMatchObject({ forgotten: 'facts' });
  expect((await exportedGraph(twice)).some((line) => line.includes('app:image-resizer'))).toBe(false);
  expect(await cli(twice, 'collect', 'facts')).toMatchObject({ code: 0 });
  expect(differences(first, await exportedGraph(twice))).toEqual([]);
});
