import { covers, either, type Rights, together } from '../rights.ts';
import { CHANGE_VERBS, type EscalationPath, each, RBAC_API, RBAC_PRACTICES } from './path.ts';

const CLUSTER_ROLES = { apiGroup: RBAC_API, resource: 'clusterroles' };
const CLUSTER_BINDINGS = { apiGroup: RBAC_API, resource: 'clusterrolebindings' };

/**
 * With `bind`, whoever may write bindings may give themselves roles. Any ClusterRole is as good as cluster-admin, which every cluster
 * has; rights to bind named roles only are followed up by `selfGrants`.
 */
export const bindRoles: EscalationPath = {
  id: 'bind-roles',
  source: `${RBAC_PRACTICES}#bind-verb`,
  *powers(rights) {
    const bind = rights.held(['bind'], CLUSTER_ROLES);
    if (bind?.names !== 'every') return;
    const why = 'may bind any ClusterRole, cluster-admin among them, to itself (bind)';
    if (rights.at === '') {
      const held = together(either(rights.held(['create'], CLUSTER_BINDINGS), changesAdmins(rights)), bind);
      if (held) yield { level: 'control', over: { type: 'cluster' }, why, by: held.by };
    }
    const inside = together(rights.held(['create'], { apiGroup: RBAC_API, resource: 'rolebindings' }), bind);
    if (inside)
      yield {
        level: 'control',
        over: rights.at === '' ? each('namespaces', 'every') : { type: 'scope' },
        why: `${why} in the namespace`,
        by: inside.by,
      };
  },
};

/** Every API server makes the binding `cluster-admin` when it starts. */
function changesAdmins(rights: Rights) {
  const held = rights.held(CHANGE_VERBS, CLUSTER_BINDINGS);
  return held && covers(held.names, 'cluster-admin') ? held : undefined;
}
