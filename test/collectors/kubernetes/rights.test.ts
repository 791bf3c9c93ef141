import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Cluster } from '../../../src/collectors/kubernetes/cluster.ts';
import { Inventory } from '../../../src/collectors/kubernetes/inventory.ts';
import { grantsByIdentity } from '../../../src/collectors/kubernetes/powers.ts';
import { covers, Rights } from '../../../src/collectors/kubernetes/rights.ts';
import type { BindingObject, RoleObject } from '../../../src/iam/kubernetes/objects.ts';

const some = (...words: string[]) => fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 2 });
const rule = fc.record({
  verbs: some('get', 'create', 'patch', '*'),
  apiGroups: some('', 'apps', '*'),
  resources: some('pods', 'pods/exec', '*/exec', 'pods/*', 'secrets', '*'),
  resourceNames: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
  nonResourceURLs: fc.constant([]),
});
const grant = fc.record({ rules: fc.array(rule, { minLength: 1, maxLength: 3 }), namespace: fc.constantFrom('', 'shop', 'ops') });
const subject = { kind: 'User', name: 'ann', namespace: '' };

function clusterOf(grants: readonly { rules: RoleObject['rules']; namespace: string }[]): Cluster {
  const inventory = new Inventory();
  for (const [index, { rules, namespace }] of grants.entries()) {
    const name = `r${index}`;
    const kind = namespace === '' ? 'ClusterRole' : 'Role';
    const role: RoleObject = { kind, name, namespace, rules, labels: {}, aggregates: undefined, stored: false };
    const binding: BindingObject = {
      kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
      name,
      namespace,
      role: { kind, name },
      subjects: [subject],
    };
    inventory.add({ type: 'rbac', object: role });
    inventory.add({ type: 'rbac', object: binding });
  }
  return new Cluster(inventory, 'test');
}

it('holds a right on exactly the names for which the authorizer allows a request', () => {
  fc.assert(
    fc.property(
      fc.array(grant, { maxLength: 4 }),
      fc.constantFrom('get', 'create', 'patch'),
      fc.constantFrom('pods', 'pods/exec', 'secrets', 'deployments'),
      fc.constantFrom('', 'shop'),
      fc.constantFrom('', 'apps'),
      (grants, verb, whole, at, apiGroup) => {
        const cluster = clusterOf(grants);
        const own = [...grantsByIdentity(cluster).values()].flatMap((one) => one.grants);
        const held = new Rights(cluster, own, at).held([verb], { apiGroup, resource: whole });
        const [resource = '', subresource = ''] = whole.split('/');
        const asks = (name: string): boolean =>
          cluster.authorizer.allowances(
            { user: 'ann', groups: [] },
            { verb, apiGroup, resource, subresource, name, namespace: at, path: '' },
          ).length > 0;
        const isCreation = verb === 'create' && subresource === '';
        for (const name of ['a', 'b', 'other']) {
          const expected = isCreation ? asks('') : asks(name);
          expect(held !== undefined && covers(held.names, name)).toBe(expected);
        }
      },
    ),
    { numRuns: 500 },
  );
});
