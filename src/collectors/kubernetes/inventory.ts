/** All records of a cluster, by what they are. Later tellings of an object replace earlier ones. */
import type { BindingObject, RoleObject } from '../../iam/kubernetes/objects.ts';
import { mappedName } from './aws-auth.ts';
import type {
  AccessEntryRecord,
  AwsMapping,
  ConfigMapRecord,
  KubernetesRecord,
  NamespaceRecord,
  PodIdentityRecord,
  PodTemplate,
  SecretRecord,
  ServiceAccountRecord,
  WorkloadRecord,
} from './records.ts';

export const placeKey = (namespace: string, name: string): string => `${namespace}/${name}`;

export class Inventory {
  readonly rbac = new Map<string, RoleObject | BindingObject>();
  /** By `plural/namespace/name`. */
  readonly workloads = new Map<string, WorkloadRecord>();
  readonly serviceAccounts = new Map<string, ServiceAccountRecord>();
  readonly secrets = new Map<string, SecretRecord>();
  readonly configMaps = new Map<string, ConfigMapRecord>();
  readonly namespaces = new Map<string, NamespaceRecord>();
  readonly nodes = new Set<string>();
  readonly podIdentities: PodIdentityRecord[] = [];
  issuer: string | undefined;
  #authenticationMode: string | undefined;
  readonly #accessEntries: AccessEntryRecord[] = [];
  /** Templates of a controller's pods are equal: one copy of each is kept. */
  readonly #templates = new Map<string, PodTemplate>();

  get isEmpty(): boolean {
    const maps = [this.rbac, this.workloads, this.serviceAccounts, this.secrets, this.configMaps, this.namespaces, this.nodes];
    return this.podIdentities.length + this.#accessEntries.length === 0 && maps.every(({ size }) => size === 0);
  }

  /** Of EKS, unless it looks into `aws-auth` alone. */
  get accessEntries(): readonly AccessEntryRecord[] {
    return this.#authenticationMode === 'CONFIG_MAP' ? [] : this.#accessEntries;
  }

  /** Whether EKS heeds the ConfigMap. */
  get heedsAwsAuth(): boolean {
    return this.#authenticationMode !== 'API';
  }

  /**
   * Who of AWS acts as whom here. An access entry goes before what `aws-auth` says of the same principal.
   * https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html
   */
  *awsMappings(): Generator<AwsMapping> {
    const spoken = new Set(this.accessEntries.map(({ mapping }) => mappedName(mapping.arn)));
    for (const { mapping } of this.accessEntries) yield mapping;
    if (!this.heedsAwsAuth) return;
    for (const { mappings } of this.configMaps.values())
      for (const mapping of mappings) if (!spoken.has(mappedName(mapping.arn))) yield mapping;
  }

  add(record: KubernetesRecord): void {
    switch (record.type) {
      case 'rbac':
        this.rbac.set(`${record.object.kind}/${placeKey(record.object.namespace, record.object.name)}`, record.object);
        break;
      case 'workload':
        this.workloads.set(`${record.plural}/${placeKey(record.namespace, record.name)}`, this.#shared(record));
        break;
      case 'service-account':
        this.serviceAccounts.set(placeKey(record.namespace, record.name), record);
        break;
      case 'secret':
        this.secrets.set(placeKey(record.namespace, record.name), record);
        break;
      case 'config-map':
        if (record.values.length > 0 || record.mappings.length > 0)
          this.configMaps.set(placeKey(record.namespace, record.name), record);
        break;
      case 'namespace':
        this.namespaces.set(record.name, record);
        break;
      case 'node':
        this.nodes.add(record.name);
        break;
      case 'pod-identity':
        this.podIdentities.push(record);
        break;
      case 'access-entry':
        this.#accessEntries.push(record);
        break;
      case 'authentication-mode':
        this.#authenticationMode = record.mode;
        break;
      case 'issuer':
        this.issuer ??= record.issuer;
    }
  }

  #shared(record: WorkloadRecord): WorkloadRecord {
    if (!record.template) return record;
    const id = JSON.stringify(record.template);
    const known = this.#templates.get(id);
    if (!known) this.#templates.set(id, record.template);
    return known ? { ...record, template: known } : record;
  }
}
