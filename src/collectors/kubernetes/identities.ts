/** Who acts in a cluster, and in which groups Kubernetes puts them by itself. */
import { type Requester, serviceAccountUser } from '../../iam/kubernetes/authorizer.ts';
import type { Subject } from '../../iam/kubernetes/objects.ts';
import { k8sObject } from '../../model/keys.ts';

export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const MASTERS = 'system:masters';
export const SERVICE_ACCOUNTS = 'system:serviceaccounts';
const NODES = 'system:nodes';
const BOOTSTRAPPERS = 'system:bootstrappers';

export type Identity =
  | { readonly type: 'serviceaccounts'; readonly namespace: string; readonly name: string }
  | { readonly type: 'users' | 'groups'; readonly namespace: ''; readonly name: string };

const SERVICE_ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** A user by the name that requests carry: service accounts have names of their own form. */
export function identityOfUser(name: string): Identity {
  const [, namespace, account] = SERVICE_ACCOUNT_USER.exec(name) ?? [];
  return namespace && account ? { type: 'serviceaccounts', namespace, name: account } : { type: 'users', namespace: '', name };
}

/** Undefined for a subject of a kind that Kubernetes does not have, or of no namespace. */
export function identityOf({ kind, namespace, name }: Subject): Identity | undefined {
  if (kind === 'ServiceAccount') return namespace === '' ? undefined : { type: 'serviceaccounts', namespace, name };
  if (kind === 'User') return identityOfUser(name);
  return kind === 'Group' ? { type: 'groups', namespace: '', name } : undefined;
}

export const keyOfIdentity = (source: string, { type, namespace, name }: Identity): string =>
  k8sObject(source, namespace, type, name);

/** The nearest first; each is in the next. */
export function implicitGroups({ type, namespace, name }: Identity): string[] {
  if (type === 'serviceaccounts') return [`${SERVICE_ACCOUNTS}:${namespace}`, SERVICE_ACCOUNTS, AUTHENTICATED];
  if (type === 'users') {
    if (name === 'system:anonymous') return [UNAUTHENTICATED];
    if (name.startsWith('system:node:')) return [NODES, AUTHENTICATED];
    return name.startsWith('system:bootstrap:') ? [BOOTSTRAPPERS, AUTHENTICATED] : [AUTHENTICATED];
  }
  if (name === AUTHENTICATED || name === UNAUTHENTICATED) return [];
  return name.startsWith(`${SERVICE_ACCOUNTS}:`) ? [SERVICE_ACCOUNTS, AUTHENTICATED] : [AUTHENTICATED];
}

/** As the API server sees its requests. A group is asked about by a user who is nobody else. */
export const requesterOf = ({ type, namespace, name }: Identity, groups: readonly string[]): Requester =>
  type === 'groups'
    ? { user: '', groups: [name, ...groups] }
    : { user: type === 'serviceaccounts' ? serviceAccountUser(namespace, name) : name, groups };
