import { collectSource, sourcesNamed } from '../src/app/collect.ts';
import { analyzeJob, collectJob as type } from '../src/model/jobs.ts';
import { implementJob } from './implement.ts';

/** One source into the graph; then whatever is stale is computed anew. */
export const collectJob = implementJob(type, async ({ source: name }, { app, report, signal }) => {
  for (const source of sourcesNamed(app, [name])) {
    let told = 0;
    const onProgress = (_: string, { done, total, what }: { done: number; total: number; what: string }): void => {
      const share = total === 0 ? 0 : done / total;
      if (share - told < 0.05) return;
      told = share;
      void report(share, what).catch((error: unknown) => app.log.warn(`progress of ${name} was lost: ${String(error)}`));
    };
    const { entities, relationships, errors } = await collectSource(app, source, { signal, onProgress });
    for (const text of errors) app.log.warn(`${name}: ${text}`);
    await report(
      1,
      `${entities} entities, ${relationships} relationships${errors.length > 0 ? `, ${errors.length} errors` : ''}`,
    );
  }
  await app.queue.enqueue(analyzeJob, {});
});
