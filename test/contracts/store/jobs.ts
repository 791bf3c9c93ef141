import { expect, it } from 'vitest';
import { RefusedError } from '../../../src/model/errors.ts';
import type { JobRecord } from '../../../src/model/jobs.ts';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const job = (id: string, more: Partial<JobRecord> = {}): JobRecord => ({
  id,
  name: 'collect',
  key: 'aws',
  payload: { source: 'aws', list: [1, null] },
  state: 'waiting',
  attempts: 0,
  progress: 0,
  message: '',
  createdAt: say.at(Number(id.replace(/\D/g, ''))),
  updatedAt: say.at(0),
  ...more,
});

export function jobsContract(open: () => Promise<Store>): void {
  it('gives a lease to one holder until its time is over', async () => {
    await using store = await open();
    expect(await store.acquireLease('source/aws', 'one', say.at(0), say.at(10))).toBe(true);
    expect(await store.acquireLease('source/aws', 'two', say.at(5), say.at(15))).toBe(false);
    expect(await store.acquireLease('source/other', 'two', say.at(5), say.at(15))).toBe(true);
    expect(await store.acquireLease('source/aws', 'one', say.at(8), say.at(20))).toBe(true);
    expect(await store.acquireLease('source/aws', 'two', say.at(15), say.at(30))).toBe(false);
    expect(await store.acquireLease('source/aws', 'two', say.at(20), say.at(30))).toBe(true);
    expect((await store.leases()).find((l) => l.name === 'source/aws')).toEqual({
      name: 'source/aws',
      holder: 'two',
      until: say.at(30),
    });
  });

  it('releases a lease for its holder only', async () => {
    await using store = await open();
    await store.acquireLease('x', 'one', say.at(0), say.at(10));
    await store.releaseLease('x', 'two');
    expect(await store.leases()).toHaveLength(1);
    await store.releaseLease('x', 'one');
    expect(await store.leases()).toEqual([]);
    await store.releaseLease('x', 'one');
  });

  it('coalesces with a waiting job of the same name and key, not with a running one', async () => {
    await using store = await open();
    expect(await store.addJob(job('j1'), 'coalesce')).toEqual({ job: job('j1'), isNew: true });
    expect(await store.addJob(job('j2'), 'coalesce')).toEqual({ job: job('j1'), isNew: false });
    expect((await store.addJob(job('j3', { key: 'other' }), 'coalesce')).isNew).toBe(true);
    await store.updateJob('j1', { state: 'running' }, say.at(1));
    expect((await store.addJob(job('j4'), 'coalesce')).job.id).toBe('j4');
    expect(await store.addJob(job('j5'), 'coalesce')).toMatchObject({ job: { id: 'j4' }, isNew: false });
  });

  it('never adds a job again, whatever became of the first', async () => {
    await using store = await open();
    const wave = job('j1', { name: 'execute-wave', key: 'p/0' });
    expect((await store.addJob(wave, 'never')).isNew).toBe(true);
    await store.updateJob('j1', { state: 'failed' }, say.at(1));
    expect(await store.addJob({ ...wave, id: 'j2' }, 'never')).toMatchObject({
      job: { id: 'j1', state: 'failed' },
      isNew: false,
    });
    expect((await store.addJob({ ...wave, id: 'j3', key: 'p/1' }, 'never')).isNew).toBe(true);
  });

  it('updates a job and reads it back', async () => {
    await using store = await open();
    await store.addJob(job('j1'), 'coalesce');
    await store.updateJob('j1', { state: 'running', attempts: 1, progress: 0.25, message: 'half of a half' }, say.at(3));
    await store.updateJob('j1', { progress: 0.5 }, say.at(4));
    expect(await store.job('j1')).toEqual(
      job('j1', { state: 'running', attempts: 1, progress: 0.5, message: 'half of a half', updatedAt: say.at(4) }),
    );
    expect(await store.job('none')).toBeUndefined();
    await expect(store.updateJob('none', { state: 'done' }, say.at(1))).rejects.toThrow(RefusedError);
  });

  it('lists jobs by state and name, the newest first', async () => {
    await using store = await open();
    for (const id of ['j1', 'j3', 'j2'])
      await store.addJob(job(id, { key: id, ...(id === 'j2' ? { name: 'analyze' } : {}) }), 'coalesce');
    await store.updateJob('j3', { state: 'done' }, say.at(9));
    const ids = async (filter: Partial<Parameters<Store['jobs']>[0]>) =>
      (await store.jobs({ limit: 10, ...filter })).map((j) => j.id);
    expect(await ids({})).toEqual(['j3', 'j2', 'j1']);
    expect(await ids({ states: ['waiting', 'running'] })).toEqual(['j2', 'j1']);
    expect(await ids({ states: [] })).toEqual([]);
    expect(await ids({ name: 'collect' })).toEqual(['j3', 'j1']);
    expect(await ids({ limit: 1 })).toEqual(['j3']);
    expect(await ids({ exceptNames: ['analyze', 'other'] })).toEqual(['j3', 'j1']);
    expect(await ids({ order: 'oldest' })).toEqual(['j1', 'j2', 'j3']);
    expect(await ids({ order: 'oldest', limit: 1, after: job('j1') })).toEqual(['j2']);
    expect(await ids({ after: job('j3'), limit: 1 })).toEqual(['j2']);
    expect(await ids({ order: 'oldest', after: job('j2'), states: ['waiting'] })).toEqual([]);
  });
}
