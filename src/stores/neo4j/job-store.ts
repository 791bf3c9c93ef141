/** Leases, jobs and tokens. Jobs have a lock of their own, so that they do not wait for a long write of facts. */
import { RefusedError } from '../../model/errors.ts';
import type { JobRecord } from '../../model/jobs.ts';
import type { JobStore, LeaseStore, Token, TokenStore } from '../../ports/store.ts';
import type { Client, Run } from './client.ts';
import { bodies } from './finding-store.ts';
import { appendTo, locked } from './head.ts';
import * as jobs from './queries/jobs.ts';
import * as tokens from './queries/tokens.ts';

export const createJobStore = (client: Client): LeaseStore & JobStore => ({
  acquireLease: (name, holder, now, until) =>
    client.write(async (run) => (await run(jobs.acquireLease, { name, holder, now, until })).length > 0),

  releaseLease: (name, holder) => client.write(async (run) => void (await run(jobs.releaseLease, { name, holder }))),

  leases: () => client.read((run) => run(jobs.leases, {})),

  addJob: (job, again) =>
    withJobs(client, async (run) => {
      const state = again === 'coalesce' ? 'waiting' : null;
      const same = bodies<JobRecord>(await run(jobs.same, { name: job.name, key: job.key, state }));
      const known = bodies<JobRecord>(await run(jobs.find, { id: job.id }))[0] ?? same[0];
      if (known) return { job: known, isNew: false };
      await saveJob(run, job);
      return { job, isNew: true };
    }),

  updateJob: (id, change, at) =>
    withJobs(client, async (run) => {
      const [known] = bodies<JobRecord>(await run(jobs.find, { id }));
      if (!known) throw new RefusedError(`job ${id}: no such job`);
      await saveJob(run, { ...known, ...change, updatedAt: at });
    }),

  job: (id) => client.read(async (run) => bodies<JobRecord>(await run(jobs.find, { id }))[0]),

  jobs: ({ states = null, name = null, exceptNames = [], order = 'newest', after, limit }) =>
    client.read(async (run) => {
      const page = { states, name, exceptNames, limit, createdAt: after?.createdAt ?? null, id: after?.id ?? null };
      return bodies<JobRecord>(await run(order === 'newest' ? jobs.list : jobs.oldest, page));
    }),
});

const withJobs = <T>(client: Client, work: (run: Run) => Promise<T>): Promise<T> =>
  client.write(async (run) => {
    await run(jobs.lock, { name: 'jobs' });
    return work(run);
  });

export async function saveJob(run: Run, job: JobRecord): Promise<void> {
  const { id, name, key, state, createdAt } = job;
  await run(jobs.save, { id, fields: { name, key, state, createdAt, body: JSON.stringify(job) } });
}

export const createTokenStore = (client: Client): TokenStore => ({
  addToken: (token, draft) =>
    locked(client, async (run, head) => {
      await saveToken(run, token);
      await appendTo(run, head, draft);
    }),

  tokenByHash: (hash) => client.read(async (run) => bodies<Token>(await run(tokens.byHash, { hash }))[0]),

  tokens: () => client.read(async (run) => bodies<Token>(await run(tokens.list, {}))),

  removeToken: (id, draft) =>
    locked(client, async (run, head) => {
      const [removed] = await run(tokens.remove, { id });
      if (!removed?.gone) return false;
      await appendTo(run, head, draft);
      return true;
    }),
});

export const saveToken = async (run: Run, token: Token): Promise<void> =>
  void (await run(tokens.save, { id: token.id, fields: { hash: token.hash, body: JSON.stringify(token) } }));
