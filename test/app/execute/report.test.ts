import { expect, it } from 'vitest';
import { reportMarkdown } from '../../../src/analysis/report/report-markdown.ts';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { askReport } from '../../../src/app/report.ts';
import { applying, openBench, SEAL_KEY } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';

const A = 'sample:a';
const B = 'sample:b';
const CUT = { source: A, kind: 'AUTHENTICATES_AS', target: 'sample:bot' } as const;

it('says what was cut, by which evidence, and how it is taken back', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, cuts: [CUT], reachAfter: { lo: 1, hi: 2 } })]]));
  await executePlan(bench.context, 'p1', applying());
  const report = await askReport(bench.context, 'p1');
  expect(report.steps).toMatchObject([{ id: 's1', state: 'effective', cut: [CUT] }]);
  expect(report.steps[0]?.evidence).toContain('sample:a is off');
  expect(report.reachLeft).toEqual({ lo: 1, hi: 2 });
  expect(report.undo).toMatchObject([{ step: 's1', isPossible: true, command: 'turn sample:a on' }]);
  expect([report.remains, report.open]).toEqual([[], []]);
});

it('claims no cut and no reach for what did not come to its end, and says what to do', async () => {
  await using bench = await openBench();
  const waves = [[makeStep({ id: 's1', target: A })], [makeStep({ id: 's2', target: 'sample:c', cuts: [CUT] })]];
  await bench.save(makePlan('p1', waves));
  const before = await askReport(bench.context, 'p1');
  expect(before.reachLeft).toBeNull();
  expect(before.open.map(({ step }) => step)).toEqual(['s1', 's2']);
  await expect(executePlan(bench.context, 'p1', applying())).rejects.toThrow('not in the graph');
  const after = await askReport(bench.context, 'p1');
  expect(after.steps.flatMap(({ cut }) => cut)).toEqual([]);
  expect(after.timeline.map(({ type }) => type)).toEqual(['plan', 'refusal']);
});

it('names what outlives a step, until when, and does not offer to re-arm the attacker', async () => {
  await using bench = await openBench({ faults: { probes: 'partial' } });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, reversibility: 'R!' })]]));
  await executePlan(bench.context, 'p1', applying());
  const report = await askReport(bench.context, 'p1');
  expect(report.remains).toMatchObject([{ step: 's1', until: '2026-03-02T00:00:00.000Z' }]);
  expect(report.undo).toMatchObject([{ isPossible: false }]);
  bench.wait(2 * 86_400_000);
  expect((await askReport(bench.context, 'p1')).undo).toMatchObject([{ isPossible: true }]);
});

it('tells the story in the order of the ledger, with who and what', async () => {
  await using bench = await openBench();
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A })]]));
  await bench.save(makePlan('other', [[makeStep({ id: 's9', target: B })]]));
  await executePlan(bench.context, 'p1', applying('ada'));
  await undoPlan(bench.context, 'p1', applying('grace'));
  const { timeline } = await askReport(bench.context, 'p1');
  expect(timeline.map(({ actor, type }) => `${actor} ${type}`)).toEqual([
    'responder plan',
    'ada decision',
    'ada intent',
    'ada hold',
    'ada call',
    'ada outcome',
    'grace undo',
    'grace release',
    'grace undo',
  ]);
  expect(timeline.map(({ what }) => what).join('\n')).toContain('was about to: turn sample:a off');
});

it('prints as Markdown in which nothing from outside is markup', async () => {
  await using bench = await openBench({ switches: ['sample:<b>*x*|y'] });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: 'sample:<b>*x*|y', cuts: [CUT] })]]));
  await executePlan(bench.context, 'p1', applying());
  const text = reportMarkdown(await askReport(bench.context, 'p1'));
  expect(text).toContain('# Report of plan p1: sample:\\<b\\>\\*x\\*\\|y');
  expect(text).toContain('the chain holds');
  expect(text.replace(/```sh[\s\S]*?```/g, '')).not.toMatch(/[^\\]<b>/);
  for (const title of ['What was cut', 'What outlives it', 'How to take it back', 'Timeline'])
    expect(text).toContain(`## ${title}`);
});

it('refuses a plan that does not exist', async () => {
  await using bench = await openBench();
  await expect(askReport(bench.context, 'p9')).rejects.toThrow('p9: no such plan');
});

it('claims no cut for what was only simulated, nor for what an undo forestalled', async () => {
  await using bench = await openBench();
  const reachAfter = { lo: 1, hi: 2 };
  const simulated = makeStep({ id: 's1', target: A, cuts: [CUT], reachAfter, connector: 'dry-run' });
  await bench.save(makePlan('p1', [[simulated]]));
  expect((await executePlan(bench.context, 'p1', applying())).steps[0]?.state).toBe('skipped');
  expect((await askReport(bench.context, 'p1')).reachLeft).toBeNull();
  const waves = [[makeStep({ id: 's1', target: A })], [makeStep({ id: 's2', target: B, cuts: [CUT], reachAfter, approvals: 2 })]];
  await bench.save(makePlan('p2', waves));
  await executePlan(bench.context, 'p2', applying());
  await undoPlan(bench.context, 'p2', applying());
  expect((await askReport(bench.context, 'p2')).reachLeft).toBeNull();
});

it('offers to take back neither what is deleted nor what took its place', async () => {
  await using bench = await openBench({ sealKey: SEAL_KEY, switches: [A, B, 'place'] });
  const final = { reversibility: 'R2', commands: { apply: 'cut', inverse: '', probe: '' } } as const;
  const plan = makePlan('p1', [
    [makeStep({ id: 'issue', target: B, for: A, action: 'issue' })],
    [makeStep({ id: 'distribute', target: 'place', for: A, action: 'distribute' })],
    [makeStep({ id: 'disable', target: A, action: 'disable' })],
    [makeStep({ id: 'delete', target: A, action: 'delete', ...final })],
  ]);
  await bench.save(plan);
  for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
  await executePlan(bench.context, 'p1', applying());
  const { undo } = await askReport(bench.context, 'p1');
  expect(undo.map(({ step, isPossible, why }) => `${step} ${isPossible}: ${why}`)).toEqual([
    'delete false: delete is irreversible: it stays',
    'disable false: sample:a was deleted: nothing to bring back',
    'distribute false: sample:a was deleted, and its consumers have nothing but what took its place',
    'issue false: sample:a was deleted, and its consumers have nothing but what took its place',
  ]);
});
