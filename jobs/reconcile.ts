import { reconcile } from '../src/app/execute/reconcile.ts';
import { executeContext } from '../src/app/revocation.ts';
import { reconcileJob as type } from '../src/model/jobs.ts';
import { implementJob } from './implement.ts';

/** Looks again at what was done, lifts holds that are over; what somebody must know is a warning in the log. */
export const reconcileJob = implementJob(type, async (_, { app, report, signal }) => {
  const { looked, moved, drift, open, due, kept, lifted } = await reconcile(executeContext(app), { actor: 'system', signal });
  for (const { plan, step, target, restored, why } of drift)
    app.log.warn(`plan ${plan}, step ${step}: ${target} drifted: ${restored ? 'put back' : why}`);
  for (const { plan, step, target, evidence } of open) app.log.warn(`plan ${plan}, step ${step}: ${target}: ${evidence}`);
  for (const { id, target, owner, requestedBy } of due)
    app.log.warn(
      `hold ${id} of ${target} is due (owner ${owner ?? 'unknown'}, asked for by ${requestedBy}): lift it when it is safe`,
    );
  for (const { id, target, why } of kept) app.log.warn(`hold ${id} of ${target} is over and could not be lifted: ${why}`);
  await report(
    1,
    `${looked} looked at, ${moved.length} moved, ${drift.length} drifted, ${lifted.length} lifted, ${due.length} due`,
  );
});
