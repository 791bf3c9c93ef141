import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kubernetesCollector } from '../../../src/collectors/kubernetes/collector.ts';
import { createFingerprinter } from '../../../src/model/fingerprint.ts';
import { collecting, type Outcome, SAMPLE_KEY } from '../../contracts/collecting.ts';
import { collectorContract } from '../../contracts/collector.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { auditLine } from './audit-line.ts';
import { collectingObjects, granted, object, sampleObjects } from './sample-cluster.ts';

const fingerprint = createFingerprinter(SAMPLE_KEY);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const list = (items: readonly object[], kind = 'List', apiVersion = 'v1'): string => JSON.stringify({ apiVersion, items, kind });
const template = (spec: object, annotations?: object) => ({ spec: { template: { metadata: { annotations }, spec } } });
const deployment = (place: string, spec: object, annotations?: object) =>
  object('Deployment', place, template({ containers: [{ name: 'main' }], ...spec }, annotations), 'apps/v1');
const pod = (place: string, spec: object, rest: object = {}) =>
  object('Pod', place, { spec: { containers: [{ name: 'main' }], ...spec }, ...rest });

async function files(contents: Readonly<Record<string, string | Buffer>>, settings: object = {}): Promise<Outcome> {
  await using folder = await sampleFolder(contents);
  return await collecting(kubernetesCollector, { files: folder.root, ...settings });
}

const fact = ({ relationships }: Outcome, name: string) =>
  relationships.find(({ source, kind, target }) => `${source} ${kind} ${target}` === name);

const awsAuth = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'aws-auth', namespace: 'kube-system' },
  data: {
    mapRoles: '- rolearn: arn:aws:iam::111122223333:role/deployer\n  username: deployer\n  groups: [system:masters]\n',
    mapUsers: '- userarn: arn:aws:iam::111122223333:user/ann\n  username: "{{SessionName}}"\n  groups: [devs]\n',
  },
};

const everything: object[] = [
  ...sampleObjects(),
  object('Secret', 'shop/token', {
    type: 'kubernetes.io/service-account-token',
    data: { token: base64('a-token-of-the-account') },
    metadata: { name: 'token', namespace: 'shop', annotations: { 'kubernetes.io/service-account.name': 'other' } },
  }),
  pod('shop/debug', {
    nodeName: 'n1',
    volumes: [{ name: 's', secret: { secretName: 'db' } }],
    containers: [{ name: 'x', securityContext: { privileged: true } }],
  }),
  awsAuth,
  ...granted(
    [{ in: 'shop', verbs: ['get', 'update'], apiGroups: [''], resources: ['secrets'] }],
    { kind: 'Group', name: 'devs' },
    'devs',
  ),
];

