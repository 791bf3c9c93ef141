import { MASTERS } from '../identities.ts';
import { covers, either, type Held, type Rights, together } from '../rights.ts';
import { type EscalationPath, each, type Power, RBAC_PRACTICES } from './path.ts';

/**
 * Users and groups belong to no namespace: a RoleBinding that names them gives nothing. A group is acted as together with some user.
 */
export const impersonate: EscalationPath = {
  id: 'impersonate',
  source: `${RBAC_PRACTICES}#impersonate-verb`,
  *powers(rights) {
    const accounts = may(rights, 'serviceaccounts');
    if (accounts)
      yield {
        level: 'control',
        over: each('serviceaccounts', accounts.names),
        why: 'may impersonate the service account',
        by: accounts.by,
      };
    if (rights.at !== '') {
      yield* groups(may(rights.clusterWide(), 'groups'), accounts);
      return;
    }
    const users = may(rights, 'users');
    if (users) yield { level: 'control', over: each('users', users.names), why: 'may impersonate the user', by: users.by };
    yield* groups(may(rights, 'groups'), either(users, accounts));
  },
};

const may = (rights: Rights, resource: string): Held | undefined => rights.held(['impersonate'], { apiGroup: '', resource });

function* groups(held: Held | undefined, someone: Held | undefined): Generator<Power> {
  const acted = together(held, someone);
  if (!acted) return;
  const why = 'may impersonate the group together with a user';
  if (covers(acted.names, MASTERS))
    yield { level: 'control', over: { type: 'cluster' }, why: `${why}: ${MASTERS}`, by: acted.by };
  else yield { level: 'control', over: each('groups', acted.names), why, by: acted.by };
}
