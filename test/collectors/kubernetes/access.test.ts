import { expect, it } from 'vitest';
import { kubernetesAccess } from '../../../src/collectors/kubernetes/access.ts';
import { attributesOf, isKubernetesAction } from '../../../src/collectors/kubernetes/access-words.ts';
import type { StoredDocument } from '../../../src/model/entity.ts';
import { collectingObjects, granted } from './sample-cluster.ts';

const APP = { kind: 'ServiceAccount', name: 'app', namespace: 'shop' };

/** Questions about what a collection kept, as the store hands it back. */
async function questions(objects: readonly object[]) {
  const { said } = await collectingObjects(objects);
  const documents = said.flatMap((one) => (one.type === 'facts' ? (one.documents ?? []) : []));
  async function* stored(): AsyncGenerator<StoredDocument> {
    for (const document of documents) yield { ...document, origin: 'test', scope: 'cluster', hash: '', generation: 1 };
  }
  return await kubernetesAccess.load(stored(), new Date(0));
}
const request = (action: string, resource: string) => ({ action, resource, context: new Map() });

it('answers in the words of kubectl, with the binding and the rule', async () => {
  const asked = await questions(granted([{ in: 'shop', verbs: ['get'], apiGroups: [''], resources: ['secrets'] }], APP, 'own'));
  const app = 'k8s:test/shop/serviceaccounts/app';
  expect(asked.can(app, request('get secrets', 'shop/db'))).toMatchObject({
    verdict: 'allowed',
    because: [{ policy: 'RoleBinding shop/own-0', statement: 'Role own-0: get on secrets', effect: 'Allow' }],
    touched: [app, 'k8s:test'],
  });
  expect(asked.can(app, request('get secrets', 'k8s:test/shop/secrets/db'))?.verdict).toBe('allowed');
  expect(asked.can(app, request('get secrets', 'ops/db'))?.verdict).toBe('implicit-deny');
  expect(asked.can(app, request('list secrets', '*'))?.verdict).toBe('implicit-deny');
  expect(asked.can('k8s:elsewhere/shop/serviceaccounts/app', request('get secrets', '*'))).toBeUndefined();
});

it('counts the groups that Kubernetes adds, and those who may do everything', async () => {
  const rules = [{ verbs: ['list'], apiGroups: ['apps'], resources: ['deployments'] }];
  const asked = await questions([
    ...granted(rules, { kind: 'Group', name: 'system:serviceaccounts' }, 'all'),
    ...granted(rules, { kind: 'User', name: 'ann' }, 'ann'),
  ]);
  expect(asked.can('k8s:test/shop/serviceaccounts/any', request('list deployments', 'shop/*'))?.verdict).toBe('allowed');
  expect(asked.whoCan(request('list deployments', '*')).items.map(({ key }) => key)).toEqual([
    'k8s:test/_/groups/system:masters',
    'k8s:test/_/groups/system:serviceaccounts',
    'k8s:test/_/users/ann',
  ]);
  expect(asked.whoCan(request('delete deployments', '*')).items.map(({ key }) => key)).toEqual([
    'k8s:test/_/groups/system:masters',
  ]);
});

it.each([
  ['get secrets', 'shop/db', { verb: 'get', apiGroup: '', resource: 'secrets', name: 'db', namespace: 'shop' }],
  ['create pods/exec', 'shop/*', { resource: 'pods', subresource: 'exec', name: '', namespace: 'shop' }],
  ['bind clusterroles', 'cluster-admin', { apiGroup: 'rbac.authorization.k8s.io', name: 'cluster-admin', namespace: '' }],
  ['get widgets.example.com/status', '*', { apiGroup: 'example.com', resource: 'widgets', subresource: 'status' }],
  ['create customresourcedefinitions', '*', { apiGroup: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }],
  ['create mutatingadmissionpolicybindings', '*', { apiGroup: 'admissionregistration.k8s.io' }],
  ['create tokenreviews', '*', { apiGroup: 'authentication.k8s.io' }],
  ['patch horizontalpodautoscalers/status', 'shop/web', { apiGroup: 'autoscaling', subresource: 'status', name: 'web' }],
  ['get s3buckets.aws.example.com', '*', { apiGroup: 'aws.example.com', resource: 's3buckets' }],
  ['* *', '*', { verb: '*', apiGroup: '*', resource: '*' }],
  ['get', '/metrics', { verb: 'get', resource: '', path: '/metrics' }],
  ['list pods', 'k8s:prod/_/namespaces/shop', { namespace: 'shop', name: '' }],
  ['patch nodes', 'k8s:prod/_/nodes/n1', { namespace: '', name: 'n1' }],
])('understands %s on %s', (action, resource, expected) => {
  expect(isKubernetesAction(action)).toBe(true);
  expect(attributesOf({ action, resource })).toMatchObject(expected);
});

it('refuses other words', () => {
  expect(isKubernetesAction('s3:GetObject')).toBe(false);
  expect(() => attributesOf({ action: 'get', resource: '*' })).toThrow('expected a verb and a resource of Kubernetes');
});
