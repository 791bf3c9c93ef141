/** Service accounts, users and groups, and who is in which. */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { k8sCluster, k8sNamespace, k8sObject } from '../../model/keys.ts';
import { EXTERNAL_ANYONE } from '../../model/kinds.ts';
import type { Cluster } from './cluster.ts';
import { MASTERS_REASON } from './escalation/everything.ts';
import { type Identity, implicitGroups, MASTERS, UNAUTHENTICATED } from './identities.ts';
import { contains } from './place-facts.ts';
import type { ServiceAccountRecord } from './records.ts';
import type { FactStream } from './resolve.ts';

export function identityFacts(cluster: Cluster): FactStream {
  const { source } = cluster;
  const masters = k8sObject(source, '', 'permissions', MASTERS);
  return {
    *entities() {
      const controllers = controllersOf(cluster);
      for (const [identity, record] of identitiesOf(cluster))
        yield identityEntity(cluster, { identity, record, isControllers: controllers.has(cluster.keyOf(identity)) });
      yield { key: masters, kind: 'Permission', name: 'control the cluster', provider: 'k8s', properties: { targets: 1 } };
      if (hasAnonymous(cluster))
        yield { key: EXTERNAL_ANYONE, kind: 'External', name: 'anyone', provider: 'external', stub: true };
    },
    *relationships() {
      for (const [identity] of identitiesOf(cluster)) {
        yield containedBy(cluster, identity);
        yield* memberships(cluster, identity);
      }
      yield entitled(k8sObject(source, '', 'groups', MASTERS), 'HAS_GRANT', masters, 'built into the API server');
      yield entitled(masters, 'CAN_CONTROL', k8sCluster(source), MASTERS_REASON);
      if (hasAnonymous(cluster)) yield anyone(cluster);
    },
  };
}

function* identitiesOf(cluster: Cluster): Generator<readonly [Identity, ServiceAccountRecord | undefined]> {
  for (const [place, record] of cluster.serviceAccounts) {
    const at = place.indexOf('/');
    yield [{ type: 'serviceaccounts', namespace: place.slice(0, at), name: place.slice(at + 1) }, record];
  }
  for (const name of cluster.users) yield [{ type: 'users', namespace: '', name }, undefined];
  for (const name of cluster.groups) yield [{ type: 'groups', namespace: '', name }, undefined];
}

const KINDS = { serviceaccounts: 'ServiceAccount', users: 'User', groups: 'Group' } as const;

interface NewIdentity {
  readonly identity: Identity;
  readonly record: ServiceAccountRecord | undefined;
  /** It is the account of a controller of Kubernetes itself. */
  readonly isControllers: boolean;
}

function identityEntity(cluster: Cluster, { identity, record, isControllers }: NewIdentity): EntityFact {
  const { type, name, namespace } = identity;
  const own = isControllers ? { controlPlane: true } : {};
  const isNamedOnly = type === 'serviceaccounts' && !record;
  return {
    key: cluster.keyOf(identity),
    kind: KINDS[type],
    name: type === 'serviceaccounts' ? `${namespace}/${name}` : name,
    provider: 'k8s',
    ...(isNamedOnly && { stub: true }),
    ...(record && {
      state: 'active' as const,
      properties: { namespace, automountToken: record.automount, labels: record.labels, ...own },
    }),
    ...(!record && isControllers && { properties: own }),
  };
}

const CONTROLLER = 'system:controller:';

/**
 * The accounts of kube-controller-manager: the API server binds each to a role of its name.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles
 */
const controllersOf = ({ source, authorizer }: Cluster): ReadonlySet<string> =>
  new Set(
    authorizer.bindings
      .filter(({ kind, name, role }) => kind === 'ClusterRoleBinding' && name.startsWith(CONTROLLER) && role.name === name)
      .map(({ name }) => k8sObject(source, 'kube-system', 'serviceaccounts', name.slice(CONTROLLER.length))),
  );

const containedBy = (cluster: Cluster, identity: Identity): RelationshipFact =>
  identity.type === 'serviceaccounts'
    ? contains(
        k8sNamespace(cluster.source, identity.namespace),
        cluster.keyOf(identity),
        'the service account lives in the namespace',
      )
    : contains(
        k8sCluster(cluster.source),
        cluster.keyOf(identity),
        `whoever controls the cluster may act as the ${identity.type.slice(0, -1)}`,
        ['control'],
      );

/** Only the nearest group: that is in the next by itself. */
function* memberships(cluster: Cluster, identity: Identity): Generator<RelationshipFact> {
  const [nearest] = implicitGroups(identity);
  if (nearest === undefined || identity.name === MASTERS || !cluster.groups.has(nearest)) return;
  yield {
    source: cluster.keyOf(identity),
    kind: 'MEMBER_OF',
    target: k8sObject(cluster.source, '', 'groups', nearest),
    basis: 'inferred',
    certainty: 'definite',
    reason: 'Kubernetes adds it by itself',
  };
}

const entitled = (source: string, kind: 'HAS_GRANT' | 'CAN_CONTROL', target: string, reason: string): RelationshipFact => ({
  source,
  kind,
  target,
  basis: 'entitled',
  certainty: 'definite',
  reason,
});

const hasAnonymous = ({ groups }: Cluster): boolean => groups.has(UNAUTHENTICATED);

const anyone = ({ source }: Cluster): RelationshipFact => ({
  source: EXTERNAL_ANYONE,
  kind: 'MEMBER_OF',
  target: k8sObject(source, '', 'groups', UNAUTHENTICATED),
  basis: 'entitled',
  certainty: 'conditional',
  reason: 'requests without proof are in this group',
  condition: 'the API server can be reached, and takes anonymous requests',
  conditionClass: 'position',
});
