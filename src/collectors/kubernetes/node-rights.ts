/**
 * What the Node authorizer gives each kubelet, which no role says: the Secrets of the pods on its node, and tokens of their service
 * accounts. Every cluster whose kubelets start pods grants it. https://kubernetes.io/docs/reference/access-authn-authz/node/
 *
 *     users/system:node:<name> ─HAS_GRANT─► Permission ─CAN_READ─► Secret · ─CAN_CONTROL─► service account
 */
import type { RelationshipFact } from '../../model/entity.ts';
import { k8sObject, k8sPermission } from '../../model/keys.ts';
import { sha256 } from '../../model/ledger.ts';
import type { Cluster } from './cluster.ts';
import { placeKey } from './inventory.ts';
import type { FactStream } from './resolve.ts';
import type { Workload } from './workloads.ts';

interface NodeRight {
  readonly node: string;
  /** Of the Permission. */
  readonly key: string;
  readonly secrets: readonly string[];
  readonly serviceAccounts: readonly string[];
}

export function nodeRights(cluster: Cluster): FactStream {
  const { source } = cluster;
  const rights = [...cluster.nodes].flatMap((node) => rightOf(cluster, node));
  return {
    *entities() {
      for (const { node, key, secrets, serviceAccounts } of rights)
        yield {
          key,
          kind: 'Permission',
          name: `what the pods on ${node} are given`,
          provider: 'k8s',
          properties: { targets: secrets.length + serviceAccounts.length },
        };
    },
    *relationships() {
      for (const { node, key, secrets, serviceAccounts } of rights) {
        yield entitled(k8sObject(source, '', 'users', `system:node:${node}`), 'HAS_GRANT', key, 'Node authorizer');
        for (const secret of secrets)
          yield entitled(key, 'CAN_READ', secret, 'a kubelet fetches the Secrets of pods on its node');
        for (const account of serviceAccounts)
          yield entitled(key, 'CAN_CONTROL', account, 'a kubelet requests tokens for the pods on its node');
      }
    },
  };
}

function rightOf(cluster: Cluster, node: string): NodeRight[] {
  const secrets = new Set<string>();
  const serviceAccounts = new Set<string>();
  for (const workload of cluster.running.workloads.values()) {
    if (!workload.nodes.has(node)) continue;
    for (const name of secretsOf(cluster, workload)) secrets.add(k8sObject(cluster.source, workload.namespace, 'secrets', name));
    for (const { serviceAccount } of workload.templates)
      if (serviceAccount !== undefined)
        serviceAccounts.add(k8sObject(cluster.source, workload.namespace, 'serviceaccounts', serviceAccount));
  }
  if (secrets.size + serviceAccounts.size === 0) return [];
  const all = { secrets: [...secrets].sort(), serviceAccounts: [...serviceAccounts].sort() };
  return [{ node, key: k8sPermission(cluster.source, sha256(`node authorizer\n${JSON.stringify(all)}`).slice(0, 32)), ...all }];
}

function* secretsOf({ serviceAccounts }: Cluster, { namespace, templates }: Workload): Generator<string> {
  for (const { secrets, pullSecrets, serviceAccount } of templates) {
    for (const { name } of secrets) yield name;
    yield* pullSecrets;
    if (serviceAccount !== undefined) yield* serviceAccounts.get(placeKey(namespace, serviceAccount))?.pullSecrets ?? [];
  }
}

const entitled = (source: string, kind: RelationshipFact['kind'], target: string, reason: string): RelationshipFact => ({
  source,
  kind,
  target,
  basis: 'entitled',
  certainty: 'definite',
  reason,
});
