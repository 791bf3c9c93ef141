import { analyze } from '../src/app/analyze.ts';
import { analyzeJob as type } from '../src/model/jobs.ts';
import { implementJob } from './implement.ts';

/** Reach, risks and findings of everything that somebody can hold. */
export const analyzeJob = implementJob(type, async (_, { app, report, signal }) => {
  const { subjects } = await analyze(app, { signal, onProgress: (share, what) => report(share, what) });
  await report(1, `${subjects} subjects`);
});
