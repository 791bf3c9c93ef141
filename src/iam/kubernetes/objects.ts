/** Roles and bindings as the API writes them (`rbac.authorization.k8s.io/v1`), and as they are used here. */
import { z } from 'zod';
import type { LabelSelector } from './label-selector.ts';
import type { PolicyRule } from './rule.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

const words = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const metadata = z.object({
  name: z.string().min(1),
  namespace: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  labels: z.record(z.string(), z.string()).nullish(),
  uid: z.string().nullish(),
  resourceVersion: z.string().nullish(),
});

const rule = z.object({
  verbs: words,
  apiGroups: words,
  resources: words,
  resourceNames: words,
  nonResourceURLs: words,
});

const selector = z.object({
  matchLabels: z.record(z.string(), z.string()).nullish(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: words }))
    .nullish(),
});

const roleShape = z.object({
  kind: z.enum(['Role', 'ClusterRole']),
  metadata,
  rules: z.array(rule).nullish(),
  aggregationRule: z.object({ clusterRoleSelectors: z.array(selector).nullish() }).nullish(),
});

const bindingShape = z.object({
  kind: z.enum(['RoleBinding', 'ClusterRoleBinding']),
  metadata,
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().nullish() })).nullish(),
});

export const rbacObjectShape = z.discriminatedUnion('kind', [roleShape, bindingShape]);
export type RawRbacObject = z.infer<typeof rbacObjectShape>;

export interface RoleObject {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
  /** Empty for a ClusterRole. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly PolicyRule[];
  /** The rules of the ClusterRoles that any of these selects are this role's own. */
  readonly aggregates: readonly LabelSelector[] | undefined;
  /** Read from an API server, whose controller has filled in what is aggregated. */
  readonly stored: boolean;
}

export interface Subject {
  readonly kind: string;
  readonly name: string;
  /** Of a service account; a RoleBinding's own where it names none. */
  readonly namespace: string;
}

export interface BindingObject {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  readonly name: string;
  readonly namespace: string;
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Subject[];
}

export const isRole = (object: RoleObject | BindingObject): object is RoleObject =>
  object.kind === 'Role' || object.kind === 'ClusterRole';

/** Where the API server puts what names no namespace. */
export const DEFAULT_NAMESPACE = 'default';

export function rbacObject(raw: RawRbacObject): RoleObject | BindingObject {
  const { name, namespace, labels, uid, resourceVersion } = raw.metadata;
  const isNamespaced = raw.kind === 'Role' || raw.kind === 'RoleBinding';
  const own = { name, namespace: isNamespaced ? namespace || DEFAULT_NAMESPACE : '' };
  if ('roleRef' in raw) {
    const subjects = (raw.subjects ?? []).map((subject) => ({
      kind: subject.kind,
      name: subject.name,
      namespace: subject.namespace || own.namespace,
    }));
    return { ...own, kind: raw.kind, role: raw.roleRef, subjects };
  }
  return {
    ...own,
    kind: raw.kind,
    labels: labels ?? {},
    rules: raw.rules ?? [],
    aggregates: raw.aggregationRule ? (raw.aggregationRule.clusterRoleSelectors ?? []) : undefined,
    stored: Boolean(uid) || Boolean(resourceVersion),
  };
}
