import { AUTHENTICATED, implicitGroups, MASTERS, UNAUTHENTICATED } from '../identities.ts';
import { covers, either, type Held, type Names, type Rights, together } from '../rights.ts';
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
    yield* users(rights);
    yield* groups(may(rights, 'groups'), either(may(rights, 'users'), accounts));
  },
};

const may = (rights: Rights, resource: string): Held | undefined => rights.held(['impersonate'], { apiGroup: '', resource });

function* users(rights: Rights): Generator<Power> {
  const held = may(rights, 'users');
  if (!held) return;
  const acted = may(rights, 'groups')?.names ?? new Set<string>();
  const all = [...rights.cluster.users].filter((name) => covers(held.names, name));
  const whole = all.filter((name) => isWhole(name, acted));
  const names = whole.length === all.length ? held.names : new Set(whole);
  yield { level: 'control', over: each('users', names), why: 'may impersonate the user', by: held.by };
}

/**
 * Whoever is impersonated is in no group that is not impersonated too, but for these two: and a node's name without the group of nodes
 * is no node to the API server. https://kubernetes.io/docs/reference/access-authn-authz/node/
 */
const isWhole = (name: string, acted: Names): boolean =>
  implicitGroups({ type: 'users', namespace: '', name }).every(
    (group) => group === AUTHENTICATED || group === UNAUTHENTICATED || covers(acted, group),
  );

function* groups(held: Held | undefined, someone: Held | undefined): Generator<Power> {
  const acted = together(held, someone);
  if (!acted) return;
  const why = 'may impersonate the group together with a user';
  if (covers(acted.names, MASTERS))
    yield { level: 'control', over: { type: 'cluster' }, why: `${why}: ${MASTERS}`, by: acted.by };
  else yield { level: 'control', over: each('groups', acted.names), why, by: acted.by };
}
