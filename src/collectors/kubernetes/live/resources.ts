/** What is asked of a cluster, and the RBAC right that each list needs. `examples/kubernetes-read-only.yaml` grants them all. */

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** Holds values: only names are asked for, unless the settings say otherwise. */
  readonly hasValues?: true;
}

const list = (group: string, version: string, kinds: Readonly<Record<string, string>>): Resource[] =>
  Object.entries(kinds).map(([plural, kind]) => ({ group, version, plural, kind }));

export const RESOURCES: readonly Resource[] = [
  ...list('', 'v1', { namespaces: 'Namespace', nodes: 'Node', serviceaccounts: 'ServiceAccount', pods: 'Pod' }),
  ...list('', 'v1', { replicationcontrollers: 'ReplicationController' }),
  { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', hasValues: true },
  { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', hasValues: true },
  ...list('apps', 'v1', {
    deployments: 'Deployment',
    statefulsets: 'StatefulSet',
    daemonsets: 'DaemonSet',
    replicasets: 'ReplicaSet',
  }),
  ...list('batch', 'v1', { jobs: 'Job', cronjobs: 'CronJob' }),
  ...list('rbac.authorization.k8s.io', 'v1', {
    roles: 'Role',
    clusterroles: 'ClusterRole',
    rolebindings: 'RoleBinding',
    clusterrolebindings: 'ClusterRoleBinding',
  }),
];

export const pathOf = ({ group, version, plural }: Resource): string =>
  group === '' ? `/api/${version}/${plural}` : `/apis/${group}/${version}/${plural}`;

export const apiVersionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`);

/** In the words of `kubectl auth can-i`. */
export const permissionOf = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): string =>
  `list ${plural}${group === '' ? '' : `.${group}`}`;
