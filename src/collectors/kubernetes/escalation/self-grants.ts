/** Roles that an identity may bind to itself: their rules are as good as its own. */
import { covers, type Grant, type Held, type Rights, together } from '../rights.ts';
import { CHANGE_VERBS, RBAC_API } from './path.ts';

/** Grants besides those that it has. Binding any ClusterRole is a power of its own (`bindRoles`). */
export function* selfGrants(rights: Rights): Generator<Grant> {
  const { at, cluster } = rights;
  const namespaces = at === '' ? [...cluster.namespaces] : [at];
  yield* ofBindingsThere(rights);
  if (at === '') yield* ofClusterRoles(rights, 'clusterrolebindings', ['']);
  yield* ofClusterRoles(rights, 'rolebindings', namespaces);
  yield* ofRoles(rights, namespaces);
}

function* ofRoles(rights: Rights, namespaces: readonly string[]): Generator<Grant> {
  const { authorizer } = rights.cluster;
  const held = together(may(rights, 'bind', 'roles'), written(rights, 'rolebindings'));
  if (!held) return;
  for (const namespace of namespaces)
    for (const name of authorizer.rolesIn(namespace)) {
      const rules = authorizer.role(namespace, name);
      if (rules && covers(held.names, name)) yield grant({ kind: 'Role', name }, namespace, { held, rules });
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

/** The role of a binding stays; whoever may bind that role may add themselves to its subjects. */
function* ofBindingsThere(rights: Rights): Generator<Grant> {
  const { at, cluster } = rights;
  const roles = { Role: may(rights, 'bind', 'roles'), ClusterRole: may(rights, 'bind', 'clusterroles') };
  if (!roles.Role && !roles.ClusterRole) return;
  const bindings = {
    RoleBinding: rights.held(CHANGE_VERBS, { apiGroup: RBAC_API, resource: 'rolebindings' }),
    ClusterRoleBinding:
      at === '' ? rights.held(CHANGE_VERBS, { apiGroup: RBAC_API, resource: 'clusterrolebindings' }) : undefined,
  };
  for (const binding of cluster.authorizer.bindings) {
    const { kind, name, namespace, role } = binding;
    const [change, bind] = [bindings[kind], role.kind === 'Role' ? roles.Role : roles.ClusterRole];
    if ((at !== '' && namespace !== at) || !change || !bind || cluster.eksRbac.includes(binding)) continue;
    const rules = covers(change.names, name) && covers(bind.names, role.name) ? cluster.authorizer.rulesOf(binding) : undefined;
    const held = together(change, bind);
    if (rules && held) yield grant(role, namespace, { held, rules });
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
