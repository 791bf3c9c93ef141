/**
 * Carries plan `p1` of a folder's store out, and kills its own process around a transition of the store:
 * `kill-child.ts <folder> <before|after> <state> <plan|undo|server>`. A server does it as a job of its inline queue.
 */
import { randomUUID } from 'node:crypto';
import { executePlan, executeWave } from '../../../src/app/execute/execute-plan.ts';
import { undoPlan } from '../../../src/app/execute/undo-plan.ts';
import { executeWaveJob } from '../../../src/model/jobs.ts';
import type { Store } from '../../../src/ports/store.ts';
import { createInlineQueue } from '../../../src/queues/inline.ts';
import { acting, applying, openBench } from '../../app/execute/bench.ts';

const [folder, side, state, how] = process.argv.slice(2) as [string, 'before' | 'after', string, 'plan' | 'undo' | 'server'];
const bench = await openBench({
  folder,
  faults: {
    at: (place, n) => {
      if (place === 'probe' && n === 1 && state === 'propagating') throw new Error('not yet to be seen');
    },
  },
});

const die = (): never => process.kill(process.pid, 'SIGKILL') as never;
const { store } = bench;
const moveSteps: Store['moveSteps'] = store.moveSteps.bind(store);
Object.assign(store, {
  moveSteps: async (transitions: Parameters<Store['moveSteps']>[0]) => {
    const isIt = transitions.some(({ record }) => record.state === state);
    if (isIt && side === 'before') die();
    const moved = await moveSteps(transitions);
    if (isIt) die();
    return moved;
  },
} satisfies Pick<Store, 'moveSteps'>);

if (how === 'plan') await executePlan(bench.context, 'p1', applying());
else if (how === 'undo') await undoPlan(bench.context, 'p1', applying());
else {
  const queue = createInlineQueue({ jobs: store, now: () => new Date(), newId: randomUUID });
  await queue.work(async ({ payload }) => {
    const { plan, wave } = executeWaveJob.payload.parse(payload);
    await executeWave(bench.context, { plan, wave, ...acting() });
  });
  await queue.enqueue(executeWaveJob, { plan: 'p1', wave: 0, run: 'r1', actor: 'responder' });
  await new Promise((resolve) => setTimeout(resolve, 20_000));
}
