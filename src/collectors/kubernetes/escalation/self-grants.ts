/** Roles that an identity may bind to itself: their rules are as good as its own. */
import { covers, type Grant, type Held, type Rights, together } from '../rights.ts';
import { RBAC_API } from './path.ts';

/** Grants besides those that it has. Binding any ClusterRole is a power of its own (`bindRoles`). */
export function* selfGrants(rights: Rights): Generator<Grant> {
  const { at, cluster } = rights;
  if (at === '') yield* ofClusterRoles(rights, 'clusterrolebindings', ['']);
  yield* ofClusterRoles(rights, 'rolebindings', at === '' ? [...cluster.namespaces] : [at]);
  const held = together(may(rights, 'bind', 'roles'), written(rights, 'rolebindings'));
  if (!held || at === '') return;
  for (const name of cluster.authorizer.rolesIn(at)) {
    const rules = cluster.authorizer.role(at, name);
    if (rules && covers(held.names, name)) yield grant({ kind: 'Role', name }, at, { held, rules });
  }
}

function* ofClusterRoles(rights: Rights, bindings: string, namespaces: readonly string[]): Generator<Grant> {
  const held = together(may(rights, 'bind', 'clusterroles'), written(rights, bindings));
  if (!held || held.names === 'every') return;
  for (const name of held.names) {
    const rules = rights.cluster.authorizer.clusterRole(name);
    if (rules) for (const namespace of namespaces) yield grant({ kind: 'ClusterRole', name }, namespace, { held, rules });
  }
}

const may = (rights: Rights, verb: string, resource: string): Held | undefined =>
  rights.held([verb], { apiGroup: RBAC_API, resource });

const written = (rights: Rights, resource: string): Held | undefined => rights.held(['create'], { apiGroup: RBAC_API, resource });

const grant = (role: Grant['role'], namespace: string, { held, rules }: { held: Held; rules: Grant['rules'] }): Grant => ({
  id: `${namespace} ${role.kind} ${role.name}`,
  namespace,
  rules,
  role,
  by: `${held.by.join(', ')}, by which it may bind ${role.kind} ${role.name} to itself${namespace ? ` in ${namespace}` : ''}`,
});
