/** The story of a shared password that is split, as every system tells it that gives each consumer a user of its own. */
import { expect, it } from 'vitest';
import { confirmStep } from '../../../src/app/execute/confirm-step.ts';
import { executeWave } from '../../../src/app/execute/execute-plan.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import type { Plan, PlanStep } from '../../../src/model/plan.ts';
import { acting, applying } from './bench.ts';
import { CONSUMERS, type Consumer, openSplitting, PLAN, type SplitSystem, type Splitting, stepsOf } from './splitting.ts';

/** A user of the server whose password is shared. */
export interface SharedUser extends SplitSystem {
  readonly user: string;
  readonly password: string;
  /** As the consumer, or as somebody who names no consumer; answers how it goes away. The next collection sees both. */
  connect(user: string, password: string, consumer?: Consumer): Promise<() => Promise<void>>;
  canLogIn(user: string, password: string): Promise<boolean>;
  /** What the server keeps of the password of a user; undefined where there is no such user. */
  verifier(user: string): Promise<string | undefined>;
  connectionsOf(user: string): Promise<number>;
  /** All that the server keeps of the user and of those that are named after it, exactly. */
  state(): Promise<unknown>;
}

/** `open`: a user of its own for each test, as nobody's connection was open yet. */
export function splitsAPassword(open: () => Promise<SharedUser>): void {
  const newUserOf = (made: Plan, consumer: string): string => {
    const { parameters } = stepsOf(made).find((step) => step.action === 'issue' && step.forConsumers?.includes(consumer))!;
    return String(parameters['newRole'] ?? parameters['newUser']);
  };

  async function shared(system: SharedUser, splitting: Splitting) {
    const connected = CONSUMERS.map(async (one) => [one, await system.connect(system.user, system.password, one)] as const);
    const leave = new Map(await Promise.all(connected));
    await splitting.collect();
    const keys = await splitting.declare(CONSUMERS);
    const made = await splitting.plan();
    const users = new Map(CONSUMERS.map((one) => [one, newUserOf(made, keys.get(one)!)]));
    /** The consumer is restarted: it reads its locker anew. */
    const moves = async (one: Consumer): Promise<void> => {
      await leave.get(one)!();
      await system.connect(users.get(one)!, splitting.heldBy(one), one);
      await splitting.collect();
    };
    return { made, users, moves };
  }

  it('gives each its own user and value, waits until each was seen on it, then ends the old one; undo brings all back', async () => {
    const system = await open();
    const { user, password, canLogIn } = system;
    const before = await system.state();
    await using splitting = await openSplitting(system);
    const { bench, execute, statesOf, heldBy } = splitting;
    const { made, users, moves } = await shared(system, splitting);
    expect(made.refusals).toEqual([]);
    expect((await execute()).join()).toContain('waits for a person');
    expect(heldBy('checkout')).not.toBe(heldBy('billing'));
    for (const one of CONSUMERS) expect(await canLogIn(users.get(one)!, heldBy(one))).toBe(true);
    expect(await canLogIn(users.get('checkout')!, heldBy('billing'))).toBe(false);
    expect(await canLogIn(user, password)).toBe(true);
    const kept = [];
    for await (const record of bench.store.exportAll()) kept.push(record);
    for (const one of CONSUMERS) expect(JSON.stringify(kept)).not.toContain(heldBy(one));

    // One has moved: the old one stays.
    await moves('checkout');
    await execute();
    expect(await statesOf('confirm')).toEqual(['accepted', 'effective']);
    expect(await canLogIn(user, password)).toBe(true);

    await moves('billing');
    await execute();
    expect(await statesOf('confirm')).toEqual(['effective', 'effective']);
    expect(await statesOf('disable')).toEqual(['effective']);
    expect(await canLogIn(user, password)).toBe(false);
    for (const one of CONSUMERS) expect(await canLogIn(users.get(one)!, heldBy(one))).toBe(true);

    expect((await undoPlan(bench.context, PLAN, applying())).stopped).toEqual([]);
    expect(await canLogIn(user, password)).toBe(true);
    expect(await system.state()).toEqual(before);
    expect(await bench.broken()).toBeUndefined();
  }, 120_000);

  it('takes a consumer for moved only when no part of it is on the old one any more', async () => {
    const system = await open();
    const before = await system.state();
    await using splitting = await openSplitting(system);
    const { bench, execute, statesOf } = splitting;
    const replicaLeaves = await system.connect(system.user, system.password, 'checkout');
    const { moves } = await shared(system, splitting);
    await execute();
    for (const one of CONSUMERS) await moves(one);
    await execute();
    expect(await statesOf('confirm')).toEqual(['accepted', 'effective']);
    expect(await system.canLogIn(system.user, system.password)).toBe(true);
    await replicaLeaves();
    await splitting.collect();
    await execute();
    expect(await statesOf('confirm')).toEqual(['effective', 'effective']);
    expect(await statesOf('disable')).toEqual(['effective']);
    expect((await undoPlan(bench.context, PLAN, applying())).stopped).toEqual([]);
    expect(await system.state()).toEqual(before);
  }, 120_000);

  it('issues anew, for the consumer concerned, what a process knew that is gone', async () => {
    const system = await open();
    const before = await system.state();
    await using splitting = await openSplitting(system);
    const { bench } = splitting;
    const { made, users } = await shared(system, splitting);
    const waveOf = (action: PlanStep['action']): number =>
      made.waves.findIndex(({ steps }) => steps.some((step) => step.action === action));
    for (let wave = 0; wave <= waveOf('issue'); wave++) await executeWave(bench.context, { plan: PLAN, wave, ...acting() });
    const verifiers = () => Promise.all(CONSUMERS.map((one) => system.verifier(users.get(one)!)));
    const lost = await verifiers();
    await executeWave(bench.context, { plan: PLAN, wave: waveOf('distribute'), ...acting() });
    const fresh = await verifiers();
    for (const [i, verifier] of fresh.entries()) {
      expect(lost[i]).toEqual(expect.any(String));
      expect(verifier).toEqual(expect.any(String));
      expect(verifier).not.toBe(lost[i]);
    }
    for (const one of CONSUMERS) expect(await system.canLogIn(users.get(one)!, splitting.heldBy(one))).toBe(true);
    expect((await undoPlan(bench.context, PLAN, applying())).stopped).toEqual([]);
    expect(await system.state()).toEqual(before);
  }, 120_000);

  it('keeps the old one while somebody who could not be told apart is not settled, and ends it for all when a person says so', async () => {
    const system = await open();
    const { user, password } = system;
    const before = await system.state();
    await using splitting = await openSplitting(system);
    const { bench, execute } = splitting;
    const leave = await system.connect(user, password, 'checkout');
    await system.connect(user, password);
    await splitting.collect();
    const keys = await splitting.declare(['checkout']);
    const made = await splitting.plan();
    const settle = stepsOf(made).find(({ parameters }) => parameters['unsettled'] === true)!;
    expect(settle.parameters['waitsFor']).toEqual([expect.stringMatching(/^origin:/)]);
    await execute();
    await leave();
    await system.connect(newUserOf(made, keys.get('checkout')!), splitting.heldBy('checkout'), 'checkout');
    await splitting.collect();
    await execute();
    expect(await splitting.statesOf('confirm')).toEqual(['accepted', 'effective']);
    expect(await system.canLogIn(user, password)).toBe(true);
    await confirmStep(bench.context, PLAN, settle.id, acting());
    await execute();
    expect(await splitting.statesOf('disable')).toEqual(['effective']);
    expect(await system.canLogIn(user, password)).toBe(false);
    expect(await system.connectionsOf(user)).toBe(0);
    expect((await undoPlan(bench.context, PLAN, applying())).stopped).toEqual([]);
    expect(await system.canLogIn(user, password)).toBe(true);
    expect(await system.state()).toEqual(before);
  }, 120_000);
}
