import { describe, expect, it } from 'vitest';
import type { Draft } from '../../../src/analysis/plan/input.ts';
import { erlang, objective } from '../../../src/analysis/plan/objective.ts';
import { schedule } from '../../../src/analysis/plan/schedule.ts';
import { layers } from '../../../src/analysis/plan/waves.ts';

describe('the chance that an attacker is there', () => {
  it('is that of an Erlang time: one hop is exponential, more hops take longer, none is certain', () => {
    expect(erlang(1, 60_000, 60_000)).toBeCloseTo(1 - Math.exp(-1), 12);
    expect(erlang(3, 120_000, 60_000)).toBeCloseTo(1 - Math.exp(-2) * (1 + 2 + 2), 12);
    expect([erlang(0, 0, 60_000), erlang(2, 0, 60_000), erlang(2, Number.POSITIVE_INFINITY, 60_000)]).toEqual([1, 0, 1]);
  });

  it('counts from now: what is sunk costs nothing, and what no step cuts is lost in full', () => {
    const clock = { elapsedMs: 1e9, hopMs: 60_000 };
    expect(objective([{ holders: ['a'], hops: 2, weight: 100 }], () => 60_000, clock)).toBeCloseTo(0, 9);
    expect(objective([{ holders: ['a'], hops: 2, weight: 100 }], () => undefined, { ...clock, elapsedMs: 0 })).toBe(100);
  });
});

const step = (id: string, rest: Partial<Draft> = {}): Draft =>
  ({ id, lane: 'aws', callMs: 5, settleMs: 60, approvals: 0, needs: [], after: [], notBefore: [], ...rest }) as Draft;

describe('waves', () => {
  const names = (drafts: readonly Draft[]) => layers(drafts).waves.map((wave) => wave.map(({ id }) => id));

  it('are the earliest that precedence allows', () => {
    expect(names([step('c', { after: ['b'] }), step('b', { needs: ['a'] }), step('a'), step('d', { notBefore: ['b'] })])).toEqual(
      [['a'], ['b', 'd'], ['c']],
    );
  });

  it('hold together what must not come before each other', () => {
    expect(names([step('a', { notBefore: ['b'] }), step('b', { notBefore: ['a'], needs: ['c'] }), step('c')])).toEqual([
      ['c'],
      ['a', 'b'],
    ]);
  });

  it('are never made of a contradiction: its steps are named', () => {
    expect(layers([step('a', { after: ['b'] }), step('b', { notBefore: ['a'] })])).toEqual({ waves: [], cyclic: ['a', 'b'] });
  });

  it('start when the wave before is effective: lanes side by side, calls of a lane one by one, approvals awaited', () => {
    const timings = schedule([[step('a'), step('b'), step('c', { lane: 'github' })], [step('d')], [step('e', { approvals: 1 })]]);
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => timings.get(id)!.startsAt)).toEqual([0, 5, 0, 70, 15 * 60_000]);
    expect(timings.get('b')!.effectiveAt).toBe(70);
  });
});