describe('the collector of Kubernetes', () => {
  const source = async (contents: Readonly<Record<string, string | Buffer>>, names = '') => {
    const folder = await sampleFolder(contents);
    return {
      settings: { files: folder.root, issuer: 'https://oidc.example/id/1/' },
      names,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  };
  const audit = [
    auditLine({
      verb: 'get',
      resource: 'secrets',
      namespace: 'shop',
      name: 'db',
      user: 'system:serviceaccount:shop:app',
      jti: 't1',
    }),
    auditLine({
      verb: 'create',
      resource: 'serviceaccounts',
      subresource: 'token',
      namespace: 'shop',
      name: 'other',
      user: 'ann',
      issued: 't2',
    }),
  ];
  const good = { 'cluster.json.gz': gzipSync(list(everything)), 'audit.log': `${audit.join('\n')}\n` };
  collectorContract({
    collector: kubernetesCollector,
    good: () => source(good),
    broken: () =>
      source(
        { ...good, 'odd.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: 7 }\n' },
        'odd.yaml:1: Secret.metadata.name: expected text',
      ),
  });
});

describe('files', () => {
  it('reads several documents, lists, typed lists, lines and gzip, whatever their names', async () => {
    const found = await files({
      a: 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: a, namespace: shop }\n---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: ServiceAccount, metadata: { name: b, namespace: shop } }\n',
      'b.txt': list([{ metadata: { name: 'c', namespace: 'shop' } }], 'ServiceAccountList'),
      'c.json': JSON.stringify([object('ServiceAccount', 'shop/d')]),
      'd.json': JSON.stringify({ items: [object('ServiceAccount', 'shop/e')] }),
      'e.json': `${JSON.stringify(object('ServiceAccount', 'shop/f'))}\n${JSON.stringify(object('ServiceAccount', 'shop/g'))}\n`,
      'f.gz': gzipSync(JSON.stringify(object('ServiceAccount', 'shop/h'))),
    });
    expect([...found.errors, ...found.warnings]).toEqual([]);
    const accounts = found.entities.filter(({ kind }) => kind === 'ServiceAccount').map(({ name }) => name);
    expect(accounts.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `shop/${name}`));
  });

  it('puts what names no namespace into default', async () => {
    const found = await collectingObjects([object('ServiceAccount', 'app')]);
    expect(found.entity('k8s:test/default/serviceaccounts/app')).toBeDefined();
  });

  const one = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: a, namespace: shop }\n';
  it.each([
    ['a value', 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ .Values.name }}\n'],
    ['a value in quotes', 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: "{{ .Release.Name }}-app"\n'],
    ['a condition', 'apiVersion: v1\nkind: Secret\n{{- if .Values.x }}\nmetadata: { name: b }\n{{- end }}\n'],
    ['a loop over all', '{{- range .Values.all }}\napiVersion: v1\nkind: Secret\nmetadata: { name: {{ . }} }\n{{- end }}\n'],
    ['a block', 'apiVersion: v1\nkind: Secret\nmetadata:\n  labels: {{ include "x" . | nindent 4 }}\n'],
  ])('warns of a template of Helm with %s, by file and line, and reads what is beside it', async (_, template) => {
    const found = await files({ 'f.yaml': `${one}---\n${template}---\n${one.replace('name: a', 'name: z')}` });
    expect(found.errors).toEqual([]);
    expect(found.warnings).toEqual([expect.stringMatching(/^f\.yaml:\d+: a Helm template: not read until it is rendered/)]);
    const names = found.entities.filter(({ kind }) => kind === 'ServiceAccount').map(({ name }) => name);
    expect(names.sort()).toEqual(['shop/a', 'shop/z']);
  });

  it('reads manifests whose texts have actions of other programs', async () => {
    const rules =
      'apiVersion: v1\nkind: Secret\nmetadata: { name: alerts }\nstringData:\n  a: "{{ range .Alerts }}{{ .Labels.name }}{{ end }}"\n';
    const found = await files({ 'f.yaml': `${one}---\n${rules}` });
    expect([...found.errors, ...found.warnings]).toEqual([]);
    expect(found.entity('k8s:test/default/secrets/alerts')).toBeDefined();
  });

  it.each([
    [
      'a doubled key',
      `${one}---\napiVersion: v1\nkind: Secret\nkind: Secret\n`,
      'f.yaml: not YAML: a key stands twice in one map (line 7, column 1)',
    ],
    [
      'a wrong type',
      `${one}---\n\napiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: 7 }\n`,
      'f.yaml:6: Pod.spec.containers: expected a list, found a number',
    ],
    [
      'an unknown alias',
      `${one}---\napiVersion: v1\nkind: ConfigMap\nmetadata: *gone\n`,
      'f.yaml: aliases that expand more than 100-fold, or name nothing',
    ],
  ])('names %s with its place, and reads the document beside it', async (_, text, message) => {
    const found = await files({ 'f.yaml': text });
    expect(found.errors).toHaveLength(1);
    expect(found.errors[0]).toContain(message);
    expect(found.entity('k8s:test/shop/serviceaccounts/a')).toBeDefined();
    expect(found.scopes.map(({ scope, coverage }) => `${scope} ${coverage}`)).toEqual(['* partial', 'cluster complete']);
  });

  it('reads anchors', async () => {
    const found = await files({
      'f.yaml': `x: &m { namespace: shop, name: a }\napiVersion: v1\nkind: ServiceAccount\nmetadata: *m\n`,
    });
    expect(found.entity('k8s:test/shop/serviceaccounts/a')).toBeDefined();
  });

  it('warns once of each kind that it does not know, and not of those that say nothing of identities', async () => {
    const found = await collectingObjects([
      object('Widget', 'shop/a', {}, 'example.com/v1'),
      object('Widget', 'shop/b', {}, 'example.com/v1'),
      object('Service', 'shop/c'),
      object('Ingress', 'shop/c', {}, 'networking.k8s.io/v1'),
    ]);
    expect(found.warnings).toEqual(['objects.json:1: Widget (example.com/v1): a kind that is not read, 2 of them']);
  });

  it('warns of notes and values, and does not call them broken', async () => {
    const found = await files({
      'README.md': '# Notes\n\n- a: "b\n\tc: d\n',
      'values.yaml': 'replicas: 3\n',
      'x.json': '{"a": 1}',
    });
    expect(found.errors).toEqual([]);
    expect(found.warnings).toEqual(
      ['README.md', 'values.yaml', 'x.json'].map((name) => `${name}: not recognised as anything that this source reads; ignored`),
    );
  });

  it('says that admission policies were not asked', async () => {
    const { said } = await collectingObjects(sampleObjects());
    expect(said.flatMap((one) => (one.type === 'layer-missing' ? [one.layer] : []))).toEqual([
      expect.stringContaining('admission policies'),
    ]);
  });
});

