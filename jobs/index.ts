/** How each type of job is done. Adding one: its type in src/model/jobs.ts, a file here, and a line. */
import { analyzeJob } from './analyze.ts';
import { collectJob } from './collect.ts';
import { executeWaveJob } from './execute-wave.ts';
import type { Job } from './implement.ts';
import { reconcileJob } from './reconcile.ts';

export const jobs: readonly Job[] = [collectJob, analyzeJob, executeWaveJob, reconcileJob];
