/** What every enforcer promises. Each runs it on the system that it changes, or says that it changes nothing. */
import { expect, it } from 'vitest';
import { executePlan } from '../../src/app/execute/execute-plan.ts';
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { undoPlan } from '../../src/app/execute/undo-plan.ts';
import type { EntityKind } from '../../src/model/kinds.ts';
import type { PlanStep } from '../../src/model/plan.ts';
import type { Applied, Enforcer, EnforcerContext, Preflight, Probed, Recorded } from '../../src/ports/enforcer.ts';
import { applying, knowEntities, openBench, SEAL_KEY } from '../app/execute/bench.ts';
import { makePlan } from '../app/execute/plans.ts';

/** A target of its own for one test. */
export interface EnforcerTarget extends AsyncDisposable {
  readonly enforcer: Enforcer;
  readonly kind: EntityKind;
  /** May be carried out; its connector is the enforcer's name. */
  readonly step: PlanStep;
  /** The same of something that does not exist; absent where anything is accepted. */
  readonly unknown?: PlanStep;
  /** The control as the system holds it, exactly. */
  state(): Promise<unknown>;
  /** Texts that must appear nowhere. */
  secrets(): Promise<readonly string[]>;
}

const context = (signal = new AbortController().signal): EnforcerContext => ({
  signal,
  idempotencyKey: 'contract-key',
  now: () => new Date('2026-03-01T12:00:00.000Z'),
  handOver: createHandOver(),
});

/** Calls of one step, each by a process of its own: what the store keeps is given to the next one, what was handed over is gone. */
function callsOf({ enforcer, step }: EnforcerTarget) {
  let preImage = '';
  let recorded: Recorded | undefined;
  const now = (): EnforcerContext => ({ ...context(), ...(recorded && { recorded }) });
  return {
    async preflight(): Promise<Preflight> {
      const found = await enforcer.preflight(step, now());
      preImage = found.preImage ?? '';
      return found;
    },
    async apply(): Promise<Applied> {
      const since = new Date().toISOString();
      const applied = await enforcer.apply(step, now());
      recorded = { since, traces: [...(recorded?.traces ?? []), ...(applied.traces ?? [])], preImage: () => preImage };
      return applied;
    },
    probe: (): Promise<Probed> => enforcer.probe(step, now()),
    undo: () => enforcer.undo(step, preImage, now()),
  };
}

export function enforcerContract(open: () => Promise<EnforcerTarget>): void {
  it('supports its step, lets it run, and changes nothing by asking', async () => {
    await using target = await open();
    const before = await target.state();
    expect(target.enforcer.supports(target.kind, target.step.action)).toBe(true);
    expect((await target.enforcer.preflight(target.step, context())).refusals).toEqual([]);
    await target.enforcer.probe(target.step, context());
    expect(await target.state()).toEqual(before);
  });

  it('is done once when it is done twice', async () => {
    await using target = await open();
    const calls = callsOf(target);
    await calls.apply();
    const once = await target.state();
    await calls.apply();
    expect(await target.state()).toEqual(once);
  });

  it('is not effective before it was done', async () => {
    await using target = await open();
    expect((await target.enforcer.probe(target.step, context())).state).not.toBe('effective');
  });

  it('is effective after it was done, unless it changes nothing itself', async () => {
    await using target = await open();
    const { enforcer } = target;
    const before = await target.state();
    const calls = callsOf(target);
    await calls.apply();
    const { state } = await calls.probe();
    if (enforcer.simulates || enforcer.waitsForPerson) {
      expect(state).not.toBe('effective');
      expect(await target.state()).toEqual(before);
    } else {
      expect(state).toBe('effective');
      expect(await target.state()).not.toEqual(before);
    }
  });

  it('refuses a target that it does not know, in words, and does nothing', async () => {
    await using target = await open();
    const { enforcer, unknown } = target;
    if (!unknown) return expect(enforcer.simulates || enforcer.waitsForPerson).toBe(true);
    const before = await target.state();
    expect((await enforcer.preflight(unknown, context())).refusals.join()).not.toBe('');
    await expect(enforcer.apply(unknown, context())).rejects.toThrow();
    expect(await target.state()).toEqual(before);
  });

  it('brings back exactly what was, also twice', async () => {
    await using target = await open();
    const before = await target.state();
    const calls = callsOf(target);
    await calls.preflight();
    await calls.apply();
    await calls.undo();
    expect(await target.state()).toEqual(before);
    await calls.undo();
    expect(await target.state()).toEqual(before);
  });

  it('does nothing after it was told to stop', async () => {
    await using target = await open();
    const { enforcer, step } = target;
    if (enforcer.simulates || enforcer.waitsForPerson) return;
    const before = await target.state();
    await expect(enforcer.apply(step, context(AbortSignal.abort()))).rejects.toThrow();
    expect(await target.state()).toEqual(before);
  });

  it('says no secret in anything that is kept', async () => {
    await using target = await open();
    const calls = callsOf(target);
    const { preImage, ...said } = await calls.preflight();
    const answers: unknown[] = [said, await calls.apply(), await calls.probe()];
    const secrets = await target.secrets();
    answers.push(await calls.undo());
    const text = JSON.stringify(answers);
    for (const secret of [...secrets, ...(await target.secrets())]) expect(text).not.toContain(secret);
  });

  it('stays in force while another incident holds it, and comes back with the last', async () => {
    await using target = await open();
    const { enforcer, step, kind } = target;
    // A replacement that no step distributes is refused before it is issued.
    if (enforcer.simulates || enforcer.waitsForPerson || step.action === 'issue') return;
    await using bench = await openBench({ enforcers: [enforcer], sealKey: SEAL_KEY });
    await knowEntities(bench.store, [step.target], bench.context.clock(), kind);
    const before = await target.state();
    await bench.save(makePlan('first', [[{ ...step, id: 'a' }]]));
    await bench.save(makePlan('second', [[{ ...step, id: 'b' }]]));
    expect((await executePlan(bench.context, 'first', applying())).state).toBe('done');
    const held = await target.state();
    bench.wait(1000);
    expect((await executePlan(bench.context, 'second', applying())).state).toBe('done');
    expect((await undoPlan(bench.context, 'first', applying())).stopped).toEqual([]);
    expect(await target.state()).toEqual(held);
    expect((await undoPlan(bench.context, 'second', applying())).stopped).toEqual([]);
    expect(await target.state()).toEqual(before);
  });
}
