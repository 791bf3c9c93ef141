/** What a subject may still do, asked of the server's authorizers as they are: RBAC, and whatever else decides there. */
import { type KubernetesSubject, kubernetesUser } from '../../model/kubernetes-actions.ts';
import type { Cluster } from './cluster.ts';

interface Question {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** The rights by which somebody goes on from here; the first is all of them. */
const QUESTIONS: readonly Question[] = [
  { verb: '*', group: '*', resource: '*' },
  { verb: 'get', resource: 'secrets' },
  { verb: 'list', resource: 'secrets' },
  { verb: 'create', resource: 'pods' },
  { verb: 'create', resource: 'pods', subresource: 'exec' },
  { verb: 'create', resource: 'serviceaccounts', subresource: 'token' },
  { verb: 'impersonate', resource: 'serviceaccounts' },
  { verb: 'patch', group: 'apps', resource: 'deployments' },
  { verb: 'update', resource: 'configmaps' },
];

export interface Answers {
  readonly asked: number;
  /** What is still allowed, each with the server's reason. */
  readonly allowed: readonly string[];
}

/** The groups in which Kubernetes puts a subject by itself. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
export const groupsOf = ({ subject, name, namespace }: KubernetesSubject): string[] =>
  subject === 'ServiceAccount'
    ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
    : subject === 'User'
      ? ['system:authenticated']
      : [name, 'system:authenticated'];

export async function stillAllowed(cluster: Cluster, subject: KubernetesSubject): Promise<Answers> {
  const namespaces = subject.namespace === undefined ? [undefined] : [undefined, subject.namespace];
  const asked = namespaces.flatMap((namespace) => QUESTIONS.map((question) => ({ question, namespace })));
  const allowed: string[] = [];
  for (const { question, namespace } of asked) {
    const answer = await review(cluster, subject, { ...question, namespace });
    if (answer !== undefined) allowed.push(answer);
  }
  return { asked: asked.length, allowed };
}

interface Review {
  readonly status?: { readonly allowed?: boolean; readonly reason?: string };
}

async function review(
  cluster: Cluster,
  subject: KubernetesSubject,
  { namespace, verb, resource, subresource, group = '' }: Question & { readonly namespace: string | undefined },
): Promise<string | undefined> {
  const resourceAttributes = { verb, group, resource, ...(subresource && { subresource }), ...(namespace && { namespace }) };
  const spec = { user: kubernetesUser(subject) ?? 'interlock:nobody', groups: groupsOf(subject), resourceAttributes };
  const { status } = await cluster.ask<Review>('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec,
  });
  if (status?.allowed !== true) return undefined;
  const what = `${verb} ${resource}${subresource ? `/${subresource}` : ''}${namespace ? ` in ${namespace}` : ''}`;
  return `${what} is still allowed${status.reason ? `: ${status.reason}` : ''}`;
}

/** Whether the server takes a token. The token goes there and nowhere else. */
export async function isTaken(cluster: Cluster, token: string): Promise<boolean> {
  const { status } = await cluster.ask<{ status?: { authenticated?: boolean } }>('/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token },
  });
  return status?.authenticated === true;
}
