import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { confirmStep } from '../../../src/app/execute/confirm-step.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import type { EntityFact, RelationshipFact } from '../../../src/model/entity.ts';
import { applying, type Bench, openBench } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';

const OLD = 'key:old';
const NEW = 'key:new';
const BOT = 'bot';
const DAY_MS = 86_400_000;

const retire = () =>
  makePlan(
    'retire',
    [
      [makeStep({ id: 'issue', target: OLD, for: OLD, action: 'issue', connector: 'manual' })],
      [
        makeStep({
          id: 'confirm',
          target: OLD,
          for: OLD,
          action: 'confirm',
          connector: 'manual',
          parameters: { waitsFor: ['job:a', 'job:b'] },
        }),
      ],
      [makeStep({ id: 'disable', target: OLD, action: 'disable' })],
      [makeStep({ id: 'soak', target: OLD, action: 'soak', connector: 'manual', parameters: { days: 7 } })],
    ],
    { mode: 'retire', targets: [OLD] },
  );

interface Use {
  readonly by: string;
  readonly key: string;
  readonly at: string;
}

const entity = (key: string, kind: EntityFact['kind']): EntityFact => ({
  key,
  kind,
  name: key,
  provider: 'sample',
  state: 'active',
});

/** What a log that reaches to `until` told. */
async function told(bench: Bench, uses: readonly Use[], until: string): Promise<void> {
  const run = await bench.store.beginCollection('log', randomUUID(), bench.context.clock().toISOString());
  const fact = (source: string, kind: RelationshipFact['kind'], target: string): RelationshipFact => ({
    source,
    kind,
    target,
    basis: 'entitled',
    certainty: 'definite',
    reason: 'a test',
  });
  const consumers = [...new Set(uses.map(({ by }) => by))];
  await bench.store.writeFacts(run, {
    scope: 'all',
    entities: [
      entity(OLD, 'Credential'),
      entity(NEW, 'Credential'),
      entity(BOT, 'ServiceAccount'),
      ...consumers.map((key) => entity(key, 'Pipeline')),
    ],
    relationships: [
      fact(OLD, 'AUTHENTICATES_AS', BOT),
      fact(NEW, 'AUTHENTICATES_AS', BOT),
      ...uses.map(
        ({ by, key, at }): RelationshipFact => ({ ...fact(by, 'USES', key), basis: 'observed', lastUsed: at, uses: 1 }),
      ),
    ],
    documents: [],
  });
  await bench.store.commitCollection(run, {
    type: 'cloudtrail',
    scopes: [{ scope: 'all', coverage: 'complete', missing: [] }],
    layersMissing: [],
    newestEvent: until,
  });
}

const after = (bench: Bench, ms: number): string => new Date(bench.context.clock().getTime() + ms).toISOString();

async function begun(): Promise<Bench> {
  const bench = await openBench({ switches: [OLD], settings: { down: 9 } });
  await bench.save(retire());
  await executePlan(bench.context, 'retire', applying());
  await confirmStep(bench.context, 'retire', 'issue', applying());
  return bench;
}

const stateOf = async (bench: Bench, step: string) => {
  const { steps } = await executePlan(bench.context, 'retire', applying());
  return steps.find(({ id }) => id === step);
};

it('goes on when every consumer was seen on another proof of the same identity, and not before', async () => {
  await using bench = await begun();
  const uses = [
    { by: 'job:a', key: OLD, at: after(bench, 1000) },
    { by: 'job:a', key: NEW, at: after(bench, 2000) },
  ];
  await told(bench, uses, after(bench, 3000));
  expect(await stateOf(bench, 'confirm')).toMatchObject({ state: 'accepted' });
  await told(bench, [...uses, { by: 'job:b', key: NEW, at: after(bench, 2500) }], after(bench, 3000));
  const { state, evidence } = (await stateOf(bench, 'confirm'))!;
  expect(state).toBe('effective');
  expect(evidence.join('\n')).toContain(`job:b was seen on ${NEW}`);
});

