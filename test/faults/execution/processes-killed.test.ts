/**
 * `interlock worker` and `interlock serve` killed with kill -9 while they carry out what cannot be undone: real processes on a real
 * Redis, stopped where the system that they act on sees them; others take over, and each call is made once.
 */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Operation } from '../../../src/enforcers/webhook/message.ts';
import { heard } from '../../e2e/cli.ts';
import type { Meddle } from '../../enforcers/webhook-receiver.ts';
import { describeLive } from '../../live.ts';
import { faultTable } from './fault-table.ts';
import { killed, openProcesses, type Processes, type Server } from './processes.ts';

const print = faultTable('kill -9 of worker and server processes');

interface KillPoint {
  readonly says: string;
  readonly operation: Operation;
  /** Of such messages about one target; the first preflight is the server's. */
  readonly nth: number;
  readonly when: 'before' | 'after';
  /** What the store holds then. */
  readonly left: string;
}

const POINTS: readonly KillPoint[] = [
  { says: 'before the wave looks', operation: 'preflight', nth: 2, when: 'before', left: 'approved' },
  { says: 'before the intent', operation: 'preflight', nth: 3, when: 'before', left: 'approved' },
  { says: 'after the intent; the call lands later', operation: 'apply', nth: 1, when: 'before', left: 'requested' },
  { says: 'after the call, before the record', operation: 'apply', nth: 1, when: 'after', left: 'requested' },
  { says: 'after the record, before the probe', operation: 'probe', nth: 1, when: 'before', left: 'accepted' },
  { says: 'after a probe that saw nothing yet', operation: 'probe', nth: 2, when: 'before', left: 'propagating' },
];

const targetOf = (point: KillPoint): string => `app:key-${POINTS.indexOf(point)}`;
const STAND_STILL_MS = 5_000;

/** Lets every message of a point wait, once, until all points are reached and the workers are dead. */
function standStill() {
  const times = new Map<string, number>();
  const reached = new Set<KillPoint>();
  let letGo = (): void => {};
  const isOver = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const meddle: Meddle = async ({ operation, step: { target } }, when) => {
    const place = `${target} ${operation} ${when}`;
    const nth = (times.get(place) ?? 0) + 1;
    times.set(place, nth);
    const point = POINTS.find((one) => targetOf(one) === target);
    if (point?.operation === operation && point.nth === nth && point.when === when) {
      reached.add(point);
      await isOver;
      if (operation === 'apply' && when === 'before') await wait(STAND_STILL_MS);
    }
    const isSlow = point?.left === 'propagating' && operation === 'probe' && nth === 1 && when === 'before';
    return isSlow ? { state: 'propagating', evidence: ['on its way'] } : undefined;
  };
  return { meddle, reached, letGo: () => letGo() };
}

async function until(holds: () => Promise<boolean> | boolean, seconds: number, what: () => string): Promise<number> {
  const began = Date.now();
  while (!(await holds())) {
    if (Date.now() - began > seconds * 1000) throw new Error(`not within ${seconds} s: ${what()}`);
    await wait(100);
  }
  return Math.round((Date.now() - began) / 1000);
}

const execute = (server: Server, plan: string) =>
  server.ask('rae', `mutation { executePlan(plan: "${plan}", dryRun: false) { ok { state } error { message } } }`);

const isEffective = async (processes: Processes, plan: string): Promise<boolean> =>
  (await processes.cut(plan))?.state === 'effective';

const undone = (processes: Processes) => processes.store.jobs({ states: ['waiting', 'running'], limit: 99 });

