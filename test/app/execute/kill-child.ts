/** Executes plan `p1` of a folder's store, and kills its own process at a place: `kill-child.ts <folder> <place>`. */
import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import { applying, openBench } from './bench.ts';
import type { Place } from './switches.ts';

const [folder, place] = process.argv.slice(2) as [string, Place];
const bench = await openBench({
  folder,
  faults: {
    at: (passed) => {
      if (passed === place) process.kill(process.pid, 'SIGKILL');
    },
  },
});
await executePlan(bench.context, 'p1', applying());
