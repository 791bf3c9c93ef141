/** What a provider may do to a step, and what becomes of it: for a step that can be undone, one that cannot, and one that re-arms. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { reconcile } from '../../../src/app/execute/reconcile.ts';
import { InputError, RefusedError, ThrottledError } from '../../../src/model/errors.ts';
import type { Reversibility } from '../../../src/model/plan.ts';
import { acting, applying, type Bench, openBench } from '../../app/execute/bench.ts';
import { makePlan, makeStep } from '../../app/execute/plans.ts';
import type { Place, SwitchFaults } from '../../app/execute/switches.ts';
import { faultTable } from './fault-table.ts';

const A = 'sample:a';
const print = faultTable('Faults of a provider');

interface Case {
  readonly fault: string;
  readonly at: string;
  /** Builds the fault; `isCured` tells whether the cause is gone. */
  readonly hit: (isCured: () => boolean, bench: () => Bench) => SwitchFaults;
  /** The step's state after the first run, for each kind of step, or for all. */
  readonly first: string | Partial<Record<Reversibility, string>>;
  readonly says: RegExp;
  /** After the cause was cured and the plan was executed again. */
  readonly after: string;
  /** Calls that got through to the provider in all. */
  readonly calls: number | Partial<Record<Reversibility, number>>;
}

/** Throws at a place, the first time or as long as it is not cured. */
const throwing =
  (place: Place, error: () => Error, times = Number.POSITIVE_INFINITY) =>
  (isCured: () => boolean): SwitchFaults => {
    let left = times;
    return {
      at: (passed) => {
        if (passed !== place || isCured() || left-- <= 0) return;
        throw error();
      },
    };
  };

const probing =
  (probes: NonNullable<SwitchFaults['probes']>) =>
  (isCured: () => boolean): SwitchFaults => ({
    get probes() {
      return isCured() ? undefined : probes;
    },
  });

const timeout = () => new Error('timeout: no answer within 30 s');
const unavailable = () => new Error('503 Service Unavailable');
const asksToWait = (ms: number) => () => new ThrottledError('429 Too Many Requests', ms);
const denied = () => new RefusedError('permission denied');
const wrong = () => new InputError('expected JSON, found <html>');

const CASES: readonly Case[] = [
  {
    fault: 'timeout before the effect, once',
    at: 'call',
    hit: throwing('before', timeout, 1),
    first: { R0: 'effective', 'R!': 'effective', R2: 'failed' },
    says: /is off|timeout/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'timeout before the effect, always',
    at: 'call',
    hit: throwing('before', timeout),
    first: 'failed',
    says: /timeout/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'timeout after the effect',
    at: 'call',
    hit: throwing('after', timeout),
    first: 'effective',
    says: /ended in an error, but it is effective/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'timeout',
    at: 'preflight',
    hit: throwing('preflight', timeout),
    first: 'refused',
    says: /refused: timeout/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'timeout',
    at: 'first probe',
    hit: throwing('probe', timeout, 1),
    first: 'effective',
    says: /is off/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'timeout',
    at: 'every probe',
    hit: throwing('probe', timeout),
    first: 'partial',
    says: /the probe failed: timeout/,
    after: 'effective by reconcile',
    calls: 1,
  },
  {
    fault: '5xx, once',
    at: 'call',
    hit: throwing('before', unavailable, 1),
    first: { R0: 'effective', 'R!': 'effective', R2: 'failed' },
    says: /is off|503/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: '5xx, always',
    at: 'call',
    hit: throwing('before', unavailable),
    first: 'failed',
    says: /503/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: '5xx after the effect',
    at: 'call',
    hit: throwing('after', unavailable),
    first: 'effective',
    says: /but it is effective: 503/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: '429, Retry-After 7 s, five times',
    at: 'call',
    hit: throwing('before', asksToWait(7000), 5),
    first: 'effective',
    says: /is off/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: '429, Retry-After 1 h',
    at: 'call',
    hit: throwing('before', asksToWait(3_600_000)),
    first: 'failed',
    says: /429.*nothing was done; execute again/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: '429, Retry-After 7 s, once',
    at: 'preflight',
    hit: throwing('preflight', asksToWait(7000), 1),
    first: 'effective',
    says: /is off/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: '429, Retry-After 7 s, once',
    at: 'probe',
    hit: throwing('probe', asksToWait(7000), 1),
    first: 'effective',
    says: /is off/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'wrong answer',
    at: 'call, no effect',
    hit: throwing('before', wrong),
    first: 'failed',
    says: /expected JSON/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'wrong answer',
    at: 'every probe',
    hit: throwing('probe', wrong),
    first: 'partial',
    says: /the probe failed: expected JSON/,
    after: 'effective by reconcile',
    calls: 1,
  },
  {
    fault: 'says yes, does nothing',
    at: 'probe',
    hit: probing('not-effective'),
    first: 'failed',
    says: /shows itself/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'half of it outlives the call',
    at: 'probe',
    hit: probing('partial'),
    first: 'partial',
    says: /shows itself/,
    after: 'effective by reconcile',
    calls: 1,
  },
  {
    fault: 'still on its way when its time is over',
    at: 'probe',
    hit: probing('propagating'),
    first: 'partial',
    says: /shows itself/,
    after: 'effective by reconcile',
    calls: 1,
  },
  {
    fault: 'permission lost',
    at: 'preflight',
    hit: throwing('preflight', denied),
    first: 'refused',
    says: /refused: permission denied/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'permission lost',
    at: 'call',
    hit: throwing('before', denied),
    first: 'refused',
    says: /refused: permission denied/,
    after: 'effective',
    calls: 1,
  },
  {
    fault: 'permission lost',
    at: 'every probe',
    hit: throwing('probe', denied),
    first: 'partial',
    says: /the probe failed: permission denied/,
    after: 'effective by reconcile',
    calls: 1,
  },
  {
    fault: 'target gone',
    at: 'before the intent',
    hit: (_, bench) => ({
      at: (place, n) => {
        if (place === 'preflight' && n === 2) switchesOf(bench(), {});
      },
    }),
    first: 'refused',
    says: /there is no switch/,
    after: 'refused',
    calls: 0,
  },
  {
    fault: 'target gone',
    at: 'call',
    hit: (isCured, bench) => ({
      at: (place) => {
        if (place !== 'before' || isCured()) return;
        switchesOf(bench(), {});
        throw new RefusedError('there is no switch sample:a');
      },
    }),
    first: 'effective',
    says: /but it is effective: there is no switch/,
    after: 'effective',
    calls: 0,
  },
];

