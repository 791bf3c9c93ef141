/** Roles and bindings as they count, kept beside the graph: `can`, `who-can` and explanations read them. */
import { isRole } from '../../iam/kubernetes/objects.ts';
import type { DocumentFact, Json } from '../../model/entity.ts';
import { k8sObject } from '../../model/keys.ts';
import type { Cluster } from './cluster.ts';

export const RBAC_DOCUMENT = 'rbac';

/** Rules of aggregated roles are filled in. */
export function* rbacDocuments({ source, inventory, authorizer, eksRbac }: Cluster): Generator<DocumentFact> {
  for (const object of [...inventory.rbac.values(), ...eksRbac]) {
    const { kind, namespace, name } = object;
    const metadata = { name, ...(namespace && { namespace }) };
    const body = isRole(object)
      ? { kind, metadata, rules: kind === 'ClusterRole' ? (authorizer.clusterRole(name) ?? []) : object.rules }
      : { kind, metadata, roleRef: object.role, subjects: object.subjects };
    const subject = k8sObject(source, namespace, `${kind.toLowerCase()}s`, name);
    yield { subject, type: RBAC_DOCUMENT, name, body: body as unknown as Json };
  }
}