it('takes nobody for moved who is seen on a proof that was there before the plan', async () => {
  await using bench = await openBench({ switches: [OLD], settings: { down: 9 }, startsAt: '2026-03-01T11:00:00.000Z' });
  await told(bench, [{ by: 'job:a', key: NEW, at: after(bench, 0) }], after(bench, 1000));
  bench.wait(60 * 60_000);
  await bench.save(retire());
  await executePlan(bench.context, 'retire', applying());
  await confirmStep(bench.context, 'retire', 'issue', applying());
  const uses = ['job:a', 'job:b'].map((by) => ({ by, key: NEW, at: after(bench, 2000) }));
  await told(bench, uses, after(bench, 3000));
  expect(await stateOf(bench, 'confirm')).toMatchObject({ state: 'accepted' });
});

it('waits for a consumer that still uses the old one after it was seen on the new one', async () => {
  await using bench = await begun();
  const uses = [
    { by: 'job:a', key: NEW, at: after(bench, 1000) },
    { by: 'job:a', key: OLD, at: after(bench, 2000) },
    { by: 'job:b', key: NEW, at: after(bench, 2500) },
  ];
  await told(bench, uses, after(bench, 3000));
  expect(await stateOf(bench, 'confirm')).toMatchObject({ state: 'accepted' });
  expect((await stateOf(bench, 'confirm'))?.evidence.at(-1)).toBe('not yet seen on the new one alone: job:a');
});

it('waits for a person where somebody came to use the old one since the plan was made', async () => {
  await using bench = await begun();
  const uses = [
    ...['job:a', 'job:b'].map((by) => ({ by, key: NEW, at: after(bench, 2000) })),
    { by: 'job:new', key: OLD, at: after(bench, 1000) },
  ];
  bench.wait(5000);
  await told(bench, uses, after(bench, 0));
  const { state, evidence } = (await stateOf(bench, 'confirm'))!;
  expect(state).toBe('accepted');
  expect(evidence.at(-1)).toContain('used since the plan was made by whom it does not wait for: job:new');
  expect((await stateOf(bench, 'confirm'))?.evidence).toEqual(evidence);
  await confirmStep(bench.context, 'retire', 'confirm', applying());
  expect((await stateOf(bench, 'disable'))?.state).toBe('effective');
});

it('waits for nobody who used the old one before the plan, and was left out of it', async () => {
  await using bench = await begun();
  const uses = [
    ...['job:a', 'job:b'].map((by) => ({ by, key: NEW, at: after(bench, 2000) })),
    { by: 'job:gone', key: OLD, at: after(bench, -DAY_MS) },
  ];
  bench.wait(5000);
  await told(bench, uses, after(bench, 0));
  expect((await stateOf(bench, 'confirm'))?.state).toBe('effective');
});

it('says the same thing once, however often it looks', async () => {
  await using bench = await begun();
  const first = await stateOf(bench, 'confirm');
  expect(await stateOf(bench, 'confirm')).toEqual(first);
});

async function soaking(): Promise<Bench> {
  const bench = await begun();
  const uses = ['job:a', 'job:b'].flatMap((by) => [
    { by, key: OLD, at: after(bench, -1000) },
    { by, key: NEW, at: after(bench, 1) },
  ]);
  await told(bench, uses, after(bench, 1));
  bench.wait(1000);
  expect((await stateOf(bench, 'disable'))?.state).toBe('effective');
  return bench;
}

it('soaks until the log has gone on past its days, not until the clock has', async () => {
  await using bench = await soaking();
  bench.wait(8 * DAY_MS);
  expect((await stateOf(bench, 'soak'))?.evidence.at(-1)).toContain('log must tell what came until then');
  await told(bench, [], after(bench, 0));
  const soak = await stateOf(bench, 'soak');
  expect(soak?.state).toBe('effective');
  expect(soak?.evidence.at(-1)).toMatch(/^no use from .* in log$/);
});

it('does not end its soak while somebody still tries the old one, and says who', async () => {
  await using bench = await soaking();
  bench.wait(DAY_MS);
  await told(bench, [{ by: 'job:c', key: OLD, at: after(bench, 0) }], after(bench, 9 * DAY_MS));
  const soak = await stateOf(bench, 'soak');
  expect(soak?.state).toBe('accepted');
  expect(soak?.evidence.at(-1)).toContain('job:c used the old one at');
});
