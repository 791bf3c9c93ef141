import { sourcesNamed } from '../../src/app/collect.ts';
import { analyzeJob, collectJob, type JobState } from '../../src/model/jobs.ts';
import { atLeast } from '../authorize.ts';
import type { Context } from '../context.ts';
import { countList } from '../counts.ts';
import { pageSize } from '../pages.ts';
import { payload } from '../payload.ts';

export const estate = {
  Query: {
    sources: async (_: unknown, __: unknown, { app }: Context) => {
      const known = new Map((await app.store.sources()).map((source) => [source.name, source]));
      const configured = app.sources
        .filter(({ name }) => !known.has(name))
        .map(({ name, type }) => ({ name, type, scopes: [], layersMissing: [] }));
      return [...known.values(), ...configured];
    },
    jobs: (_: unknown, { states, name, first }: { states?: JobState[]; name?: string; first?: number }, { app }: Context) =>
      app.store.jobs({ limit: pageSize(first, 50), ...(states && { states }), ...(name != null && { name }) }),
    estate: async (_: unknown, __: unknown, { app }: Context) => {
      const [generation, counts, analysis] = await Promise.all([
        app.store.generation(),
        app.store.counts(),
        app.store.analysis(),
      ]);
      return {
        generation,
        entities: countList(counts.entities),
        relationships: countList(counts.relationships),
        analysis: analysis ?? null,
      };
    },
  },
  Mutation: {
    collect: atLeast('responder', (_: unknown, { sources }: { sources?: string[] }, { app }) =>
      payload(() =>
        Promise.all(sourcesNamed(app, sources ?? []).map(({ name }) => app.queue.enqueue(collectJob, { source: name }))),
      ),
    ),
    analyze: atLeast('responder', (_: unknown, __: unknown, { app }) =>
      payload(async () => [await app.queue.enqueue(analyzeJob, {})]),
    ),
  },
  Subscription: {
    jobProgress: {
      subscribe: async function* (_: unknown, { job }: { job?: string }, { app, signal }: Context) {
        for await (const progress of app.queue.progress(signal)) {
          if (job == null || progress.job === job) yield { jobProgress: progress };
        }
      },
    },
  },
};