describe('workloads', () => {
  const owned = (kind: string, name: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name, controller: true }] });
  const inShop = (kind: string, name: string, owner: object, spec: object): object => ({
    apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop', ...owner },
    spec,
  });
  const containers = [{ name: 'main' }];

  it('folds pods and ReplicaSets into their Deployment, wherever it is known from', async () => {
    const found = await collectingObjects([
      deployment('shop/web', { serviceAccountName: 'web' }),
      inShop('ReplicaSet', 'web-5d4f8', owned('Deployment', 'web'), {
        template: { spec: { containers, serviceAccountName: 'earlier' } },
      }),
      inShop('Pod', 'web-5d4f8-a', owned('ReplicaSet', 'web-5d4f8'), { containers, nodeName: 'n1', serviceAccountName: 'web' }),
      inShop('Pod', 'web-5d4f8-b', owned('ReplicaSet', 'web-5d4f8'), { containers, nodeName: 'n2', serviceAccountName: 'web' }),
      inShop('Pod', 'web-77c9d8b6f-c', owned('ReplicaSet', 'web-77c9d8b6f'), {
        containers,
        nodeName: 'n2',
        serviceAccountName: 'web',
      }),
      inShop('Pod', 'api-77c9d8b6f-a', owned('ReplicaSet', 'api-77c9d8b6f'), { containers, nodeName: 'n1' }),
      inShop('Pod', 'rollout-a', owned('Rollout', 'canary'), { containers, nodeName: 'n1' }),
    ]);
    const workloads = found.entities.filter(({ key, kind }) => kind === 'Workload' && !key.includes('/nodes/'));
    expect(workloads.map(({ key }) => key).sort()).toEqual([
      'k8s:test/shop/deployments/web',
      'k8s:test/shop/replicasets/api-77c9d8b6f',
      'k8s:test/shop/rollouts/canary',
    ]);
    expect(found.entity('k8s:test/shop/deployments/web')?.properties).toMatchObject({ pods: 3 });
    const own = found.edges.filter((edge) => edge.includes('deployments/web') && !edge.includes('CONTAINS'));
    expect(own).toEqual([
      'k8s:test/_/nodes/n1 HOSTS k8s:test/shop/deployments/web',
      'k8s:test/_/nodes/n2 HOSTS k8s:test/shop/deployments/web',
      'k8s:test/shop/deployments/web RUNS_AS k8s:test/shop/serviceaccounts/web',
    ]);
  });

  it('leaves out pods that ended', async () => {
    const found = await collectingObjects([pod('shop/done', { nodeName: 'n1' }, { status: { phase: 'Succeeded' } })]);
    expect(found.entities.filter(({ kind }) => kind === 'Workload')).toEqual([]);
  });

  it('runs as its service account only where it is handed a token', async () => {
    const found = await collectingObjects([
      { ...object('ServiceAccount', 'shop/quiet'), automountServiceAccountToken: false },
      deployment('shop/by-account', { serviceAccountName: 'quiet' }),
      deployment('shop/anyway', { serviceAccountName: 'quiet', automountServiceAccountToken: true }),
      deployment('shop/by-pod', { automountServiceAccountToken: false }),
      deployment('shop/projected', {
        serviceAccountName: 'quiet',
        volumes: [
          { name: 't', projected: { sources: [{ serviceAccountToken: { audience: 'vault', expirationSeconds: 600 } }] } },
        ],
      }),
    ]);
    expect(found.edges.filter((edge) => edge.includes('RUNS_AS'))).toEqual([
      'k8s:test/shop/deployments/anyway RUNS_AS k8s:test/shop/serviceaccounts/quiet',
      'k8s:test/shop/deployments/projected RUNS_AS k8s:test/shop/serviceaccounts/quiet',
    ]);
    expect(found.entity('k8s:test/shop/deployments/projected')?.properties).toMatchObject({
      projectedTokens: [{ audience: 'vault', expirationSeconds: 600 }],
    });
  });

  it('reads Secrets that are mounted, in the environment or projected; a pull secret only through the node', async () => {
    const found = await collectingObjects([
      { ...object('ServiceAccount', 'shop/default'), imagePullSecrets: [{ name: 'registry' }] },
      deployment('shop/web', {
        volumes: [
          { name: 'a', secret: { secretName: 'mounted' } },
          { name: 'b', projected: { sources: [{ secret: { name: 'projected' } }] } },
        ],
        containers: [{ name: 'main', env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'one', key: 'k' } } }] }],
        initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 'whole' } }] }],
      }),
    ]);
    const reads = found.relationships.filter(({ kind }) => kind === 'READS');
    expect(reads.map(({ target, certainty }) => `${target.split('/').at(-1)} ${certainty}`).sort()).toEqual([
      'mounted definite',
      'one definite',
      'projected definite',
      'registry conditional',
      'whole definite',
    ]);
    expect(found.entity('k8s:test/shop/secrets/one')?.stub).toBe(true);
  });

  it.each([
    ['a privileged container', { containers: [{ name: 'x', securityContext: { privileged: true } }] }, 'definite'],
    [
      'a capability to load modules',
      { containers: [{ name: 'x', securityContext: { capabilities: { add: ['CAP_SYS_MODULE'] } } }] },
      'definite',
    ],
    [
      'tracing without the processes of the node',
      { containers: [{ name: 'x', securityContext: { capabilities: { add: ['SYS_PTRACE'] } } }] },
      undefined,
    ],
    [
      'tracing the processes of the node',
      { hostPID: true, containers: [{ name: 'x', securityContext: { capabilities: { add: ['SYS_PTRACE'] } } }] },
      'definite',
    ],
    [
      'mounting, with the usual profile',
      { containers: [{ name: 'x', securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }] },
      'conditional',
    ],
    ['the processes of the node alone', { hostPID: true }, 'conditional'],
    ['the network of the node alone', { hostNetwork: true }, 'possible'],
    ['users of its own', { hostUsers: false, containers: [{ name: 'x', securityContext: { privileged: true } }] }, undefined],
    ['the root of the node, writable', mounted('/', false), 'definite'],
    ['tokens of the node, readable', mounted('/var/lib/kubelet/pods', true), 'definite'],
    ['the socket of the runtime, readable', mounted('/run/containerd/containerd.sock', true), 'definite'],
    ['homes, readable', mounted('/root/.ssh', true), 'conditional'],
    ['a folder above tokens, writable', mounted('/var/lib', false), 'definite'],
    ['a data folder, writable', mounted('/mnt/data', false), undefined],
    ['a path that climbs', mounted('/mnt/../etc/kubernetes', true), 'definite'],
    ['logs, writable', mounted('/var/log', false), undefined],
    ['a host folder that no container mounts', { volumes: [{ name: 'v', hostPath: { path: '/' } }] }, undefined],
  ])('%s is a way to the node: %#', async (_, spec, certainty) => {
    const found = await collectingObjects([pod('shop/p', { nodeName: 'n1', ...spec })]);
    expect(fact(found, 'k8s:test/shop/pods/p ESCAPES_TO k8s:test/_/nodes/n1')?.certainty).toBe(certainty);
  });

  function mounted(path: string, readOnly: boolean): object {
    return {
      volumes: [{ name: 'v', hostPath: { path } }],
      containers: [{ name: 'x', volumeMounts: [{ name: 'v', mountPath: '/h', readOnly }] }],
    };
  }

  it('doubts that pods which Pod Security refuses ever ran, unless they were seen', async () => {
    const privileged = { containers: [{ name: 'x', securityContext: { privileged: true } }] };
    const restricted = {
      ...object('Namespace', 'shop'),
      metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    };
    const found = await collectingObjects([
      restricted,
      deployment('shop/planned', privileged),
      pod('shop/seen', { nodeName: 'n1', ...privileged }),
    ]);
    expect(fact(found, 'k8s:test/shop/deployments/planned ESCAPES_TO k8s:test/_/nodes/*')).toMatchObject({
      certainty: 'conditional',
      condition: expect.stringContaining('restricted'),
    });
    expect(fact(found, 'k8s:test/shop/pods/seen ESCAPES_TO k8s:test/_/nodes/n1')?.certainty).toBe('definite');
  });

  it('reaches a node that nobody knows where its pods were not collected', async () => {
    const found = await collectingObjects([
      deployment('shop/p', { containers: [{ name: 'x', securityContext: { privileged: true } }] }),
    ]);
    expect(found.edges).toContain('k8s:test/shop/deployments/p ESCAPES_TO k8s:test/_/nodes/*');
    expect(found.entity('k8s:test/_/nodes/*')?.properties).toMatchObject({ hypothetical: true });
  });
});

