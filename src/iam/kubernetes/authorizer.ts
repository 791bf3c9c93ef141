/** Which rules speak of a user: bindings that name the user or a group of the request, in the cluster and in the namespace asked for. */
import { effectiveClusterRoles } from './aggregation.ts';
import { type BindingObject, isRole, type RoleObject, type Subject } from './objects.ts';
import { type AccessAttributes, type PolicyRule, ruleAllows } from './rule.ts';

export interface Requester {
  readonly user: string;
  /** As the authenticator gave them: none is added. */
  readonly groups: readonly string[];
}

/** A rule that allowed a request, and how the requester came by it. */
export interface Allowance {
  readonly binding: BindingObject;
  readonly rule: PolicyRule;
}

export class Authorizer {
  readonly bindings: readonly BindingObject[];
  readonly #clusterRoles: ReadonlyMap<string, readonly PolicyRule[]>;
  readonly #roles: ReadonlyMap<string, readonly PolicyRule[]>;

  constructor(objects: readonly (RoleObject | BindingObject)[]) {
    const roles = objects.filter(isRole);
    this.bindings = objects.filter((object): object is BindingObject => !isRole(object));
    this.#clusterRoles = effectiveClusterRoles(roles.filter(({ kind }) => kind === 'ClusterRole'));
    this.#roles = new Map(
      roles.filter(({ kind }) => kind === 'Role').map((role) => [`${role.namespace}/${role.name}`, role.rules]),
    );
  }

  /** Undefined when the role that the binding refers to is not there: it grants nothing. */
  rulesOf({ kind, namespace, role }: BindingObject): readonly PolicyRule[] | undefined {
    if (role.kind === 'ClusterRole') return this.#clusterRoles.get(role.name);
    return role.kind === 'Role' && kind === 'RoleBinding' ? this.#roles.get(`${namespace}/${role.name}`) : undefined;
  }

  clusterRole(name: string): readonly PolicyRule[] | undefined {
    return this.#clusterRoles.get(name);
  }

  role(namespace: string, name: string): readonly PolicyRule[] | undefined {
    return this.#roles.get(`${namespace}/${name}`);
  }

  /** Names of the Roles of a namespace. */
  rolesIn(namespace: string): string[] {
    return [...this.#roles.keys()].flatMap((key) => (key.startsWith(`${namespace}/`) ? key.slice(namespace.length + 1) : []));
  }

  /** Every rule that allows it; none is an implicit deny. */
  allowances(requester: Requester, request: AccessAttributes): Allowance[] {
    const speaking = this.bindings.filter(
      (binding) =>
        (binding.kind === 'ClusterRoleBinding' || (request.namespace !== '' && binding.namespace === request.namespace)) &&
        binding.subjects.some((subject) => isMeant(subject, requester)),
    );
    return speaking.flatMap((binding) =>
      (this.rulesOf(binding) ?? []).filter((rule) => ruleAllows(rule, request)).map((rule) => ({ binding, rule })),
    );
  }
}

/** The user name of a service account. */
export const serviceAccountUser = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

export function isMeant({ kind, name, namespace }: Subject, { user, groups }: Requester): boolean {
  if (kind === 'User') return user === name;
  if (kind === 'Group') return groups.includes(name);
  return kind === 'ServiceAccount' && namespace !== '' && user === serviceAccountUser(namespace, name);
}
