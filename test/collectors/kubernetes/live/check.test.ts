import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubernetesCollector } from '../../../../src/collectors/kubernetes/collector.ts';
import { RESOURCES } from '../../../../src/collectors/kubernetes/live/resources.ts';
import { checking, missingIn } from '../../../contracts/checking.ts';
import { collecting } from '../../../contracts/collecting.ts';
import { type Answer, apiServer, json } from './api-server.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function source(server: string, values = false) {
  const kubeconfig = join(folder, 'config');
  const config = {
    'current-context': 'test',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 'a-token-of-tests' } }],
    contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  return { live: { kubeconfig, values } };
}

const refuse =
  (status: number): Answer =>
  (_, response) =>
    json(response, { kind: 'Status', code: status }, status);

describe('a cluster before it is collected', () => {
  it('is asked for one object of each kind, and for no value of a Secret even where a collection reads them', async () => {
    await using server = await apiServer({});
    expect(await checking(kubernetesCollector, await source(server.url, true))).toEqual([
      { type: 'works', text: `${server.url}: ${RESOURCES.length} kinds of ${RESOURCES.length} may be listed` },
    ]);
    expect(server.asked).toHaveLength(RESOURCES.length);
    expect(server.asked.every((path) => path.endsWith('?limit=1'))).toBe(true);
    expect(server.headers.every(({ accept }) => accept?.includes('as=PartialObjectMetadataList'))).toBe(true);
  });

  it('foresees the refusals that a collection meets, in its words; a kind that is not there is none', async () => {
    await using server = await apiServer({
      '/api/v1/namespaces': refuse(403),
      '/api/v1/secrets': refuse(403),
      '/apis/apps/v1/deployments': refuse(403),
      '/apis/batch/v1/cronjobs': refuse(404),
    });
    const foreseen = missingIn(await checking(kubernetesCollector, await source(server.url)));
    const { scopes } = await collecting(kubernetesCollector, await source(server.url));
    expect(foreseen).toHaveLength(3);
    expect(foreseen[0]).toBe('list namespaces: not allowed; grant it to the identity that collects');
    expect(foreseen).toEqual(scopes[0]?.missing);
  });

  it('is blocked where nothing may be listed, with every right that lacks', async () => {
    const answers = Object.fromEntries(
      RESOURCES.map(({ group, version, plural }) => [`/${group ? `apis/${group}` : 'api'}/${version}/${plural}`, refuse(403)]),
    );
    await using server = await apiServer(answers);
    const said = await checking(kubernetesCollector, await source(server.url));
    expect(missingIn(said)).toHaveLength(RESOURCES.length);
    expect(said.at(-1)).toMatchObject({ type: 'blocked', text: expect.stringContaining('nothing may be listed') });
  });

  it.each([
    ['a credential that is not taken', refuse(401), /does not take the credential/],
    ['an answer that is cut off', ((_, response) => void response.end('{"items": [')) satisfies Answer, /cut off/],
  ])('says in one sentence %s', async (_, answer, words) => {
    await using server = await apiServer({ '/api/v1/namespaces': answer });
    const said = await checking(kubernetesCollector, await source(server.url));
    expect(said).toEqual([{ type: 'blocked', text: expect.stringMatching(words) }]);
  });

  it('ends when it is told to', async () => {
    await using server = await apiServer({ '/api/v1/namespaces': () => undefined });
    const told = checking(kubernetesCollector, await source(server.url), { signal: AbortSignal.timeout(50) });
    await expect(told).rejects.toThrow();
  });
});