describe('credentials', () => {
  const exposed = ({ relationships }: Outcome): string[] =>
    relationships
      .filter(({ kind }) => kind === 'EXPOSES')
      .map(({ source, target }) => `${source.split('/').slice(-2).join('/')} ${target}`)
      .sort();

  it('keeps the fingerprint of what a Secret holds, and nothing of the value', async () => {
    const value = 'correct-horse-battery';
    const found = await collectingObjects([
      object('Secret', 'shop/db', { data: { password: base64(value), username: base64('shop_owner') } }),
    ]);
    expect(exposed(found)).toEqual(['secrets/db k8s:test/shop/secrets/db#password']);
    expect(found.entity('k8s:test/shop/secrets/db#password')?.properties).toMatchObject({ fingerprint: fingerprint(value) });
    expect(found.entity('k8s:test/shop/secrets/db')?.properties).toMatchObject({ keys: ['password', 'username'] });
    expect(JSON.stringify(found.said)).not.toContain(value);
    expect(JSON.stringify(found.said)).not.toContain(base64(value));
  });

  it('knows the kinds of Secrets by what they are for', async () => {
    const docker = JSON.stringify({ auths: { 'registry.example': { auth: base64('bot:pull-the-image') } } });
    const found = await collectingObjects([
      object('Secret', 'shop/tls', {
        type: 'kubernetes.io/tls',
        data: { 'tls.key': base64('key of the server'), 'tls.crt': base64('public') },
      }),
      object('Secret', 'shop/reg', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64(docker) } }),
      object('Secret', 'kube-system/boot', {
        type: 'bootstrap.kubernetes.io/token',
        stringData: { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef' },
      }),
      {
        ...object('Secret', 'shop/legacy', { type: 'kubernetes.io/service-account-token' }),
        metadata: { name: 'legacy', namespace: 'shop', annotations: { 'kubernetes.io/service-account.name': 'app' } },
      },
    ]);
    expect(exposed(found)).toEqual([
      'secrets/boot k8s:test/kube-system/secrets/boot#token-secret',
      'secrets/legacy k8s:test/shop/secrets/legacy#token',
      'secrets/reg k8s:test/shop/secrets/reg#registry.example',
      'secrets/tls k8s:test/shop/secrets/tls#tls.key',
    ]);
    expect(found.entity('k8s:test/shop/secrets/reg#registry.example')?.properties).toMatchObject({
      fingerprint: fingerprint('pull-the-image'),
    });
    expect(found.edges).toContain('k8s:test/shop/secrets/legacy#token AUTHENTICATES_AS k8s:test/shop/serviceaccounts/app');
    expect(found.edges).toContain(
      'k8s:test/kube-system/secrets/boot#token-secret AUTHENTICATES_AS k8s:test/_/users/system:bootstrap:abcdef',
    );
    expect(found.entity('k8s:test/shop/secrets/legacy#token')?.properties).toEqual({ type: 'token' });
  });

  it('finds an AWS key by both of its halves, and none by its id alone', async () => {
    const secret = `${'aB3/'.repeat(9)}+xY9`;
    const found = await collectingObjects([
      object('Secret', 'shop/aws', { stringData: { AWS_ACCESS_KEY_ID: 'AKIA0EXAMPLE10000001', AWS_SECRET_ACCESS_KEY: secret } }),
      object('ConfigMap', 'shop/half', { data: { AWS_ACCESS_KEY_ID: 'AKIA0EXAMPLE10000002' } }),
    ]);
    expect(exposed(found)).toEqual(['secrets/aws aws:AKIA0EXAMPLE10000001']);
    expect(found.entity('aws:AKIA0EXAMPLE10000001')?.stub).toBe(true);
    expect(JSON.stringify(found.said)).not.toContain(secret);
  });

  it('finds what lies in the clear in ConfigMaps and environments', async () => {
    const found = await collectingObjects([
      object('ConfigMap', 'shop/app', {
        data: {
          DATABASE_URL: 'postgres://shop:battery-staple@db/shop',
          LOG_LEVEL: 'debug',
          api_token: '${TOKEN}',
          password_file: '/run/secret',
        },
      }),
      deployment('shop/web', {
        containers: [
          {
            name: 'main',
            env: [
              { name: 'API_KEY', value: 'spelled-out-key' },
              { name: 'TOKEN_URL', value: 'https://idp.example' },
            ],
          },
        ],
      }),
    ]);
    expect(exposed(found)).toEqual([
      'configmaps/app k8s:test/shop/configmaps/app#DATABASE_URL',
      'deployments/web k8s:test/shop/deployments/web#API_KEY',
    ]);
    expect(found.entity('k8s:test/shop/configmaps/app#DATABASE_URL')?.properties).toMatchObject({
      fingerprint: fingerprint('battery-staple'),
    });
    expect(found.edges).toContain('k8s:test/shop/deployments/web USES k8s:test/shop/deployments/web#API_KEY');
  });
});

