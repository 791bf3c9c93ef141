import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { applying, openBench } from './bench.ts';
import { makePlan, makeStep } from './plans.ts';
import type { Place } from './switches.ts';

async function killedAt(folder: string, place: Place): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, ['--import', 'tsx', new URL('kill-child.ts', import.meta.url).pathname, folder, place], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

const STATES: Readonly<Record<string, string>> = {
  preflight: 'approved',
  before: 'requested',
  after: 'requested',
  probe: 'accepted',
};

it.each([
  ['before the intent', 'preflight', 'R0'],
  ['between the intent and the effect', 'before', 'R0'],
  ['between the effect and its record', 'after', 'R0'],
  ['between the record and the probe', 'probe', 'R0'],
  ['between the effect of an irreversible call and its record', 'after', 'R2'],
] as const)(
  'a process killed %s leaves a step that the next run ends, with one effect',
  async (_, place, reversibility) => {
    await using bench = await openBench({ switches: ['sample:a'] });
    await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: 'sample:a', reversibility })]]));
    if (reversibility === 'R2') for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
    expect(await killedAt(bench.folder, place)).toBe('SIGKILL');
    expect((await bench.store.plan('p1'))?.steps[0]?.state).toBe(STATES[place]);
    // The lease of the dead process runs out.
    bench.wait(2 * 60_000);
    const result = await executePlan(bench.context, 'p1', applying());
    expect(result).toMatchObject({ state: 'done', steps: [{ state: 'effective' }] });
    expect(bench.switches.effects()).toEqual(['off sample:a']);
    expect(bench.switches.calls()).toEqual(['sample:a']);
    expect(await bench.broken()).toBeUndefined();
    expect((await bench.store.holds({ open: true })).length).toBe(reversibility === 'R2' ? 0 : 1);
    if (reversibility === 'R2') return;
    expect((await undoPlan(bench.context, 'p1', applying())).state).toBe('undone');
    expect(bench.switches.state()).toEqual({ 'sample:a': true });
  },
  30_000,
);

it('an irreversible call that is found half done is not made again: it ends partial, for a person to look at', async () => {
  await using bench = await openBench({ switches: ['sample:a'], faults: { probes: 'partial' } });
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: 'sample:a', action: 'delete', reversibility: 'R2' })]]));
  for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
  expect(await killedAt(bench.folder, 'before')).toBe('SIGKILL');
  bench.wait(2 * 60_000);
  const result = await executePlan(bench.context, 'p1', applying());
  expect(result).toMatchObject({ state: 'partial', steps: [{ state: 'partial' }] });
  expect(result.steps[0]?.evidence.join()).toContain('an irreversible call is not repeated');
  expect(bench.switches.calls()).toEqual([]);
}, 30_000);
