/**
 * Requests in the words of `kubectl auth can-i`: the action is a verb and a resource (`get secrets`, `create pods/exec`,
 * `bind clusterroles.rbac.authorization.k8s.io`), or a verb alone for a path; the resource is `<namespace>/<name>`, `<namespace>/*`, a
 * name of what belongs to no namespace, a key, `*` for the whole cluster, or a path such as `/metrics`.
 */
import { groupOfResource } from '../../iam/kubernetes/resource-groups.ts';
import type { AccessAttributes } from '../../iam/kubernetes/rule.ts';
import { UsageError } from '../../model/errors.ts';

const ACTION = /^([a-z*]+)(?: (\*|[a-z][a-z0-9-]*)(?:\.([a-z0-9.-]+))?(?:\/([a-z]+))?)?$/;

export const isKubernetesAction = (action: string): boolean => ACTION.test(action);

interface Words {
  readonly action: string;
  readonly resource: string;
}

/** Throws a UsageError for other words. */
export function attributesOf({ action, resource: place }: Words): AccessAttributes {
  const [, verb, resource = '', group, subresource = ''] = ACTION.exec(action) ?? [];
  if (verb === undefined || (resource === '' && !place.startsWith('/')))
    throw new UsageError(`${action}: expected a verb and a resource of Kubernetes, such as "get secrets" or "create pods/exec"`);
  const blank = { verb, apiGroup: '', resource, subresource, name: '', namespace: '', path: '' };
  if (resource === '') return { ...blank, path: place };
  return { ...blank, apiGroup: group ?? (resource === '*' ? '*' : groupOfResource(resource)), ...placeIn(place) };
}

function placeIn(place: string): Pick<AccessAttributes, 'name' | 'namespace'> {
  if (place === '*') return { name: '', namespace: '' };
  const key = /^k8s:[^/]+(?:\/([^/]+)\/([^/]+)\/(.+))?$/.exec(place);
  if (key) {
    const [, namespace = '_', plural = '', name = ''] = key;
    if (namespace === '_' && plural === 'namespaces') return { name: '', namespace: name };
    return { name, namespace: namespace === '_' ? '' : namespace };
  }
  const at = place.indexOf('/');
  if (at < 0) return { name: place, namespace: '' };
  const name = place.slice(at + 1);
  return { name: name === '*' ? '' : name, namespace: place.slice(0, at) };
}
