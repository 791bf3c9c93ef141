/** The account that the jobs deploy to, as AWS answers, and its EKS cluster as `kubectl get -o json` shows it. All of it is made up. */
import type { Lacks } from './facts.ts';

export const ACCOUNT = '333300003333';
const ISSUER = 'oidc.eks.eu-central-1.amazonaws.com/id/0EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE';
const GITHUB = 'token.actions.githubusercontent.com';
const provider = (issuer: string): string => `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;

export const DEPLOY_ROLE = `arn:aws:iam::${ACCOUNT}:role/ci/platform-deploy`;
export const EXPORT_ROLE = `arn:aws:iam::${ACCOUNT}:role/orders-export`;
/** `aws-auth` names a role without its path. */
const MAPPED_ROLE = `arn:aws:iam::${ACCOUNT}:role/platform-deploy`;
/** Built here: a file with it would look like one that holds a password. */
const DATABASE_URL = `postgres://orders_app:${['correct', 'horse', 'battery'].join('-')}@db.northwind.example:5432/orders`;

const federated = (issuer: string, claims: Readonly<Record<string, string>>) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Tokens',
      Effect: 'Allow',
      Principal: { Federated: provider(issuer) },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: Object.fromEntries(Object.entries(claims).map(([name, value]) => [`${issuer}:${name}`, value])),
      },
    },
  ],
});

const role = (arn: string, trust: object, statements: readonly object[]) => ({
  Path: arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1),
  RoleName: arn.slice(arn.lastIndexOf('/') + 1),
  RoleId: `AROA0EXAMPLE${arn.length}`,
  Arn: arn,
  CreateDate: '2025-01-01T00:00:00+00:00',
  AssumeRolePolicyDocument: trust,
  InstanceProfileList: [],
  RolePolicyList: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  AttachedManagedPolicies: [],
  Tags: [],
});

function podTrust(lacks: Lacks): object {
  const issuer = lacks('the role trusts the issuer of the cluster') ? ISSUER.replace(/.$/, '1') : ISSUER;
  const namespace = lacks('the role trusts the namespace as it is written') ? 'Shop' : 'shop';
  const aud = lacks('the role takes the audience that pods are handed') ? 'vault.northwind.example' : 'sts.amazonaws.com';
  return federated(issuer, { aud, sub: `system:serviceaccount:${namespace}:orders` });
}

function accountDetails(lacks: Lacks): object {
  const trusted = lacks('the role trusts the job') ? 'website' : 'platform';
  const trust = federated(GITHUB, { aud: 'sts.amazonaws.com', sub: `repo:northwind/${trusted}:ref:refs/heads/main` });
  return {
    UserDetailList: [],
    GroupDetailList: [],
    RoleDetailList: [
      role(DEPLOY_ROLE, trust, [{ Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: '*' }]),
      role(EXPORT_ROLE, podTrust(lacks), [
        { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::northwind-orders/*' },
      ]),
    ],
    Policies: [],
    IsTruncated: false,
  };
}

const object = (kind: string, place: string, rest: object = {}, apiVersion = 'v1'): object => {
  const [namespace, name] = place.includes('/') ? place.split('/', 2) : [undefined, place];
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, ...rest };
};
const RBAC = 'rbac.authorization.k8s.io/v1';
const APPS = 'apps/v1';

const bound = (place: string, rule: object, subject: object): object[] => {
  const name = place.slice(place.indexOf('/') + 1);
  return [
    object('Role', place, { rules: [rule] }, RBAC),
    object('RoleBinding', place, { roleRef: { apiGroup: RBAC.split('/')[0], kind: 'Role', name }, subjects: [subject] }, RBAC),
  ];
};

const deployment = (place: string, spec: object): object => object('Deployment', place, { spec: { template: { spec } } }, APPS);

const podOf = (place: string, nodeName: string, spec: object): object => {
  const [namespace, name] = place.split('/') as [string, string];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: `${name}-1`, ownerReferences: [{ kind: 'Deployment', name, controller: true }] },
    spec: { ...spec, nodeName },
    status: { phase: 'Running' },
  };
};

function clusterObjects(lacks: Lacks): object[] {
  const builder = {
    automountServiceAccountToken: false,
    containers: [{ name: 'builder', securityContext: { privileged: !lacks('the pod is privileged') } }],
  };
  const orders = {
    // Without a token of its own in the pod it would still be had: the kubelet may ask for one.
    serviceAccountName: lacks('the pod runs as the account') ? 'idle' : 'orders',
    containers: [{ name: 'orders' }],
  };
  const roles = [{ rolearn: MAPPED_ROLE, username: 'ci', groups: ['deployers'] }];
  const mapRoles = lacks('the cluster knows the role') ? '[]' : JSON.stringify(roles);
  const entering = lacks('its group may enter pods') ? 'pods/log' : 'pods/exec';
  const reading = lacks('the account may read the secret') ? 'orders-cache' : 'orders-db';
  const data = { DATABASE_URL: Buffer.from(DATABASE_URL).toString('base64') };
  return [
    object('Node', 'n1'),
    object('Node', 'n2'),
    object('ConfigMap', 'kube-system/aws-auth', { data: { mapRoles } }),
    ...bound(
      'ci/enter',
      { apiGroups: [''], resources: [entering], verbs: ['create', 'get'] },
      { kind: 'Group', name: 'deployers', apiGroup: 'rbac.authorization.k8s.io' },
    ),
    deployment('ci/builder', builder),
    podOf('ci/builder', 'n1', builder),
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'shop', name: 'orders', annotations: { 'eks.amazonaws.com/role-arn': EXPORT_ROLE } },
    },
    deployment('shop/orders', orders),
    podOf('shop/orders', lacks('both pods are on one node') ? 'n2' : 'n1', orders),
    ...bound(
      'data/read-orders-db',
      { apiGroups: [''], resources: ['secrets'], resourceNames: [reading], verbs: ['get'] },
      { kind: 'ServiceAccount', name: 'orders', namespace: 'shop' },
    ),
    object('Secret', 'data/orders-db', { type: 'Opaque', data }),
  ];
}

export const cloudFiles = (lacks: Lacks): Record<string, string> => ({
  [`aws/${ACCOUNT}/authorization-details.json`]: JSON.stringify(accountDetails(lacks)),
  'k8s/objects.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: clusterObjects(lacks) }),
  'k8s/cluster.json': JSON.stringify({ cluster: { name: 'prod', identity: { oidc: { issuer: `https://${ISSUER}` } } } }),
});
