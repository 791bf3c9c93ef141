/**
 * What the access policies of EKS allow, as rules: AWS keeps no objects of them in the cluster. Of those for people; those for services
 * of AWS are not here.
 * https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
 */
import type { PolicyRule } from './rule.ts';

const READ = ['get', 'list', 'watch'];
const CHANGE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const RBAC = 'rbac.authorization.k8s.io';

const rule = (group: string, resources: string, verbs: readonly string[]): PolicyRule => ({
  verbs,
  apiGroups: [group],
  resources: resources.split(' '),
  resourceNames: [],
  nonResourceURLs: [],
});
const everything = (verbs: readonly string[]): PolicyRule => rule('*', '*', verbs);

/** Kinds of the API groups beside the core, which may be seen, and changed by who may edit. */
const OTHERS: readonly (readonly [group: string, resources: string])[] = [
  ['apps', 'daemonsets deployments deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale'],
  ['autoscaling', 'horizontalpodautoscalers'],
  ['batch', 'cronjobs jobs'],
  ['networking.k8s.io', 'ingresses networkpolicies'],
  ['policy', 'poddisruptionbudgets'],
];
const ENTERED = 'pods/attach pods/exec pods/portforward pods/proxy';

const view: readonly PolicyRule[] = [
  rule('', 'configmaps endpoints persistentvolumeclaims pods replicationcontrollers serviceaccounts services', READ),
  rule('', 'bindings events limitranges namespaces namespaces/status pods/log pods/status resourcequotas', READ),
  ...OTHERS.map(([group, resources]) => rule(group, resources, READ)),
  rule('apps', 'controllerrevisions', READ),
  rule('discovery.k8s.io', 'endpointslices', READ),
];

const edit: readonly PolicyRule[] = [
  ...view,
  rule('', `${ENTERED} secrets services/proxy`, READ),
  rule('', `pods ${ENTERED}`, CHANGE),
  rule(
    '',
    'configmaps events persistentvolumeclaims replicationcontrollers secrets serviceaccounts services services/proxy',
    CHANGE,
  ),
  rule('', 'serviceaccounts', ['impersonate']),
  ...OTHERS.map(([group, resources]) => rule(group, resources, CHANGE)),
];

const POLICIES: Readonly<Record<string, readonly PolicyRule[]>> = {
  AmazonEKSViewPolicy: view,
  AmazonEKSEditPolicy: edit,
  AmazonEKSAdminPolicy: [
    ...edit,
    rule(RBAC, 'roles rolebindings', [...READ, ...CHANGE]),
    rule('authorization.k8s.io', 'localsubjectaccessreviews', ['create']),
  ],
  AmazonEKSAdminViewPolicy: [everything(READ)],
  AmazonEKSClusterAdminPolicy: [everything(['*'])],
};

/** Undefined for a policy that is not known. */
export const eksPolicyRules = (name: string): readonly PolicyRule[] | undefined =>
  Object.hasOwn(POLICIES, name) ? POLICIES[name] : undefined;