/** The provider as somebody else has left it. */
const switchesOf = (bench: Bench, state: Readonly<Record<string, boolean>>): void =>
  writeFileSync(join(bench.folder, 'switches.json'), JSON.stringify(state));

const forKind = <T>(of: T | Partial<Record<Reversibility, T>>, kind: Reversibility): T =>
  typeof of === 'object' ? ((of as Partial<Record<Reversibility, T>>)[kind] as T) : of;

async function planOf(bench: Bench, reversibility: Reversibility): Promise<void> {
  const action = reversibility === 'R2' ? 'delete' : 'quarantine';
  await bench.save(makePlan('p1', [[makeStep({ id: 's1', target: A, action, reversibility })]]));
  if (reversibility === 'R2') for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });
}

describe.each(['R0', 'R!', 'R2'] as const)('a step that is %s', (reversibility) => {
  it.each(CASES)('$fault, $at', async ({ fault, at, hit, first, says, after, calls }) => {
    let isCured = false;
    let opened: Bench | undefined;
    const faults = hit(
      () => isCured,
      () => opened as Bench,
    );
    await using bench = await openBench({ switches: [A], faults });
    opened = bench;
    await planOf(bench, reversibility);
    const { steps, stopped } = await executePlan(bench.context, 'p1', applying());
    const [step] = steps;
    expect(step?.state).toBe(forKind(first, reversibility));
    expect(step?.evidence.join('; ')).toMatch(says);
    if (step?.state === 'failed' || step?.state === 'refused') expect(stopped.join()).toContain('s1');
    isCured = true;
    await executePlan(bench.context, 'p1', applying());
    await reconcile(bench.context, acting('system'));
    const ended = (await bench.store.plan('p1'))?.steps[0];
    expect(ended?.state).toBe(after.split(' ', 1)[0]);
    expect(bench.switches.calls()).toHaveLength(forKind(calls, reversibility));
    expect(await bench.broken()).toBeUndefined();
    const said = step?.evidence.find((line) => says.test(line)) ?? '';
    print({ fault, at: `${reversibility} ${at}`, outcome: step?.state ?? '', said, after, calls: bench.switches.calls().length });
  });

  it('a target that is created anew under its name has drifted, and is told', async () => {
    await using bench = await openBench({ switches: [A] });
    await planOf(bench, reversibility);
    await executePlan(bench.context, 'p1', applying());
    rmSync(join(bench.folder, 'switches.json'));
    switchesOf(bench, { [A]: true });
    const { drift } = await reconcile(bench.context, acting('system'));
    expect(drift).toMatchObject([{ step: 's1', restored: false }]);
    expect((await bench.store.plan('p1'))?.steps[0]).toMatchObject({
      state: 'effective',
      drift: { evidence: ['sample:a is on'] },
    });
    expect(bench.switches.calls()).toHaveLength(1);
    const said = drift[0]?.why ?? '';
    print({
      fault: 'target re-created',
      at: `${reversibility} effective`,
      outcome: 'effective, drift',
      said,
      after: 'plan again',
      calls: 1,
    });
  });
});
