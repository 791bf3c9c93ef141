/** A small cluster as objects, and what a test adds to it. Its service account `shop/app` holds nothing by itself. */
import { kubernetesCollector } from '../../../src/collectors/kubernetes/collector.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

export interface Rule {
  /** The namespace that it is granted in; cluster-wide without one. */
  readonly in?: string;
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io/v1';
export const object = (kind: string, place: string, rest: object = {}, apiVersion = 'v1'): object => {
  const [namespace, name] = place.includes('/') ? place.split('/', 2) : [undefined, place];
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, ...rest };
};

export const sampleObjects = (): object[] => [
  object('ServiceAccount', 'shop/app'),
  object('ServiceAccount', 'shop/other'),
  object('ServiceAccount', 'ops/robot'),
  object('Secret', 'shop/db', { type: 'Opaque', stringData: { note: 'plain' } }),
  object('Secret', 'shop/other', { type: 'Opaque', stringData: { note: 'plain' } }),
  object('Secret', 'ops/ops', { type: 'Opaque', stringData: { note: 'plain' } }),
  object('ConfigMap', 'ops/settings', { data: { api_token: 'a-value-of-some-length' } }),
  object('ConfigMap', 'shop/plain', { data: { color: 'green' } }),
  object('Deployment', 'shop/web', { spec: { template: { spec: { containers: [{ name: 'web' }] } } } }, 'apps/v1'),
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }] },
    spec: { nodeName: 'n1', containers: [{ name: 'web' }] },
    status: { phase: 'Running' },
  },
  object(
    'ClusterRole',
    'tokens',
    { rules: [{ verbs: ['create'], apiGroups: [''], resources: ['serviceaccounts/token'] }] },
    RBAC,
  ),
  object(
    'ClusterRoleBinding',
    'nobody',
    { roleRef: { kind: 'ClusterRole', name: 'gone' }, subjects: [{ kind: 'User', name: 'ann' }] },
    RBAC,
  ),
];

/** Roles of these rules, bound to the subject: one role and binding for each. */
export function granted(rules: readonly Rule[], subject: object, prefix: string): object[] {
  return rules.flatMap(({ in: namespace, ...rule }, index) => {
    const place = `${namespace ? `${namespace}/` : ''}${prefix}-${index}`;
    const [kind, binding] = namespace ? ['Role', 'RoleBinding'] : ['ClusterRole', 'ClusterRoleBinding'];
    return [
      object(kind, place, { rules: [rule] }, RBAC),
      object(binding, place, { roleRef: { kind, name: `${prefix}-${index}` }, subjects: [subject] }, RBAC),
    ];
  });
}

/** What a source of these objects, one a line, says. */
export async function collectingObjects(objects: readonly object[], settings: object = {}): Promise<Outcome> {
  await using folder = await sampleFolder({ 'objects.json': `${objects.map((one) => JSON.stringify(one)).join('\n')}\n` });
  return await collecting(kubernetesCollector, { files: folder.root, ...settings });
}

/** `LEVEL target[ certainty]` of the grants that the holder has itself. */
export function yieldsOf({ relationships }: Outcome, holder: string): string[] {
  const held = new Set(relationships.filter((one) => one.kind === 'HAS_GRANT' && one.source === holder).map((one) => one.target));
  const rights = relationships.filter(({ kind, source }) => kind.startsWith('CAN_') && held.has(source));
  const said = rights.map(
    ({ kind, target, certainty }) => `${kind.slice('CAN_'.length)} ${target}${certainty === 'definite' ? '' : ` ${certainty}`}`,
  );
  return [...new Set(said)].sort();
}
