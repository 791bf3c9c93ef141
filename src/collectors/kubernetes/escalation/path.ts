/** What an escalation path is: rights that together come to more than they say. One small file each, and a line in `index.ts`. */
import type { Certainty, ConditionClass, Level } from '../../../model/kinds.ts';
import type { Held, Names, Rights } from '../rights.ts';

/** What a power is over. `at` of the rights says where. */
export type Targets =
  /** The cluster, or the namespace: everything in it. */
  | { readonly type: 'scope' }
  | { readonly type: 'cluster' }
  | { readonly type: 'nodes' }
  | {
      readonly type: 'each';
      readonly of: Things;
      readonly names: Names;
      /** Only in these, when it is not all of the place. */
      readonly namespaces?: ReadonlySet<string>;
      /** Of workloads, only those whose specification holds a credential. */
      readonly spelledOut?: true;
    };

/** `pods`: the workloads that they belong to; `pods on nodes`: by the names of the nodes. */
export type Things =
  | 'secrets'
  | 'serviceaccounts'
  | 'configmaps'
  | 'users'
  | 'groups'
  | 'namespaces'
  | 'pods'
  | 'pods on nodes'
  | Controllers;
export type Controllers =
  | 'deployments'
  | 'statefulsets'
  | 'daemonsets'
  | 'replicasets'
  | 'replicationcontrollers'
  | 'jobs'
  | 'cronjobs';

export interface Power {
  readonly level: Level;
  readonly over: Targets;
  /** A sentence: becomes the reason of the relationship. */
  readonly why: string;
  /** What it was had by. */
  readonly by: Held['by'];
  /** `definite` unless told. */
  readonly certainty?: Certainty;
  readonly condition?: string;
  readonly conditionClass?: ConditionClass;
}

export interface EscalationPath {
  readonly id: string;
  /** Where it is described. */
  readonly source: string;
  powers(rights: Rights): Iterable<Power>;
}

export const RBAC_PRACTICES = 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/';
export const READ_VERBS = ['get', 'list', 'watch'] as const;
export const CHANGE_VERBS = ['update', 'patch'] as const;
export const RBAC_API = 'rbac.authorization.k8s.io';

export const each = (of: Things, names: Names, namespaces?: ReadonlySet<string>): Targets =>
  namespaces ? { type: 'each', of, names, namespaces } : { type: 'each', of, names };
