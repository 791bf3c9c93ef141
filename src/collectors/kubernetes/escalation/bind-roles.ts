import { together } from '../rights.ts';
import { type EscalationPath, each, RBAC_API, RBAC_PRACTICES } from './path.ts';

const CLUSTER_ROLES = { apiGroup: RBAC_API, resource: 'clusterroles' };

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
      const held = together(rights.held(['create'], { apiGroup: RBAC_API, resource: 'clusterrolebindings' }), bind);
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
