import { both, covers } from '../rights.ts';
import { CHANGE_VERBS, type EscalationPath, RBAC_API, RBAC_PRACTICES } from './path.ts';

/** Without `escalate`, nobody may write rules into a role that they do not have themselves; with it, into a role that they hold. */
export const changeRoles: EscalationPath = {
  id: 'change-roles',
  source: `${RBAC_PRACTICES}#escalate-verb`,
  *powers(rights) {
    const resource = rights.at === '' ? 'clusterroles' : 'roles';
    const type = { apiGroup: RBAC_API, resource };
    const held = both(rights.held(CHANGE_VERBS, type), rights.held(['escalate'], type));
    if (!held) return;
    const kind = rights.at === '' ? 'ClusterRole' : 'Role';
    const own = rights.grants.filter(
      ({ role, namespace }) =>
        role.kind === kind && covers(held.names, role.name) && (rights.at === '' || namespace === rights.at),
    );
    const widest = own.find(({ namespace }) => namespace === rights.at);
    const why = (name: string): string => `may write any rule into ${kind} ${name}, which it holds (escalate)`;
    if (widest) yield { level: 'control', over: { type: 'scope' }, why: why(widest.role.name), by: held.by };
    else
      for (const { role, namespace } of own)
        yield {
          level: 'control',
          over: { type: 'each', of: 'namespaces', names: new Set([namespace]) },
          why: why(role.name),
          by: held.by,
        };
  },
};
