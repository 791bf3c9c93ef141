/** Powers as Permissions, with what they are over as relationships: made once, whoever holds them. */
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { grouped } from '../../model/grouped.ts';
import { k8sCluster, k8sNamespace, k8sNodes, k8sObject, k8sPermission } from '../../model/keys.ts';
import type { Level, RelationshipKind } from '../../model/kinds.ts';
import { sha256 } from '../../model/ledger.ts';
import type { Cluster } from './cluster.ts';
import type { Power, Targets, Things } from './escalation/path.ts';
import { MASTERS } from './identities.ts';
import type { PlacedPower } from './powers.ts';
import { covers } from './rights.ts';
import type { Workload } from './workloads.ts';

type EachTarget = Extract<Targets, { type: 'each' }>;

const CAN: Readonly<Record<Level, RelationshipKind>> = {
  read: 'CAN_READ',
  put: 'CAN_PUT',
  write: 'CAN_WRITE',
  control: 'CAN_CONTROL',
};

export class Permissions {
  readonly #cluster: Cluster;
  readonly #known = new Map<
    string,
    { readonly placed: PlacedPower; readonly key: string; readonly targets: readonly string[] }
  >();
  readonly #workloads: readonly Workload[];
  readonly #byNamespace: ReadonlyMap<string, readonly Workload[]>;
  readonly #places = new Map<Things, ReadonlyMap<string, readonly string[]>>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#workloads = [...cluster.running.workloads.values()];
    this.#byNamespace = grouped(this.#workloads, ({ namespace }) => namespace);
  }

  /** The key of the Permission; undefined when nothing is there that it is over. */
  keyOf(placed: PlacedPower): string | undefined {
    const known = this.#known.get(placed.id);
    if (known) return known.targets.length === 0 ? undefined : known.key;
    const key = k8sPermission(this.#cluster.source, sha256(placed.id).slice(0, 32));
    const targets = [...new Set(this.#targets(placed))];
    this.#known.set(placed.id, { placed, key, targets });
    return targets.length === 0 ? undefined : key;
  }

  *entities(): Generator<EntityFact> {
    for (const { placed, key, targets } of this.#known.values()) {
      if (targets.length === 0) continue;
      yield {
        key,
        kind: 'Permission',
        name: permissionName(placed),
        provider: 'k8s',
        properties: { targets: targets.length, ...(placed.at && { namespace: placed.at }) },
      };
    }
  }

  *relationships(): Generator<RelationshipFact> {
    for (const { placed, key, targets } of this.#known.values())
      for (const target of targets) yield rightOf(key, target, placed.power);
  }

  *#targets({ power, at }: PlacedPower): Generator<string> {
    const { over } = power;
    const { source } = this.#cluster;
    if (over.type === 'cluster' || (over.type === 'scope' && at === '')) yield k8sCluster(source);
    else if (over.type === 'scope') yield k8sNamespace(source, at);
    else if (over.type === 'nodes') yield k8sNodes(source);
    else yield* this.#each(over, at);
  }

  *#each({ of, names, namespaces, spelledOut }: EachTarget, at: string): Generator<string> {
    const { source, users, groups, running, inventory } = this.#cluster;
    if (of === 'users' || of === 'groups') {
      for (const name of of === 'users' ? users : groups)
        if (name !== MASTERS && covers(names, name)) yield k8sObject(source, '', of, name);
      return;
    }
    const isIn = ({ templates }: Workload): boolean => !spelledOut || [...templates].some(({ literals }) => literals.length > 0);
    for (const namespace of namespaces ?? (at === '' ? this.#cluster.namespaces : [at])) {
      if (of === 'namespaces') {
        if (covers(names, namespace)) yield k8sNamespace(source, namespace);
      } else if (of === 'secrets' || of === 'serviceaccounts' || of === 'configmaps') {
        for (const name of this.#namesIn(of, namespace)) {
          if (of === 'configmaps' && inventory.configMaps.get(`${namespace}/${name}`)?.values.length === 0) continue;
          if (covers(names, name)) yield k8sObject(source, namespace, of, name);
        }
      } else if (of === 'pods' && names !== 'every') {
        for (const name of names) {
          const workload = running.ofPod.get(`${namespace}/${name}`);
          if (workload && isIn(workload)) yield workload.key;
        }
      } else {
        for (const workload of this.#byNamespace.get(namespace) ?? [])
          if (isMeant(workload, of, names) && isIn(workload)) yield workload.key;
      }
    }
  }

  /** Names by namespace, indexed at first use. */
  #namesIn(of: 'secrets' | 'serviceaccounts' | 'configmaps', namespace: string): readonly string[] {
    let index = this.#places.get(of);
    if (!index) {
      const all =
        of === 'configmaps'
          ? this.#cluster.inventory.configMaps.keys()
          : of === 'secrets'
            ? this.#cluster.secrets.keys()
            : this.#cluster.serviceAccounts.keys();
      const places = [...all].map((place) => [place.slice(0, place.indexOf('/')), place.slice(place.indexOf('/') + 1)] as const);
      const groups = grouped(places, ([inside]) => inside);
      index = new Map([...groups].map(([inside, pairs]) => [inside, pairs.map(([, name]) => name)]));
      this.#places.set(of, index);
    }
    return index.get(namespace) ?? [];
  }
}

function isMeant({ plural, name, nodes }: Workload, of: Things, names: 'every' | ReadonlySet<string>): boolean {
  if (of === 'pods') return true;
  if (of === 'pods on nodes') return [...nodes].some((node) => covers(names, node));
  return plural === of && covers(names, name);
}

function rightOf(source: string, target: string, power: Power): RelationshipFact {
  const { level, why, certainty = 'definite', condition, conditionClass } = power;
  return {
    source,
    kind: CAN[level],
    target,
    basis: 'entitled',
    certainty,
    reason: why,
    ...(condition !== undefined && { condition }),
    ...(conditionClass !== undefined && { conditionClass }),
  };
}

const WORDS: Readonly<Record<Level, string>> = { read: 'read', put: 'overwrite', write: 'write', control: 'control' };

function permissionName({ power: { level, over }, at }: PlacedPower): string {
  const place = at === '' ? 'the cluster' : `namespace ${at}`;
  if (over.type === 'cluster' || (over.type === 'scope' && at === '')) return 'control the cluster';
  if (over.type === 'scope') return `control ${place}`;
  if (over.type === 'nodes') return `control nodes from ${place}`;
  const what = over.names === 'every' ? `every ${SINGULAR[over.of]}` : `${over.names.size} ${over.of}`;
  return `${WORDS[level]} ${over.spelledOut ? 'what is spelled out in ' : ''}${what} of ${place}`;
}

const SINGULAR: Readonly<Record<Things, string>> = {
  secrets: 'Secret',
  serviceaccounts: 'service account',
  configmaps: 'ConfigMap',
  users: 'user',
  groups: 'group',
  namespaces: 'namespace',
  pods: 'pod',
  'pods on nodes': 'pod on the nodes',
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  replicasets: 'ReplicaSet',
  replicationcontrollers: 'ReplicationController',
  jobs: 'Job',
  cronjobs: 'CronJob',
};
