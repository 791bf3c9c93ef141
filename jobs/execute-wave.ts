import { executeWave } from '../src/app/execute/execute-plan.ts';
import { executeContext } from '../src/app/revocation.ts';
import { executeWaveJob as type } from '../src/model/jobs.ts';
import { implementJob } from './implement.ts';

/** One wave of a plan; asks for the next when every step of it has come to its end. */
export const executeWaveJob = implementJob(type, async ({ plan, wave, run, actor, holdForMs }, { app, report, signal }) => {
  const held = holdForMs === undefined ? {} : { holdForMs };
  const { next, stopped } = await executeWave(executeContext(app), { plan, wave, actor, signal, ...held });
  if (next !== null) await app.queue.enqueue(type, { plan, wave: next, run, actor, ...held });
  await report(1, stopped.length > 0 ? `stopped: ${stopped.join('; ')}` : `wave ${wave + 1} is over`);
});
