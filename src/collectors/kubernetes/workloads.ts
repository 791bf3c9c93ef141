/**
 * What runs: controllers, and pods that have none. A controller's pods, and what lies between, are folded into it.
 *
 *     Deployment ← ReplicaSet ← Pod, Pod, Pod       CronJob ← Job ← Pod       (one Workload each)
 */
import type { Json } from '../../model/entity.ts';
import { k8sObject } from '../../model/keys.ts';
import type { Inventory } from './inventory.ts';
import type { Owner, PodTemplate, WorkloadRecord } from './records.ts';

export interface Workload {
  readonly key: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  /** Distinct; what the controller says, and what its pods turned out to be. */
  readonly templates: Set<PodTemplate>;
  /** Names of nodes that its pods run on. */
  readonly nodes: Set<string>;
  pods: number;
  labels: Json;
}

export interface Running {
  /** By key. */
  readonly workloads: ReadonlyMap<string, Workload>;
  /** `namespace/name` of a pod → what it is folded into. */
  readonly ofPod: ReadonlyMap<string, Workload>;
}

export function runningIn(inventory: Inventory, source: string): Running {
  const workloads = new Map<string, Workload>();
  const ofPod = new Map<string, Workload>();
  const waiting: { readonly workload: Workload; readonly template: PodTemplate }[] = [];
  for (const record of inventory.workloads.values()) {
    if (!record.runs) continue;
    const workload = workloadAt(topOf(record, inventory), { record, source, workloads });
    const isTop = workload.plural === record.plural && workload.name === record.name;
    if (isTop) workload.labels = record.labels;
    if (record.plural === 'pods') {
      ofPod.set(`${record.namespace}/${record.name}`, workload);
      workload.pods++;
      if (record.node !== undefined) workload.nodes.add(record.node);
    }
    if (!record.template) continue;
    if (isTop || record.plural === 'pods') workload.templates.add(record.template);
    // A ReplicaSet of an earlier revision stays, and runs nothing.
    else waiting.push({ workload, template: record.template });
  }
  for (const { workload, template } of waiting) if (workload.templates.size === 0) workload.templates.add(template);
  return { workloads, ofPod };
}

const MOST_OWNERS = 8;

/** The outermost controller, whether it was collected or only named. */
function topOf(record: WorkloadRecord, inventory: Inventory): Owner {
  let top: Owner = { plural: record.plural, name: record.name };
  let owner = record.owner;
  for (let steps = 0; owner && steps < MOST_OWNERS; steps++) {
    top = owner;
    const found = inventory.workloads.get(`${owner.plural}/${record.namespace}/${owner.name}`);
    owner = found ? found.owner : deploymentOf(owner, record.namespace, inventory);
  }
  return top;
}

/** A ReplicaSet that was not collected is its Deployment's if there is one of its name without the hash. */
function deploymentOf({ plural, name }: Owner, namespace: string, inventory: Inventory): Owner | undefined {
  const base = plural === 'replicasets' ? /^(.+)-[a-z0-9]{5,10}$/.exec(name)?.[1] : undefined;
  return base !== undefined && inventory.workloads.has(`deployments/${namespace}/${base}`)
    ? { plural: 'deployments', name: base }
    : undefined;
}

interface Making {
  readonly record: WorkloadRecord;
  readonly source: string;
  readonly workloads: Map<string, Workload>;
}

function workloadAt({ plural, name }: Owner, { record, source, workloads }: Making): Workload {
  const { namespace } = record;
  const key = k8sObject(source, namespace, plural, name);
  const known = workloads.get(key);
  if (known) return known;
  const made: Workload = { key, plural, namespace, name, templates: new Set(), nodes: new Set(), pods: 0, labels: {} };
  workloads.set(key, made);
  return made;
}
