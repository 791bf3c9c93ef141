/**
 * The cluster, its namespaces and its nodes.
 *
 *     cluster ─CONTAINS─► namespace ─CONTAINS─► what lives there        cluster ─CONTAINS─► nodes ─CONTAINS─► node
 */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { k8sCluster, k8sNamespace, k8sNodes, k8sObject } from '../../model/keys.ts';
import type { Level } from '../../model/kinds.ts';
import type { Cluster } from './cluster.ts';
import type { FactStream } from './resolve.ts';

/** Nodes that pods of unknown place run on. */
export const SOME_NODE = '*';

export function placeFacts(cluster: Cluster): FactStream {
  const { source, nodes, namespaces, inventory } = cluster;
  const root = k8sCluster(source);
  const all = needsSomeNode(cluster) ? [...nodes, SOME_NODE] : [...nodes];
  return {
    *entities() {
      yield {
        key: root,
        kind: 'Scope',
        name: source,
        provider: 'k8s',
        ...(inventory.issuer && { properties: { issuer: inventory.issuer } }),
      };
      yield { key: k8sNodes(source), kind: 'Scope', name: `every node of ${source}`, provider: 'k8s' };
      for (const name of namespaces) yield namespaceEntity(cluster, name);
      for (const name of all) yield nodeEntity(source, name);
    },
    *relationships() {
      yield contains(root, k8sNodes(source), 'nodes belong to the cluster');
      for (const name of namespaces) yield contains(root, k8sNamespace(source, name), 'the namespace belongs to the cluster');
      for (const name of all) {
        const node = k8sObject(source, '', 'nodes', name);
        yield contains(k8sNodes(source), node, 'the node belongs to the cluster');
        if (name === SOME_NODE) continue;
        yield {
          source: node,
          kind: 'RUNS_AS',
          target: k8sObject(source, '', 'users', `system:node:${name}`),
          basis: 'inferred',
          certainty: 'definite',
          reason: "the node's kubelet holds its client certificate",
        };
      }
    },
  };
}

export const contains = (source: string, target: string, reason: string, levels?: readonly Level[]): RelationshipFact => ({
  source,
  kind: 'CONTAINS',
  target,
  basis: 'declared',
  certainty: 'definite',
  reason,
  ...(levels && { levels }),
});

/** True when a pod that gets at its node runs somewhere, nobody knows where. */
export const needsSomeNode = ({ running }: Cluster): boolean =>
  [...running.workloads.values()].some(
    ({ nodes, templates }) => nodes.size === 0 && [...templates].some(({ hostAccess }) => hostAccess.length > 0),
  );

function namespaceEntity({ source, inventory }: Cluster, name: string): EntityFact {
  const record = inventory.namespaces.get(name);
  return {
    key: k8sNamespace(source, name),
    kind: 'Scope',
    name,
    provider: 'k8s',
    ...(record ? { properties: { podSecurity: record.enforce ?? 'privileged', labels: record.labels } } : {}),
  };
}

const nodeEntity = (source: string, name: string): EntityFact => ({
  key: k8sObject(source, '', 'nodes', name),
  kind: 'Workload',
  name: name === SOME_NODE ? 'a node that was not collected' : name,
  provider: 'k8s',
  properties: { type: 'node', ...(name === SOME_NODE && { hypothetical: true }) },
});
