/**
 * A generated cluster as `kubectl get -o json` writes it: so many objects, of which three quarters are pods of controllers.
 * Prints nothing; the bench collects the folder with the built CLI.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAMESPACES = 200;
const NODES = 400;
const OBJECTS_PER_FILE = 5000;

const meta = (name: string, namespace: string | undefined, more: object = {}) => ({
  name,
  ...(namespace !== undefined && { namespace }),
  uid: `uid-${namespace ?? ''}-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels: { app: name, team: `team-${name.length % 7}` },
  ...more,
});

const space = (n: number): string => `team-${n % NAMESPACES}`;

const podSpec = (n: number, node?: string) => ({
  serviceAccountName: `sa-${n % 50}`,
  ...(node && { nodeName: node }),
  containers: [
    {
      name: 'main',
      image: `registry.example/app-${n}:1`,
      env: [
        { name: 'LOG_LEVEL', value: 'info' },
        { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: `secret-${n % 50}`, key: 'password' } } },
      ],
      ports: [{ containerPort: 8080 }],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
      securityContext: { privileged: n % 200 === 0 },
    },
  ],
  volumes: [
    { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }] } },
    { name: 'config', configMap: { name: `config-${n % 50}` } },
  ],
});

function* pods(count: number): Generator<object> {
  for (let n = 0; n < count; n++) {
    const app = Math.floor(n / 10);
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: `app-${app}`, controller: true };
    yield {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta(`app-${app}-${n}`, space(app), { ownerReferences: [owner] }),
      spec: podSpec(app, `node-${n % NODES}`),
      status: {
        phase: 'Running',
        conditions: ['Initialized', 'Ready', 'PodScheduled'].map((type) => ({
          type,
          status: 'True',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        })),
        containerStatuses: [{ name: 'main', ready: true, restartCount: 0, image: `registry.example/app-${app}:1` }],
      },
    };
  }
}

function* others(count: number): Generator<object> {
  for (let n = 0; n < NAMESPACES; n++) yield { apiVersion: 'v1', kind: 'Namespace', metadata: meta(space(n), undefined) };
  for (let n = 0; n < NODES; n++) yield { apiVersion: 'v1', kind: 'Node', metadata: meta(`node-${n}`, undefined) };
  const each = Math.floor((count - NAMESPACES - NODES) / 5);
  for (let n = 0; n < each; n++) {
    const namespace = space(n);
    yield {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta(`app-${n}`, namespace),
      spec: { replicas: 10, template: { spec: podSpec(n) } },
    };
    const index = Math.floor(n / NAMESPACES);
    yield { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta(`sa-${index}`, namespace) };
    yield {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: meta(`secret-${index}`, namespace),
      type: 'Opaque',
      data: { password: Buffer.from(`generated-${n}-0123456789`).toString('base64') },
    };
    const rules = [{ apiGroups: [''], resources: RESOURCES[n % RESOURCES.length], verbs: ['get', 'list', 'create'] }];
    yield { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: meta(`role-${index}`, namespace), rules };
    yield {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: meta(`binding-${index}`, namespace),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: `role-${index}` },
      subjects: [{ kind: 'ServiceAccount', name: `sa-${index}`, namespace }],
    };
  }
}

const RESOURCES = [['pods'], ['secrets'], ['pods', 'pods/exec'], ['serviceaccounts/token'], ['configmaps', 'services']];

/** Writes lists of objects into the folder; the bytes written. */
export function writeCluster(folder: string, objects: number): number {
  mkdirSync(folder, { recursive: true });
  const podCount = Math.floor(objects * 0.75);
  let bytes = 0;
  let file = 0;
  let items: object[] = [];
  const flush = (): void => {
    if (items.length === 0) return;
    const text = JSON.stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } });
    writeFileSync(join(folder, `list-${file++}.json`), text);
    bytes += text.length;
    items = [];
  };
  for (const source of [others(objects - podCount), pods(podCount)])
    for (const object of source) {
      items.push(object);
      if (items.length === OBJECTS_PER_FILE) flush();
    }
  flush();
  return bytes;
}
