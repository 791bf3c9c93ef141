/** Which pods are handed tokens of their service account, and for whom. */
import { expect, it } from 'vitest';
import { kubernetesCollector } from '../../../src/collectors/kubernetes/collector.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';
import { collectingObjects, object } from './sample-cluster.ts';

const edgesOf = ({ edges }: Outcome, word: string): string[] => edges.filter((edge) => edge.includes(word));

const staticPod = (metadata: object): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'kube-scheduler-n1', namespace: 'kube-system', ...metadata },
  spec: { nodeName: 'n1', containers: [{ name: 'main' }] },
  status: { phase: 'Running' },
});

it.each([
  ['its node owns it', { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', controller: true }] }],
  ['it mirrors a file of the node', { annotations: { 'kubernetes.io/config.mirror': 'd41d8cd98f' } }],
])('a static pod has no service account, and its node none by it: %s', async (_, metadata) => {
  const found = await collectingObjects([object('ServiceAccount', 'kube-system/default'), staticPod(metadata)]);
  expect(edgesOf(found, 'RUNS_AS')).toEqual(['k8s:test/_/nodes/n1 RUNS_AS k8s:test/_/users/system:node:n1']);
  expect(edgesOf(found, 'CAN_')).toEqual(['k8s:test/_/permissions/system:masters CAN_CONTROL k8s:test']);
  expect(edgesOf(found, 'HOSTS')).toEqual(['k8s:test/_/nodes/n1 HOSTS k8s:test/kube-system/pods/kube-scheduler-n1']);
});

it('names no service account for the sake of a static pod', async () => {
  const found = await collectingObjects([staticPod({ ownerReferences: [{ kind: 'Node', name: 'n1' }] })]);
  expect(found.entities.filter(({ kind }) => kind === 'ServiceAccount')).toEqual([]);
});

const ISSUER = 'https://oidc.example/id/1';
const SUBJECT = 'external:oidc/oidc.example/id/1/system:serviceaccount:shop:app';
const ROLE = 'arn:aws:iam::111122223333:role/app';

const account = (annotations = {}, automountServiceAccountToken = false): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'app', namespace: 'shop', annotations },
  automountServiceAccountToken,
});
const deployment = (spec: object = {}): object =>
  object(
    'Deployment',
    'shop/web',
    { spec: { template: { spec: { serviceAccountName: 'app', containers: [{ name: 'main' }], ...spec } } } },
    'apps/v1',
  );
const projecting = (...tokens: object[]): object => ({
  volumes: [{ name: 't', projected: { sources: tokens.map((serviceAccountToken) => ({ serviceAccountToken })) } }],
});

/** `target certainty` of what the Deployment runs as. */
async function runsAs(objects: readonly object[], settings: object = {}): Promise<string[]> {
  const { relationships, errors } = await collectingObjects(objects, settings);
  expect(errors).toEqual([]);
  return relationships
    .filter(({ source, kind }) => kind === 'RUNS_AS' && source === 'k8s:test/shop/deployments/web')
    .map(({ target, certainty }) => `${target} ${certainty}`)
    .sort();
}
const APP = 'k8s:test/shop/serviceaccounts/app';

it.each<[string, object[], object, string[]]>([
  ['nothing, where neither asks for a token', [account(), deployment()], {}, []],
  ['the account, with the usual token', [account({}, true), deployment()], {}, [`${APP} definite`]],
  [
    'the account, where the pod asks for the token',
    [account(), deployment({ automountServiceAccountToken: true })],
    {},
    [`${APP} definite`],
  ],
  ['nothing, where the pod refuses the token', [account({}, true), deployment({ automountServiceAccountToken: false })], {}, []],
  ['the account, by a token that names no audience', [account(), deployment(projecting({ path: 't' }))], {}, [`${APP} definite`]],
  [
    'the account, by a token for the API server',
    [account(), deployment(projecting({ audience: 'https://kubernetes.default.svc.cluster.local' }))],
    {},
    [`${APP} definite`],
  ],
  [
    "the account, by a token for the API server's issuer",
    [account(), deployment(projecting({ audience: ISSUER }))],
    { issuer: ISSUER },
    [`${APP} definite`],
  ],
  [
    'the account only if the API server takes what is meant for others',
    [account(), deployment(projecting({ audience: 'vault' }))],
    {},
    [`${APP} conditional`],
  ],
  [
    'the subject that others see, surely',
    [account(), deployment(projecting({ audience: 'vault' }))],
    { issuer: ISSUER },
    [`${SUBJECT} definite`, `${APP} conditional`],
  ],
  [
    'the account, by one token of several',
    [account(), deployment(projecting({ audience: 'vault' }, {}))],
    { issuer: ISSUER },
    [`${APP} definite`],
  ],
  [
    'the subject that AWS sees, by the webhook of EKS',
    [account({ 'eks.amazonaws.com/role-arn': ROLE }), deployment()],
    { issuer: ISSUER },
    [`${SUBJECT} definite`, `${APP} conditional`],
  ],
])('a workload runs as %s', async (_, objects, settings, expected) => {
  expect(await runsAs(objects, settings)).toEqual([...expected].sort());
});

it('a workload runs as its role of Pod Identity, whatever it says of the usual token', async () => {
  const association = { association: { namespace: 'shop', serviceAccount: 'app', roleArn: ROLE, associationId: 'a-1' } };
  await using folder = await sampleFolder({
    'objects.json': [account(), deployment()].map((one) => JSON.stringify(one)).join('\n'),
    'association.json': JSON.stringify(association),
  });
  const { relationships } = await collecting(kubernetesCollector, { files: folder.root, issuer: ISSUER });
  const found = relationships.filter(({ source, kind }) => kind === 'RUNS_AS' && source === 'k8s:test/shop/deployments/web');
  expect(found.map(({ target, certainty }) => `${target} ${certainty}`).sort()).toEqual([
    `aws:${ROLE} definite`,
    `${APP} conditional`,
  ]);
});
