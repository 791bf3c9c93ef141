import { type Reconciled, reconcile } from '../app/execute/reconcile.ts';
import { executeContext } from '../app/revocation.ts';
import { counted } from '../model/counted.ts';
import { printable } from '../model/printable.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';

/** Exit 3 while something needs somebody. */
export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  return withApp(invocation, async (app) => {
    const found = await reconcile(executeContext(app), { actor: app.actor, signal: io.signal });
    if (options['json']) printJson(io, found);
    else io.out(`${linesOf(found).map(printable).join('\n')}\n`);
    const { drift, open, due, kept, busy } = found;
    const isQuiet = drift.every(({ restored }) => restored) && [open, due, kept, busy].every((list) => list.length === 0);
    return isQuiet ? EXIT.done : EXIT.incomplete;
  });
}

function linesOf({ plans, looked, moved, drift, open, lifted, due, kept, busy }: Reconciled): string[] {
  return [
    `${counted(looked, 'step')} of ${counted(plans, 'plan')} looked at.`,
    ...moved.map(({ plan, step, target, state }) => `  now ${state}: ${target} (plan ${plan}, step ${step})`),
    ...drift.map(
      ({ plan, step, target, restored, why }) =>
        `  drift: ${target} (plan ${plan}, step ${step}): ${restored ? 'put back' : `not put back: ${why}`}`,
    ),
    ...open.map(({ plan, step, target, evidence }) => `  open: ${target} (plan ${plan}, step ${step}): ${evidence}`),
    ...lifted.map(({ id, target, control }) => `  lifted: hold ${id}, ${control} of ${target}: its time was over`),
    ...due.map(
      ({ id, target, owner, requestedBy }) =>
        `  due: hold ${id} of ${target}: lifting it re-arms the attacker; tell ${owner ?? 'its owner'} and ${requestedBy}`,
    ),
    ...kept.map(({ id, target, why }) => `  not lifted: hold ${id} of ${target}: ${why}`),
    ...busy.map(({ plan, why }) => `  left alone: plan ${plan}: ${why}`),
  ];
}
