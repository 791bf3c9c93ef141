/** `interlock worker`, and the working part of `serve`: takes jobs off the queue and does them. */
import { jobs } from '../jobs/index.ts';
import type { App, ConfiguredSource } from './app/app.ts';
import type { Asking } from './app/reach.ts';
import type { Config } from './config.ts';
import { RefusedError } from './model/errors.ts';
import { analyzeJob, collectJob, type JobType, reconcileJob } from './model/jobs.ts';
import type { QueueSchedule } from './ports/queue.ts';

export async function startWork(app: App & Asking): Promise<void> {
  await app.queue.work(async (record, report, signal) => {
    const job = jobs.find(({ name }) => name === record.name);
    if (!job) throw new RefusedError(`${record.name}: no such job in this version`);
    await job.handle(record, { app, report, signal });
  });
}

/** One schedule per line of the configuration and source. */
export function schedulesOf(config: Pick<Config, 'schedules'>, sources: readonly ConfiguredSource[]): QueueSchedule[] {
  return config.schedules.flatMap(({ cron, tz, job, sources: named }, i) => {
    if (job !== 'collect') {
      const type = (job === 'analyze' ? analyzeJob : reconcileJob) as JobType<unknown>;
      return [{ id: `${i}/${job}`, cron, tz, job: type, payload: {} }];
    }
    const wanted = named.length > 0 ? named : sources.map(({ name }) => name);
    return wanted.map((source) => ({
      id: `${i}/collect/${source}`,
      cron,
      tz,
      job: collectJob as unknown as JobType<unknown>,
      payload: { source },
    }));
  });
}
