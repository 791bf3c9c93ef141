/** Who we are in the cluster, and whether the server would let us: never the access by which we work. */
import { messageOf, RefusedError } from '../../model/errors.ts';
import { type KubernetesSubject, kubernetesUser } from '../../model/kubernetes-actions.ts';
import type { Cluster } from './cluster.ts';

export interface OwnAccess {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Kubernetes 1.28 and later; older servers do not say, and nothing is concluded then. */
export async function ownAccess(cluster: Cluster): Promise<OwnAccess | undefined> {
  try {
    const { status } = await cluster.ask<{ status?: { userInfo?: { username?: string; groups?: readonly string[] } } }>(
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    );
    const { username, groups = [] } = status?.userInfo ?? {};
    return username === undefined ? undefined : { user: username, groups };
  } catch (error) {
    if (error instanceof RefusedError && error.message.includes('answered 404')) return undefined;
    throw error;
  }
}

export const isOurs = (own: OwnAccess | undefined, subject: KubernetesSubject): boolean =>
  own !== undefined && (subject.subject === 'Group' ? own.groups.includes(subject.name) : own.user === kubernetesUser(subject));

/** Why the control plane's own names are left alone. */
export function lifeline(own: OwnAccess | undefined, subject: KubernetesSubject): string[] {
  if (isOurs(own, subject))
    return [
      `${subject.subject} ${subject.name} is interlock's own access to the cluster: a step on it would end the way to undo it`,
    ];
  if (
    subject.subject !== 'ServiceAccount' &&
    subject.name.startsWith('system:') &&
    !subject.name.startsWith('system:serviceaccount')
  )
    return [`${subject.subject} ${subject.name} is of Kubernetes itself: the control plane works by it`];
  return [];
}

/** What the server would say to a change, without making it. */
export async function wouldBeRefused(what: string, rehearsal: () => Promise<unknown>): Promise<string[]> {
  try {
    await rehearsal();
    return [];
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    // Admission webhooks with side effects take no dry run; they will be asked in earnest.
    if (/does not support dry run/i.test(error.message)) return [];
    return [`${what}: ${messageOf(error)}`];
  }
}
