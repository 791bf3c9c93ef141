import { type EscalationPath, each, RBAC_PRACTICES } from './path.ts';
import { mayRelabel, placesOf, podRunning } from './running-pods.ts';

/** A pod runs as any service account of its namespace, and mounts whatever Secrets and ConfigMaps are there. */
export const createPods: EscalationPath = {
  id: 'create-pods',
  source: `${RBAC_PRACTICES}#workload-creation`,
  *powers(rights) {
    const running = podRunning(rights);
    if (!running) return;
    const { namespaces } = running;
    // The reason does not say by which controller: one Permission for all of them, whatever its targets are.
    const by = [`${running.by.join(', ')}: ${running.how}`];
    const why = (what: string): string => `may run pods of its own, and a pod may ${what} of its namespace`;
    yield { level: 'control', over: each('serviceaccounts', 'every', namespaces), why: why('run as any service account'), by };
    yield { level: 'read', over: each('secrets', 'every', namespaces), why: why('mount any Secret'), by };
    yield { level: 'read', over: each('configmaps', 'every', namespaces), why: why('mount any ConfigMap'), by };
  },
};

/** A pod that admission does not hold back takes the node: privileged, or with the node's files. */
export const createPrivilegedPods: EscalationPath = {
  id: 'create-privileged-pods',
  source: `${RBAC_PRACTICES}#workload-creation`,
  *powers(rights) {
    const running = podRunning(rights);
    if (!running) return;
    const places = [...placesOf(rights, running)];
    const { by, how } = running;
    const over = { type: 'nodes' } as const;
    const open = places.find((namespace) => rights.cluster.enforced(namespace) === 'privileged');
    if (open !== undefined) {
      yield { level: 'control', over, why: `${how} in ${open}, where Pod Security lets privileged pods in`, by };
      return;
    }
    const relabelled = places.find((namespace) => mayRelabel(rights, namespace));
    if (relabelled !== undefined) {
      const held = mayRelabel(rights, relabelled);
      yield {
        level: 'control',
        over,
        why: `${how} in ${relabelled}, and may take its Pod Security label away`,
        by: [...by, ...(held?.by ?? [])],
      };
      return;
    }
    const unknown = places.find((namespace) => rights.cluster.enforced(namespace) === undefined);
    if (unknown === undefined) return;
    yield {
      level: 'control',
      over,
      why: `${how} in ${unknown}, and a privileged pod takes its node`,
      by,
      certainty: 'conditional',
      condition: `admission lets a privileged pod into ${unknown}, whose labels were not collected`,
      conditionClass: 'unknown',
    };
  },
};
