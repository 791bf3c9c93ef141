/**
 * Fills the disk that holds its store at a place of a step, executes, frees the disk, executes again, and prints what was:
 * `disk-full-child.ts <folder of a small disk> <preflight|after>`.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { approvePlan } from '../../../src/app/execute/approve-plan.ts';
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { messageOf } from '../../../src/model/errors.ts';
import { applying, knowEntities, openBench } from '../../app/execute/bench.ts';
import { makePlan, makeStep } from '../../app/execute/plans.ts';
import { createSwitches, type Place } from '../../app/execute/switches.ts';

const [folder, place, elsewhere] = process.argv.slice(2) as [string, Place, string];
const filler = join(folder, 'filler');

function fill(): void {
  for (let bytes = 1 << 20; bytes >= 1; bytes >>= 1) {
    for (;;) {
      try {
        writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}

let isFilled = false;
const switches = createSwitches(
  elsewhere,
  ['sample:a'],
  {
    at: (passed, n) => {
      if (isFilled || passed !== place || (place === 'preflight' && n < 2)) return;
      isFilled = true;
      fill();
    },
  },
  'elsewhere',
);
await using bench = await openBench({ folder, enforcers: [switches.enforcer] });
await knowEntities(bench.store, ['sample:a'], bench.context.clock());
const padding = 'x'.repeat(200_000);
const step = makeStep({
  id: 's1',
  target: 'sample:a',
  action: 'delete',
  reversibility: 'R2',
  connector: 'elsewhere',
  why: padding,
});
await bench.save(makePlan('p1', [[step]]));
for (const actor of ['ann', 'bob']) await approvePlan(bench.context, 'p1', { actor });

const first = await executePlan(bench.context, 'p1', applying()).then(
  ({ state }) => state,
  (error: unknown) => messageOf(error),
);
const left = (await bench.store.plan('p1'))?.steps[0]?.state;
const callsThen = switches.calls().length;
rmSync(filler, { force: true });
bench.wait(2 * 60_000);
const second = await executePlan(bench.context, 'p1', applying());
const evidence = second.steps[0]?.evidence ?? [];
const answer = {
  first,
  left,
  callsThen,
  second: second.state,
  calls: switches.calls().length,
  broken: await bench.broken(),
  evidence,
};
process.stdout.write(JSON.stringify(answer));
