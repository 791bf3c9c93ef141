/** A namespace of its own on the real API server of the live tests, with who may do what in it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';

export type Json = Record<string, unknown>;

export interface KubernetesServer extends AsyncDisposable {
  readonly namespace: string;
  readonly inNamespace: string;
  /** A name that no other test has. */
  name(prefix: string): string;
  /** Answers of 404 and 409 are answers too. */
  call(method: 'POST' | 'DELETE' | 'GET' | 'PUT' | 'PATCH', path: string, body?: object): Promise<Json>;
  /** As whoever holds the token: the status alone. */
  statusAs(token: string, path: string): Promise<number>;
  /** A kubeconfig, of the administrator or of whoever holds a token. */
  kubeconfig(token?: string): Promise<string>;
  account(name: string): Promise<void>;
  /** A token of a service account, bound to an object where one is given. */
  token(account: string, bound?: object): Promise<string>;
  /** Binds a service account to a role in the namespace that has these rights. */
  grant(name: string, account: string, rules: readonly object[]): Promise<void>;
}

export const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** What the server sets by itself, and what only it may know. */
const SERVER_SET = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'generation'];

export function withoutServerFields(object: Json): Json {
  const metadata = Object.fromEntries(
    Object.entries((object['metadata'] ?? {}) as Json).filter(([name]) => !SERVER_SET.includes(name)),
  );
  return { ...object, metadata };
}

export async function openKubernetes(server: string): Promise<KubernetesServer> {
  const admin = process.env['INTERLOCK_TEST_KUBERNETES_TOKEN'] ?? '';
  const authority = process.env['INTERLOCK_TEST_KUBERNETES_CA'] ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'interlock-kube-'));
  const ca = await readFile(authority, 'utf8');
  const dispatcher = new Agent({ connect: { ca } });
  // Without a controller manager a namespace that was deleted stays as terminating: each run has its own.
  const namespace = `interlock-${randomBytes(4).toString('hex')}`;
  const inNamespace = `/api/v1/namespaces/${namespace}`;

  const call: KubernetesServer['call'] = async (method, path, body) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await request(server + path, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${admin}`, 'content-type': type },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = (await answer.body.json()) as Json;
    if (answer.statusCode >= 400 && answer.statusCode !== 404 && answer.statusCode !== 409)
      throw new Error(`${method} ${path}: ${answer.statusCode} ${JSON.stringify(said)}`);
    return said;
  };
  await call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  return {
    namespace,
    inNamespace,
    name: (prefix) => `${prefix}-${randomBytes(4).toString('hex')}`,
    call,
    async statusAs(token, path) {
      const { statusCode, body } = await request(server + path, { dispatcher, headers: { authorization: `Bearer ${token}` } });
      await body.dump();
      return statusCode;
    },
    async kubeconfig(token = admin) {
      const path = join(folder, randomBytes(4).toString('hex'));
      const config = {
        'current-context': 'test',
        clusters: [{ name: 'c', cluster: { server, 'certificate-authority': authority } }],
        users: [{ name: 'u', user: { token } }],
        contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
      };
      await writeFile(path, JSON.stringify(config));
      return path;
    },
    async account(name) {
      await call('POST', `${inNamespace}/serviceaccounts`, { metadata: { name } });
    },
    async token(account, bound) {
      const asked = await call('POST', `${inNamespace}/serviceaccounts/${account}/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 3600, ...(bound && { boundObjectRef: bound }) },
      });
      return (asked['status'] as { token: string }).token;
    },
    async grant(name, account, rules) {
      await call('POST', `${RBAC}/namespaces/${namespace}/roles`, { metadata: { name }, rules });
      await call('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, {
        metadata: { name, labels: { team: 'shop' }, annotations: { note: 'made by hand' } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [
          { kind: 'ServiceAccount', name: 'somebody-else', namespace },
          { kind: 'ServiceAccount', name: account, namespace },
          { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' },
        ],
      });
    },
    async [Symbol.asyncDispose]() {
      await call('DELETE', `/api/v1/namespaces/${namespace}`);
      await dispatcher.destroy();
      await rm(folder, { recursive: true });
    },
  };
}
