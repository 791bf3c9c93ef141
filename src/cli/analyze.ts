import { analyze } from '../app/analyze.ts';
import { counted } from '../model/counted.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { createProgress } from './progress.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  return withApp(invocation, async (app) => {
    const progress = createProgress(io);
    const onProgress = (share: number, what: string) =>
      progress.show('analyze', { done: Math.round(share * 100), total: 100, what });
    const summary = await analyze(app, { signal: io.signal, onProgress }).finally(() => progress.end());
    if (options['json']) printJson(io, summary);
    else if (summary.stages.length === 0)
      io.out(`Nothing is stale: ${counted(summary.subjects, 'risk')} of generation ${summary.generation}.\n`);
    else
      io.out(
        `Ranked ${counted(summary.subjects, 'risk')} of generation ${summary.generation} in ${summary.seconds.toFixed(1)} s.\n`,
      );
    return EXIT.done;
  });
}