describe('identity out of the cluster', () => {
  const SUBJECT = 'external:oidc/oidc.example/id/1/system:serviceaccount:shop:app';
  const account = (annotations: object) => ({
    ...object('ServiceAccount', 'shop/app'),
    metadata: { name: 'app', namespace: 'shop', annotations },
  });
  const role = 'arn:aws:iam::111122223333:role/shop';
  const member = `k8s:test/shop/serviceaccounts/app MEMBER_OF ${SUBJECT}`;

  it('is a subject of the cluster’s issuer: surely where its pods are handed such tokens, else on a condition', async () => {
    const settings = { issuer: 'https://oidc.example/id/1' };
    const annotated = await collectingObjects([account({ 'eks.amazonaws.com/role-arn': role })], settings);
    expect(fact(annotated, member)).toMatchObject({
      certainty: 'definite',
      reason: expect.stringContaining('sts.amazonaws.com'),
    });
    expect(fact(await collectingObjects([account({})], settings), member)).toMatchObject({
      certainty: 'conditional',
      conditionClass: 'possession',
    });
  });

  it.each([
    ['discovery', { issuer: 'https://oidc.example/id/1', jwks_uri: 'https://oidc.example/keys' }],
    ['describe-cluster', { cluster: { name: 'c', identity: { oidc: { issuer: 'https://oidc.example/id/1' } } } }],
    [
      'the API server’s own pod',
      pod('kube-system/kube-apiserver-n1', {
        containers: [{ name: 'a', command: ['kube-apiserver', '--service-account-issuer=https://oidc.example/id/1'] }],
      }),
    ],
  ])('learns the issuer from %s', async (_, answer) => {
    const found = await files({ 'a.json': JSON.stringify(answer), 'b.json': JSON.stringify(account({})) });
    expect([...found.errors, ...found.warnings]).toEqual([]);
    expect(found.edges).toContain(member);
  });

  it('takes annotations for claims where the other side was not asked', async () => {
    const found = await collectingObjects([
      account({
        'eks.amazonaws.com/role-arn': role,
        'iam.gke.io/gcp-service-account': 'app@acme.iam.gserviceaccount.com',
        'azure.workload.identity/client-id': '11111111-2222',
      }),
    ]);
    const claimed = found.relationships.filter(({ kind }) => kind === 'CAN_ASSUME');
    expect(claimed.map(({ target, certainty }) => `${target} ${certainty}`)).toEqual([
      `aws:${role} possible`,
      'gcp:app@acme.iam.gserviceaccount.com possible',
      'azure:11111111-2222 possible',
    ]);
  });

  it('tells the keys of a Secret apart, where a pod is handed some of them', async () => {
    const secret = (name: string) => ['v4', 'Lx', name, '9sKd2'].join('');
    const found = await collectingObjects([
      object('Secret', 'shop/db', { stringData: { user: 'shop', password: secret('a'), 'admin-password': secret('b') } }),
      deployment('shop/env', {
        containers: [{ name: 'main', env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] }],
      }),
      deployment('shop/files', {
        containers: [{ name: 'main' }],
        volumes: [{ name: 'v', secret: { secretName: 'db', items: [{ key: 'admin-password', path: 'p' }] } }],
      }),
      deployment('shop/user', {
        containers: [{ name: 'main', env: [{ name: 'U', valueFrom: { secretKeyRef: { name: 'db', key: 'user' } } }] }],
      }),
      deployment('shop/both', {
        containers: [{ name: 'main', env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] }],
        volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'db' } }] } }],
      }),
    ]);
    expect(found.edges.filter((edge) => / (?:READS|USES) /.test(edge))).toEqual([
      'k8s:test/shop/deployments/both READS k8s:test/shop/secrets/db',
      'k8s:test/shop/deployments/env USES k8s:test/shop/secrets/db#password',
      'k8s:test/shop/deployments/files USES k8s:test/shop/secrets/db#admin-password',
    ]);
  });

  it('reads associations of EKS Pod Identity and the identities that aws-auth maps', async () => {
    const association = { clusterName: 'c', namespace: 'shop', serviceAccount: 'app', roleArn: role, associationId: 'a-1' };
    const found = await files({ 'a.json': JSON.stringify({ association }), 'b.json': JSON.stringify(awsAuth) });
    expect(found.edges).toContain(`k8s:test/shop/serviceaccounts/app CAN_ASSUME aws:${role}`);
    expect(found.edges).toContain('aws:arn:aws:iam::111122223333:role/deployer MEMBER_OF k8s:test/_/groups/system:masters');
    expect(found.edges).toContain('aws:arn:aws:iam::111122223333:role/deployer CAN_ASSUME k8s:test/_/users/deployer');
    expect(found.edges).toContain('aws:arn:aws:iam::111122223333:user/ann MEMBER_OF k8s:test/_/groups/devs');
    expect(found.edges).toContain('k8s:test/_/permissions/system:masters CAN_CONTROL k8s:test');
  });

  it('takes an access entry before aws-auth, and each only where the cluster heeds it', async () => {
    const entry = { principalArn: 'arn:aws:iam::111122223333:role/ci/Deployer', kubernetesGroups: ['devs'] };
    const groupsOf = async (mode: string | undefined): Promise<string[]> => {
      const found = await files({
        'a.json': JSON.stringify(awsAuth),
        'b.json': JSON.stringify({ accessEntry: entry }),
        ...(mode && { 'c.json': JSON.stringify({ cluster: { name: 'c', accessConfig: { authenticationMode: mode } } }) }),
      });
      return found.edges.filter((edge) => edge.startsWith('aws:') && edge.includes(' MEMBER_OF ')).sort();
    };
    const user = 'aws:arn:aws:iam::111122223333:user/ann MEMBER_OF k8s:test/_/groups/devs';
    const byEntry = `aws:${entry.principalArn} MEMBER_OF k8s:test/_/groups/devs`;
    const byConfigMap = 'aws:arn:aws:iam::111122223333:role/deployer MEMBER_OF k8s:test/_/groups/system:masters';
    expect(await groupsOf(undefined)).toEqual([byEntry, user]);
    expect(await groupsOf('API_AND_CONFIG_MAP')).toEqual([byEntry, user]);
    expect(await groupsOf('API')).toEqual([byEntry]);
    expect(await groupsOf('CONFIG_MAP')).toEqual([byConfigMap, user]);
  });

  it('lets nobody in by a role that aws-auth names with its path', async () => {
    const mapRoles = '- rolearn: arn:aws:iam::111122223333:role/ci/deployer\n  username: deployer\n  groups: [devs]\n';
    const found = await files({ 'a.json': JSON.stringify({ ...awsAuth, data: { mapRoles } }) });
    expect(found.edges.filter((edge) => edge.startsWith('aws:'))).toEqual([]);
  });

  it('reads access entries of EKS, and the policy of its administrators', async () => {
    const principalArn = 'arn:aws:iam::111122223333:role/deployer';
    const arn = (name: string): string => `arn:aws:eks::aws:cluster-access-policy/${name}`;
    const found = await files({
      'a.json': JSON.stringify({ accessEntry: { principalArn, kubernetesGroups: ['devs'], username: 'deployer' } }),
      'b.json': JSON.stringify({
        clusterName: 'c',
        principalArn,
        associatedAccessPolicies: [
          { policyArn: arn('AmazonEKSClusterAdminPolicy'), accessScope: { type: 'cluster', namespaces: [] } },
          { policyArn: arn('AmazonEKSNetworkingPolicy'), accessScope: { type: 'cluster', namespaces: [] } },
        ],
      }),
    });
    expect(found.errors).toEqual([]);
    expect(found.warnings).toEqual([expect.stringContaining('b.json: AmazonEKSNetworkingPolicy')]);
    expect(found.edges.filter((edge) => edge.startsWith('aws:'))).toEqual([
      `aws:${principalArn} CAN_ASSUME k8s:test/_/users/deployer`,
      `aws:${principalArn} HAS_GRANT k8s:test/_/permissions/system:masters`,
      `aws:${principalArn} MEMBER_OF k8s:test/_/groups/devs`,
    ]);
  });

  it('works out what access policies of EKS allow, in the namespaces that they are for', async () => {
    const principalArn = 'arn:aws:iam::111122223333:role/ci/deployer';
    const userArn = 'arn:aws:iam::111122223333:user/ann';
    const policy = (name: string, ...namespaces: string[]) => ({
      policyArn: `arn:aws:eks::aws:cluster-access-policy/${name}`,
      accessScope: { type: namespaces.length > 0 ? 'namespace' : 'cluster', namespaces },
    });
    const found = await files({
      'a.json': JSON.stringify({ principalArn, associatedAccessPolicies: [policy('AmazonEKSEditPolicy', 'shop-*')] }),
      'b.json': JSON.stringify({ principalArn: userArn, associatedAccessPolicies: [policy('AmazonEKSViewPolicy')] }),
      'c.yaml': ['shop-a', 'shop-b', 'ops']
        .map(
          (name) =>
            `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n---\napiVersion: v1\nkind: Secret\nmetadata: { name: db, namespace: ${name} }\n`,
        )
        .join(''),
    });
    expect([...found.errors, ...found.warnings]).toEqual([]);
    const session = 'k8s:test/_/users/arn:aws:sts::111122223333:assumed-role/deployer/{{SessionName}}';
    expect(found.edges.filter((edge) => edge.startsWith('aws:'))).toEqual([
      `aws:${principalArn} CAN_ASSUME ${session}`,
      `aws:${userArn} CAN_ASSUME k8s:test/_/users/${userArn}`,
    ]);
    const reads = (user: string): string[] => {
      const grants = found.relationships.filter(({ source, kind }) => source === user && kind === 'HAS_GRANT');
      const over = found.relationships.filter(
        ({ source, kind }) => kind === 'CAN_READ' && grants.some(({ target }) => target === source),
      );
      return [...new Set(over.map(({ target }) => target))].filter((target) => target.includes('/secrets/')).sort();
    };
    expect(reads(session)).toEqual(['k8s:test/shop-a/secrets/db', 'k8s:test/shop-b/secrets/db']);
    expect(reads(`k8s:test/_/users/${userArn}`)).toEqual([]);
  });

  it('keeps the Vault role that an agent logs in to', async () => {
    const found = await collectingObjects([deployment('shop/web', {}, { 'vault.hashicorp.com/role': 'shop' })]);
    expect(found.entity('k8s:test/shop/deployments/web')?.properties).toMatchObject({
      vaultRole: 'shop',
      vaultMount: 'auth/kubernetes',
    });
  });

  it('puts everybody into the groups that Kubernetes does', async () => {
    const found = await collectingObjects([
      object('ServiceAccount', 'shop/app'),
      object('Node', 'n1'),
      ...granted(
        [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }],
        { kind: 'Group', name: 'system:unauthenticated' },
        'all',
      ),
    ]);
    const group = (name: string): string => `k8s:test/_/groups/${name}`;
    expect(found.edges.filter((edge) => edge.includes('MEMBER_OF'))).toEqual([
      `external:anyone MEMBER_OF ${group('system:unauthenticated')}`,
      `${group('system:nodes')} MEMBER_OF ${group('system:authenticated')}`,
      `${group('system:serviceaccounts')} MEMBER_OF ${group('system:authenticated')}`,
      `${group('system:serviceaccounts:shop')} MEMBER_OF ${group('system:serviceaccounts')}`,
      `k8s:test/_/users/system:node:n1 MEMBER_OF ${group('system:nodes')}`,
      `k8s:test/shop/serviceaccounts/app MEMBER_OF ${group('system:serviceaccounts:shop')}`,
    ]);
    expect(fact(found, `external:anyone MEMBER_OF ${group('system:unauthenticated')}`)?.certainty).toBe('conditional');
  });
});
