import { type EscalationPath, RBAC_PRACTICES } from './path.ts';

/** Every verb on every resource: cluster-admin, or the same in one namespace. */
export const everything: EscalationPath = {
  id: 'everything',
  source: 'https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles',
  *powers(rights) {
    const held = rights.held(['*'], { apiGroup: '*', resource: '*' });
    if (held?.names === 'every')
      yield { level: 'control', over: { type: 'scope' }, why: 'every verb on every resource', by: held.by };
  },
};

/** Members of this group are let through before any authorizer is asked. */
export const MASTERS_REASON = `system:masters may do everything, whatever roles say (${RBAC_PRACTICES})`;
