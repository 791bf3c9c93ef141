/** Access policies of EKS as the roles and bindings that they are like: whoever has an access entry is a user of its own. */
import { eksPolicyRules } from '../../iam/kubernetes/eks-access-policies.ts';
import type { BindingObject, RoleObject } from '../../iam/kubernetes/objects.ts';
import { matchesGlob } from '../../model/glob.ts';
import type { AccessEntryRecord } from './records.ts';

/**
 * As EKS names whoever comes by an access entry that names nobody: an IAM user by its ARN, a role by its sessions.
 * https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
 */
export function eksUser(principalArn: string): string {
  const [, partition, account, path = ''] = /^arn:([\w-]+):iam::(\d+):role\/(.+)$/.exec(principalArn) ?? [];
  if (!partition) return principalArn;
  return `arn:${partition}:sts::${account}:assumed-role/${path.slice(path.lastIndexOf('/') + 1)}/{{SessionName}}`;
}

const roleName = (policy: string): string => `eks:${policy}`;

/** `namespaces`: those that are known, for policies that are bound to some, which may hold `*`. */
export function eksRbac(
  entries: readonly AccessEntryRecord[],
  namespaces: readonly string[],
): readonly (RoleObject | BindingObject)[] {
  const roles = new Map<string, RoleObject>();
  const bindings: BindingObject[] = [];
  for (const { mapping, policies } of entries)
    for (const { policy, scope } of policies) {
      const rules = eksPolicyRules(policy);
      if (!rules) continue;
      roles.set(policy, {
        kind: 'ClusterRole',
        name: roleName(policy),
        namespace: '',
        labels: {},
        rules,
        aggregates: undefined,
        stored: true,
      });
      const role = { kind: 'ClusterRole', name: roleName(policy) };
      const subjects = [{ kind: 'User', namespace: '', name: eksUser(mapping.arn) }];
      const named = { name: `eks:${mapping.arn}:${policy}`, role, subjects };
      if (scope === undefined) bindings.push({ kind: 'ClusterRoleBinding', namespace: '', ...named });
      else for (const namespace of placesOf(scope, namespaces)) bindings.push({ kind: 'RoleBinding', namespace, ...named });
    }
  return [...roles.values(), ...bindings];
}

const placesOf = (scope: readonly string[], known: readonly string[]): readonly string[] => [
  ...new Set(scope.flatMap((name) => (name.includes('*') ? known.filter((one) => matchesGlob(name, one)) : name))),
];
