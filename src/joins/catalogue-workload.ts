/**
 * A catalogue's component ↔ the Kubernetes workloads that it is, by their labels.
 *
 *     component ─DEPENDS_ON─► workload ─OWNED_BY─► the component's owner
 *
 * `backstage.io/kubernetes-label-selector` counts before `backstage.io/kubernetes-id`, which is a label of the same name; a namespace
 * and a cluster, where they are stated, must be the workload's. https://backstage.io/docs/features/kubernetes/configuration
 */
import type { Json, RelationshipFact } from '../model/entity.ts';
import { grouped } from '../model/grouped.ts';
import type { Derived, Join, JoinEntity, JoinInput } from './join.ts';

export const catalogueWorkloadJoin: Join = {
  name: 'catalogue-workload',
  needs: { entities: ['Workload'], relationships: ['OWNED_BY'], essential: [] },
  derives: ['DEPENDS_ON', 'OWNED_BY'],
  looksAt: ({ provider, key }) => provider === 'backstage' || WORKLOAD.test(key),
  isIdle: (entities) => !entities.some(({ provider }) => provider === 'backstage'),
  run,
};

/** `k8s:<cluster>/<namespace>/<plural>/<name>` */
const WORKLOAD = /^k8s:([^/]+)\/([^/]+)\//;

type Labels = Readonly<Record<string, Json>>;

function run({ entities, relationships }: JoinInput): Derived {
  const components = entities.filter(({ provider }) => provider === 'backstage');
  const byLabel = grouped(entities.flatMap(labelled), ({ label }) => label);
  const owners = grouped(relationships, ({ source }) => source);
  const found = components.flatMap((component) => {
    const wanted = selectorOf(component);
    const [first] = wanted;
    if (!first) return [];
    const fitting = (byLabel.get(labelText(first)) ?? []).filter(({ workload }) => isMeant(component, workload, wanted));
    return fitting.flatMap(({ workload }) => tiesOf(component, workload, owners.get(component.key) ?? []));
  });
  return { entities: [], relationships: found };
}

const labelText = ([name, value]: readonly [string, string]): string => `${name}=${value}`;

function labelled(workload: JoinEntity): { readonly workload: JoinEntity; readonly label: string }[] {
  if (!WORKLOAD.test(workload.key)) return [];
  return Object.entries(objectIn(workload, 'labels')).flatMap(([name, value]) =>
    typeof value === 'string' ? [{ workload, label: labelText([name, value]) }] : [],
  );
}

function objectIn({ properties }: JoinEntity, name: string): Labels {
  const found = properties[name];
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Labels) : {};
}

/** The labels that a workload must have; none where nothing, or more than equality, is asked for. */
function selectorOf(component: JoinEntity): (readonly [name: string, value: string])[] {
  const { id, 'label-selector': selector } = objectIn(component, 'kubernetes');
  if (typeof selector !== 'string') return typeof id === 'string' && id !== '' ? [['backstage.io/kubernetes-id', id]] : [];
  const terms = selector.split(',').map((term) => /^\s*([\w./-]+)\s*==?\s*([\w.-]+)\s*$/.exec(term));
  return terms.every((term) => term !== null) ? terms.map((term) => [term[1] ?? '', term[2] ?? '']) : [];
}

function isMeant(component: JoinEntity, workload: JoinEntity, wanted: readonly (readonly [string, string])[]): boolean {
  const { namespace, cluster } = objectIn(component, 'kubernetes');
  const [, inCluster, inNamespace] = WORKLOAD.exec(workload.key) ?? [];
  const labels = objectIn(workload, 'labels');
  return (
    (typeof namespace !== 'string' || namespace === inNamespace) &&
    (typeof cluster !== 'string' || cluster === inCluster) &&
    wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value)
  );
}

function tiesOf(component: JoinEntity, workload: JoinEntity, owned: readonly RelationshipFact[]): RelationshipFact[] {
  const said = { basis: 'declared', certainty: 'definite' } as const;
  const reason = `its labels are those that ${component.name} names in the catalogue`;
  return [
    {
      source: component.key,
      kind: 'DEPENDS_ON',
      target: workload.key,
      ...said,
      reason: `${workload.name} has the labels that it names`,
    },
    ...owned.map(
      ({ target, basis }): RelationshipFact => ({ source: workload.key, kind: 'OWNED_BY', target, ...said, basis, reason }),
    ),
  ];
}
