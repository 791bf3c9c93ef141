/** Which rights steps would be refused for, asked as ourselves. */
import { counted } from '../../model/counted.ts';
import type { Checked } from '../../ports/checked.ts';
import type { Cluster } from './cluster.ts';
import { ownAccess } from './own-access.ts';

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** What it is for. */
  readonly use: string;
}

const RBAC = 'rbac.authorization.k8s.io';
const both = (verbs: readonly string[], use: string): Right[] =>
  ['rolebindings', 'clusterrolebindings'].flatMap((resource) => verbs.map((verb) => ({ verb, group: RBAC, resource, use })));
const of = (group: string, resource: string, verbs: readonly string[], use: string): Right[] =>
  verbs.map((verb) => ({ verb, group, resource, use }));

/** `examples/kubernetes-enforcer.yaml` grants them all. */
export const RIGHTS: readonly Right[] = [
  ...both(['get', 'list', 'update', 'create', 'delete'], 'to take a subject out of bindings'),
  ...['roles', 'clusterroles'].map((resource) => ({
    verb: 'bind',
    group: RBAC,
    resource,
    use: 'to change bindings of roles that one does not hold',
  })),
  ...of('authorization.k8s.io', 'subjectaccessreviews', ['create'], 'to see what a subject may still do'),
  ...of('authentication.k8s.io', 'tokenreviews', ['create'], 'to see whether a token is taken'),
  ...of('', 'namespaces', ['get'], 'to tell what is gone from what never was'),
  ...of('', 'serviceaccounts', ['get', 'delete'], 'to delete service accounts'),
  { verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', use: 'to issue tokens' },
  ...of('', 'secrets', ['get', 'list', 'create', 'update', 'delete'], 'to end tokens, and to write new values'),
  ...of('', 'pods', ['get', 'delete'], 'to end pods'),
  ...of('networking.k8s.io', 'networkpolicies', ['get', 'list', 'create', 'delete'], 'to isolate pods'),
  ...of('apps', 'replicasets', ['get'], 'to isolate pods'),
  ...of('batch', 'jobs', ['get'], 'to isolate pods'),
  ...['deployments', 'statefulsets', 'daemonsets'].flatMap((resource) =>
    of('apps', resource, ['get', 'list', 'patch'], 'to roll out what reads a new value'),
  ),
];

export async function* checkCluster(cluster: Cluster, place: string): AsyncGenerator<Checked> {
  const own = await ownAccess(cluster);
  const who = own?.user ?? 'the identity of the kubeconfig';
  const missing: Right[] = [];
  for (const right of RIGHTS) if (!(await isAllowed(cluster, right))) missing.push(right);
  for (const { verb, group, resource, subresource, use } of missing) {
    const what = `${verb} ${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''}`;
    yield { type: 'missing', text: `${what}: not allowed in the whole cluster, ${use}; grant it to ${who}` };
  }
  const allowed = RIGHTS.length - missing.length;
  if (allowed === 0) yield { type: 'blocked', text: `${place}: nothing may be changed as ${who}; bind it to a role that may` };
  else yield { type: 'works', text: `${place} as ${who}: ${counted(allowed, 'right')} of ${RIGHTS.length}` };
}

async function isAllowed(cluster: Cluster, { verb, group, resource, subresource }: Right): Promise<boolean> {
  const resourceAttributes = { verb, group, resource, ...(subresource && { subresource }) };
  const { status } = await cluster.ask<{ status?: { allowed?: boolean } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
  );
  return status?.allowed === true;
}
