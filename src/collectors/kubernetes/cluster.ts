/** A cluster as a whole: what was collected, and what that names. Everything that needs several objects at once starts here. */
import { Authorizer } from '../../iam/kubernetes/authorizer.ts';
import type { BindingObject, RoleObject } from '../../iam/kubernetes/objects.ts';
import { eksRbac } from './eks-access.ts';
import {
  AUTHENTICATED,
  type Identity,
  identityOf,
  identityOfUser,
  implicitGroups,
  keyOfIdentity,
  MASTERS,
  SERVICE_ACCOUNTS,
} from './identities.ts';
import { type Inventory, placeKey } from './inventory.ts';
import type { PodSecurityLevel, SecretRecord, ServiceAccountRecord } from './records.ts';
import { type Running, runningIn } from './workloads.ts';

export class Cluster {
  readonly source: string;
  readonly inventory: Inventory;
  readonly authorizer: Authorizer;
  /** What access policies of EKS are like; no objects of the cluster. */
  readonly eksRbac: readonly (RoleObject | BindingObject)[];
  readonly running: Running;
  /** Collected or named by something else (undefined). By `namespace/name`. */
  readonly serviceAccounts = new Map<string, ServiceAccountRecord | undefined>();
  /** Service accounts that EKS Pod Identity gives a role, as `namespace/name`. */
  readonly podIdentityPlaces = new Set<string>();
  readonly secrets = new Map<string, SecretRecord | undefined>();
  readonly users = new Set<string>();
  readonly groups = new Set<string>([MASTERS, AUTHENTICATED]);
  readonly nodes: ReadonlySet<string>;
  readonly namespaces = new Set<string>();

  constructor(inventory: Inventory, source: string) {
    this.source = source;
    this.inventory = inventory;
    const places = [...inventory.rbac.values()].flatMap(({ namespace }) => namespace || []);
    this.eksRbac = eksRbac(inventory.accessEntries, [...new Set([...inventory.namespaces.keys(), ...places])].sort());
    this.authorizer = new Authorizer([...inventory.rbac.values(), ...this.eksRbac]);
    this.running = runningIn(inventory, source);
    const nodes = new Set(inventory.nodes);
    for (const workload of this.running.workloads.values()) for (const node of workload.nodes) nodes.add(node);
    this.nodes = nodes;
    this.#nameIdentities();
    this.#nameSecrets();
    this.#nameNamespaces();
  }

  keyOf(identity: Identity): string {
    return keyOfIdentity(this.source, identity);
  }

  /** What Pod Security admission holds pods of the namespace to; undefined when the namespace's labels are not known. */
  enforced(namespace: string): PodSecurityLevel | undefined {
    const record = this.inventory.namespaces.get(namespace);
    return record && (record.enforce ?? 'privileged');
  }

  #nameIdentities(): void {
    for (const [place, record] of this.inventory.serviceAccounts) this.serviceAccounts.set(place, record);
    for (const { subjects } of this.authorizer.bindings)
      for (const subject of subjects) {
        const identity = identityOf(subject);
        if (identity) this.#name(identity);
      }
    for (const { namespace, templates } of this.running.workloads.values())
      for (const { serviceAccount } of templates)
        if (serviceAccount !== undefined) this.#name({ type: 'serviceaccounts', namespace, name: serviceAccount });
    for (const { namespace, serviceAccount } of this.inventory.podIdentities) {
      this.podIdentityPlaces.add(placeKey(namespace, serviceAccount));
      this.#name({ type: 'serviceaccounts', namespace, name: serviceAccount });
    }
    for (const { namespace, values } of this.inventory.secrets.values())
      for (const held of values) {
        if (held.type !== 'token') continue;
        this.#name(
          'user' in held.identity
            ? identityOfUser(held.identity.user)
            : { type: 'serviceaccounts', namespace, name: held.identity.serviceAccount },
        );
      }
    for (const { user, groups } of this.inventory.awsMappings()) {
      if (user !== undefined) this.#name(identityOfUser(user));
      for (const name of groups) this.#name({ type: 'groups', namespace: '', name });
    }
    for (const node of this.nodes) this.#name({ type: 'users', namespace: '', name: `system:node:${node}` });
    for (const place of this.serviceAccounts.keys()) this.groups.add(`${SERVICE_ACCOUNTS}:${place.slice(0, place.indexOf('/'))}`);
    const named = [...this.groups].some((name) => name.startsWith(`${SERVICE_ACCOUNTS}:`));
    if (named) this.groups.add(SERVICE_ACCOUNTS);
  }

  #name(identity: Identity): void {
    const { type, namespace, name } = identity;
    if (type === 'groups') this.groups.add(name);
    else if (type === 'users') {
      this.users.add(name);
      for (const group of implicitGroups(identity)) this.groups.add(group);
    } else if (namespace !== '' && !this.serviceAccounts.has(placeKey(namespace, name)))
      this.serviceAccounts.set(placeKey(namespace, name), undefined);
  }

  #nameSecrets(): void {
    for (const [place, record] of this.inventory.secrets) this.secrets.set(place, record);
    const name = (namespace: string, secret: string): void => {
      const place = placeKey(namespace, secret);
      if (!this.secrets.has(place)) this.secrets.set(place, undefined);
    };
    for (const { namespace, templates } of this.running.workloads.values())
      for (const { secrets, pullSecrets } of templates) {
        for (const use of secrets) name(namespace, use.name);
        for (const secret of pullSecrets) name(namespace, secret);
      }
    for (const { namespace, pullSecrets } of this.inventory.serviceAccounts.values())
      for (const secret of pullSecrets) name(namespace, secret);
  }

  #nameNamespaces(): void {
    const { namespaces, rbac, configMaps } = this.inventory;
    for (const name of namespaces.keys()) this.namespaces.add(name);
    for (const { namespace } of [...rbac.values(), ...configMaps.values()]) if (namespace !== '') this.namespaces.add(namespace);
    for (const { namespace } of this.running.workloads.values()) this.namespaces.add(namespace);
    for (const place of [...this.serviceAccounts.keys(), ...this.secrets.keys()])
      this.namespaces.add(place.slice(0, place.indexOf('/')));
  }
}