describeLive('redis', 'processes on one store and one Redis', () => {
  it('workers killed at every transition: others take over, nothing is called twice, nothing is forgotten', async () => {
    const { meddle, reached, letGo } = standStill();
    await using processes = await openProcesses(POINTS.map(targetOf), meddle);
    const server = await processes.startServer();
    const plans = new Map<KillPoint, string>();
    for (const point of POINTS) plans.set(point, await processes.planFor(server, targetOf(point)));
    const workers = await Promise.all([1, 2, 3].map(() => processes.startWorker()));
    for (const plan of plans.values()) await execute(server, plan);
    const missing = () => POINTS.filter((point) => !reached.has(point)).map(({ says }) => says);
    await until(
      () => reached.size === POINTS.length,
      60,
      () => missing().join(', '),
    );
    for (const worker of workers) await killed(worker);
    for (const [{ left, says }, plan] of plans) expect((await processes.cut(plan)).state, says).toBe(left);
    letGo();
    await Promise.all([1, 2].map(() => processes.startWorker()));
    const all = async () => (await Promise.all([...plans.values()].map((plan) => isEffective(processes, plan)))).every(Boolean);
    const seconds = await until(all, 120, () => 'the steps are not effective');
    await until(
      async () => (await undone(processes)).length === 0,
      60,
      () => 'jobs are left',
    );
    for (const [point, plan] of plans) {
      expect(processes.callsOf(targetOf(point)), point.says).toBe(1);
      const { evidence } = await processes.cut(plan);
      const said = evidence.find((line) => line.includes('interruption')) ?? `others went on within ${seconds} s`;
      print({ fault: 'worker killed', at: `R2 ${point.says}`, outcome: point.left, said, after: 'effective', calls: 1 });
    }
    expect(await processes.broken()).toBeUndefined();
  }, 300_000);

  it('a server killed between the store and the queue: what it had accepted is done without it', async () => {
    await using processes = await openProcesses(['app:key']);
    const server = await processes.startServer();
    const plan = await processes.planFor(server, 'app:key');
    processes.redis.freeze();
    const asked = execute(server, plan).catch(() => 'cut off');
    await until(
      async () => (await undone(processes)).length === 1,
      30,
      () => 'no row was kept',
    );
    await killed(server.child);
    expect(await asked).toBe('cut off');
    // What stood in its socket must not reach the queue either.
    await processes.redis.kill();
    await processes.redis.start();
    await processes.startWorker();
    await until(
      () => isEffective(processes, plan),
      60,
      () => 'the step is not effective',
    );
    expect(processes.callsOf('app:key')).toBe(1);
    const said = 'its row was kept; the worker found it';
    print({
      fault: 'server killed',
      at: 'R2 accepted, not yet in the queue',
      outcome: 'approved',
      said,
      after: 'effective',
      calls: 1,
    });
  }, 180_000);

  it('two servers asked for one plan at once, and two workers: one call', async () => {
    await using processes = await openProcesses(['app:key']);
    const servers = await Promise.all([1, 2].map(() => processes.startServer()));
    const plan = await processes.planFor(servers[0] as Server, 'app:key');
    await Promise.all([1, 2].map(() => processes.startWorker()));
    await Promise.all(servers.map((server) => execute(server, plan)));
    for (const { child } of servers) await killed(child);
    await until(
      () => isEffective(processes, plan),
      60,
      () => 'the step is not effective',
    );
    await until(
      async () => (await undone(processes)).length === 0,
      60,
      () => 'jobs are left',
    );
    expect(processes.callsOf('app:key')).toBe(1);
    expect(await processes.store.jobs({ states: ['failed'], limit: 9 })).toEqual([]);
    expect(await processes.broken()).toBeUndefined();
    const said = 'one waits for the other; then there is nothing to do';
    print({ fault: 'asked of two servers, both killed', at: 'R2 requested', outcome: 'effective', said, after: '', calls: 1 });
  }, 180_000);

  it('SIGTERM while a call is under way: it ends and is recorded, the worker ends, and another goes on at once', async () => {
    let letGo = (): void => {};
    const isOver = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let began = false;
    const meddle: Meddle = async ({ operation }, when) => {
      if (operation !== 'apply' || when !== 'after') return undefined;
      began = true;
      await isOver;
      return undefined;
    };
    await using processes = await openProcesses(['app:key'], meddle);
    const server = await processes.startServer();
    const plan = await processes.planFor(server, 'app:key');
    const worker = await processes.startWorker();
    await execute(server, plan);
    await until(
      () => began,
      60,
      () => 'no call came',
    );
    const [ended, stopping] = [once(worker, 'exit'), heard(worker, /^stopping/m)];
    worker.kill('SIGTERM');
    await stopping;
    letGo();
    expect(await ended).toEqual([0, null]);
    expect(await processes.cut(plan)).toMatchObject({ state: 'accepted' });
    expect(await processes.store.leases()).toEqual([]);
    expect(await undone(processes)).toMatchObject([{ state: 'waiting', message: 'handed back at shutdown' }]);
    await processes.startWorker();
    await until(
      () => isEffective(processes, plan),
      20,
      () => 'nobody went on',
    );
    expect((await processes.cut(plan)).evidence.join()).not.toContain('interruption');
    expect(processes.callsOf('app:key')).toBe(1);
    print({
      fault: 'worker told to stop',
      at: 'R2 call',
      outcome: 'accepted',
      said: 'handed back',
      after: 'effective',
      calls: 1,
    });
  }, 180_000);
});
