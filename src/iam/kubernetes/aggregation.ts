/**
 * The rules that each ClusterRole has in the end. A controller writes the rules of all selected roles into an aggregated one, over
 * whatever stood there; roles so written may be selected again (`view` → `edit` → `admin`). What was read from an API server is filled
 * in already: it counts as it is.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
import { selects } from './label-selector.ts';
import type { RoleObject } from './objects.ts';
import type { PolicyRule } from './rule.ts';

/** By name. */
export function effectiveClusterRoles(roles: readonly RoleObject[]): Map<string, readonly PolicyRule[]> {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const parts = new Map([...byName.values()].map((role) => [role.name, partsOf(role, byName)]));
  const found = new Map<string, readonly PolicyRule[]>();
  for (const role of byName.values()) found.set(role.name, rulesOf(role, byName, parts));
  return found;
}

const isFilled = (role: RoleObject): boolean => role.aggregates === undefined || role.stored;

function partsOf(role: RoleObject, byName: ReadonlyMap<string, RoleObject>): readonly RoleObject[] {
  if (isFilled(role)) return [];
  return [...byName.values()].filter(
    (other) => other.name !== role.name && role.aggregates?.some((selector) => selects(selector, other.labels)),
  );
}

/** The rules of every filled role that is reached from this one. */
function rulesOf(
  role: RoleObject,
  byName: ReadonlyMap<string, RoleObject>,
  parts: ReadonlyMap<string, readonly RoleObject[]>,
): readonly PolicyRule[] {
  if (isFilled(role)) return role.rules;
  const seen = new Set([role.name]);
  const rules = new Set<PolicyRule>();
  const open = [role];
  for (let next = open.pop(); next; next = open.pop()) {
    if (isFilled(next)) for (const rule of next.rules) rules.add(rule);
    for (const part of parts.get(next.name) ?? []) {
      if (seen.has(part.name)) continue;
      seen.add(part.name);
      open.push(byName.get(part.name) ?? part);
    }
  }
  return [...rules];
}
