/** Who reads what specifications spell out: of the kinds, and by the names, that may be read. */
import { expect, it } from 'vitest';
import { collectingObjects, granted, object, type Rule, yieldsOf } from './sample-cluster.ts';

const APP = { kind: 'ServiceAccount', name: 'app', namespace: 'shop' };
const spelled = { containers: [{ name: 'main', env: [{ name: 'API_KEY', value: 'spelled-out-key' }] }] };
const silent = { containers: [{ name: 'main' }] };
const owned = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, controller: true }] });
const controller = (kind: string, name: string, spec: object, apiVersion: string, metadata: object = {}): object => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop', ...metadata },
  spec: kind === 'CronJob' ? { jobTemplate: { spec: { template: { spec } } } } : { template: { spec } },
});

const objects = [
  object('ServiceAccount', 'shop/app'),
  controller('Deployment', 'web', spelled, 'apps/v1'),
  controller('ReplicaSet', 'web-1', spelled, 'apps/v1', owned('Deployment', 'web')),
  controller('Deployment', 'quiet', silent, 'apps/v1'),
  controller('StatefulSet', 'store', spelled, 'apps/v1'),
  controller('CronJob', 'nightly', spelled, 'batch/v1'),
  controller('Job', 'nightly-1', spelled, 'batch/v1', owned('CronJob', 'nightly')),
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1-a', namespace: 'shop', ...owned('ReplicaSet', 'web-1') },
    spec: spelled,
  },
];
const [WEB, STORE, NIGHTLY] = ['deployments/web', 'statefulsets/store', 'cronjobs/nightly'].map(
  (one) => `READ k8s:test/shop/${one}`,
);

const reading = (apiGroups: string[], resources: string[], more: Partial<Rule> = {}): Rule => ({
  in: 'shop',
  verbs: ['get'],
  apiGroups,
  resources,
  ...more,
});

it.each<[string, Rule, (string | undefined)[]]>([
  ['pods: of all that runs', reading([''], ['pods']), [NIGHTLY, WEB, STORE]],
  ['a pod by its name: of what it belongs to', reading([''], ['pods'], { resourceNames: ['web-1-a', 'gone'] }), [WEB]],
  ['Deployments: of no other kind', reading(['apps'], ['deployments']), [WEB]],
  ['a Deployment by its name', reading(['apps'], ['deployments'], { resourceNames: ['web', 'quiet'] }), [WEB]],
  ['another Deployment by its name', reading(['apps'], ['deployments'], { resourceNames: ['quiet'] }), []],
  ['ReplicaSets: of Deployments too, which make them', reading(['apps'], ['replicasets']), [WEB]],
  ['StatefulSets everywhere', reading(['apps'], ['statefulsets'], { in: '' }), [STORE]],
  ['Jobs: of CronJobs too, which make them', reading(['batch'], ['jobs']), [NIGHTLY]],
  ['CronJobs', reading(['batch'], ['cronjobs']), [NIGHTLY]],
  ['logs: nothing', reading([''], ['pods/log']), []],
])('reads %s', async (_, rule, expected) => {
  const found = await collectingObjects([...objects, ...granted([rule], APP, 'own')]);
  expect(found.errors).toEqual([]);
  expect(yieldsOf(found, 'k8s:test/shop/serviceaccounts/app')).toEqual(expected);
});
