/** The Kubernetes source on a real API server: what it finds, what it saves, and that both say the same. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { beforeAll, expect, it } from 'vitest';
import { saveFolder } from '../../../../src/cli/save-folder.ts';
import { kubernetesCollector } from '../../../../src/collectors/kubernetes/collector.ts';
import { createFingerprinter } from '../../../../src/model/fingerprint.ts';
import { collecting, type Outcome, SAMPLE_KEY } from '../../../contracts/collecting.ts';
import { describeLive } from '../../../live.ts';

const SECRET = ['q4', 'Zr9', 'Kd2', 'Xm7', 'Pw5'].join('');
// Without a controller manager a namespace that was deleted stays as terminating: each run has its own.
const NAMESPACE = `interlock-${randomBytes(4).toString('hex')}`;
const key = (rest: string): string => `k8s:test/${NAMESPACE}/${rest}`;

describeLive('kubernetes', 'the kubernetes source on a real API server', (server) => {
  const token = process.env['INTERLOCK_TEST_KUBERNETES_TOKEN'] ?? '';
  const authority = process.env['INTERLOCK_TEST_KUBERNETES_CA'] ?? '';
  let folder: string;

  const configFor = async (name: string, user: object): Promise<string> => {
    const path = join(folder, name);
    const config = {
      'current-context': 'test',
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority': authority } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
    };
    await writeFile(path, JSON.stringify(config));
    return path;
  };

  async function call(method: 'POST' | 'DELETE' | 'GET', path: string, body?: object): Promise<Record<string, unknown>> {
    const ca = await readFile(authority, 'utf8');
    const answer = await request(server + path, {
      method,
      dispatcher: new Agent({ connect: { ca } }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = (await answer.body.json()) as Record<string, unknown>;
    if (answer.statusCode >= 400 && answer.statusCode !== 404 && answer.statusCode !== 409)
      throw new Error(`${method} ${path}: ${answer.statusCode} ${JSON.stringify(said)}`);
    return said;
  }

  const RBAC = '/apis/rbac.authorization.k8s.io/v1';
  const inNamespace = `/api/v1/namespaces/${NAMESPACE}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interlock-kube-'));
    await call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    for (const name of ['deployer', 'reader']) await call('POST', `${inNamespace}/serviceaccounts`, { metadata: { name } });
    await call('POST', `${inNamespace}/secrets`, { metadata: { name: 'db' }, stringData: { password: SECRET } });
    await call('POST', `${inNamespace}/configmaps`, { metadata: { name: 'settings' }, data: { DB_PASSWORD: SECRET } });
    await call('POST', `${inNamespace}/pods`, {
      metadata: { name: 'web' },
      spec: {
        serviceAccountName: 'deployer',
        containers: [
          {
            name: 'main',
            image: 'web',
            env: [{ name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
          },
        ],
      },
    });
    const role = { metadata: { name: 'secrets' }, rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }] };
    await call('POST', `${RBAC}/namespaces/${NAMESPACE}/roles`, role);
    await call('POST', `${RBAC}/namespaces/${NAMESPACE}/rolebindings`, {
      metadata: { name: 'secrets' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'secrets' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: NAMESPACE }],
    });
    return async () => {
      await call('DELETE', `/api/v1/namespaces/${NAMESPACE}`);
      await rm(folder, { recursive: true });
    };
  }, 60_000);

  const facts = ({ entities, relationships }: Outcome): string[] =>
    [
      ...entities.map((entity) => JSON.stringify(entity)),
      ...relationships.map(({ source, kind, target, certainty }) => `${source} ${kind} ${target} ${certainty}`),
    ].sort();

  it('finds accounts, grants, workloads and places, whole', { timeout: 60_000 }, async () => {
    const live = { kubeconfig: await configFor('admin', { token }), values: true };
    const found = await collecting(kubernetesCollector, { live });
    expect(found.errors).toEqual([]);
    expect(found.scopes.map(({ coverage }) => coverage)).toEqual(['complete']);
    expect(found.entity(key('serviceaccounts/deployer'))?.kind).toBe('ServiceAccount');
    expect(found.edges).toContain(`${key('pods/web')} RUNS_AS ${key('serviceaccounts/deployer')}`);
    expect(found.edges).toContain(`${key('pods/web')} READS ${key('secrets/db')}`);
    const grants = found.relationships.filter(({ source }) => source === key('serviceaccounts/deployer'));
    const reads = found.relationships.filter(
      ({ source, kind, target }) =>
        kind === 'CAN_READ' && target === key('secrets/db') && grants.some((grant) => grant.target === source),
    );
    expect(reads).not.toEqual([]);
    expect(JSON.stringify(found.said)).not.toContain(SECRET);
  });

  it('knows by fingerprint what a Secret and a ConfigMap hold alike, only when it may read values', {
    timeout: 60_000,
  }, async () => {
    const kubeconfig = await configFor('admin', { token });
    const prints = async (values: boolean): Promise<unknown[]> => {
      const { entities } = await collecting(kubernetesCollector, { live: { kubeconfig, values } });
      return entities.flatMap(({ kind, key: of, properties }) =>
        kind === 'Credential' && of.startsWith(key('')) ? [properties?.['fingerprint']] : [],
      );
    };
    const print = createFingerprinter(SAMPLE_KEY)(SECRET);
    expect(await prints(true)).toEqual([print, print]);
    expect(await prints(false)).toEqual([]);
  });

  it('saves no value, and says the same when what it saved is collected', { timeout: 60_000 }, async () => {
    const saved = join(folder, 'saved');
    const live = { kubeconfig: await configFor('admin', { token }), values: true };
    const found = await collecting(kubernetesCollector, { live }, { save: saveFolder(saved) });
    for (const file of await readdir(saved)) {
      const text = await readFile(join(saved, file), 'utf8');
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(Buffer.from(SECRET).toString('base64'));
    }
    const again = await collecting(kubernetesCollector, { files: saved });
    expect(again.errors).toEqual([]);
    expect(facts(again)).toEqual(facts(found));
  });

  it('names the rights that a poor account lacks, and calls the cluster partial', { timeout: 60_000 }, async () => {
    const asked = await call('POST', `${inNamespace}/serviceaccounts/reader/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 600 },
    });
    const { token: poor } = asked['status'] as { token: string };
    const found = await collecting(kubernetesCollector, {
      live: { kubeconfig: await configFor('poor', { token: poor }), values: false },
    });
    expect(found.errors).toContain('list pods: not allowed; grant it to the identity that collects');
    expect(found.scopes[0]).toMatchObject({ scope: 'cluster', coverage: 'partial' });
    expect(JSON.stringify(found.said)).not.toContain(poor);
  });
});
