/**
 * What a principal's rights depend on, as a text: principals of one signature share their permissions. Made of the content of the
 * policies, whatever they are named and in whatever order, so that it is the same in every collection.
 */
import { hash } from 'node:crypto';
import type { Policy } from '../../iam/aws/document.ts';
import { hasVariable } from '../../iam/aws/variables.ts';
import type { Principal } from './principals.ts';

/** `own`: something else tells this principal from others with the same policies. */
export function signatureOf(
  principal: Principal,
  options: { readonly extra?: readonly Policy[]; readonly own?: boolean } = {},
): string {
  const levels = [...(principal.guardrails.serviceControl ?? []), ...(principal.guardrails.resourceControl ?? [])];
  const policies = [...principal.identity, ...(options.extra ?? [])];
  const limits = [...(principal.boundary ?? []), ...levels.flat()];
  const own = (options.own ?? false) || [...policies, ...limits].some(dependsOnPrincipal);
  return JSON.stringify([
    principal.account,
    principal.kind,
    own ? principal.arn : '',
    principal.unsure,
    principal.serviceLinked,
    contents(policies),
    principal.boundary === null ? null : contents(principal.boundary),
    levels.map(contents),
  ]);
}

const contents = (policies: readonly Policy[]): string[] => [...new Set(policies.map(contentOf))].sort();

const CONTENTS = new WeakMap<Policy, string>();

function contentOf(policy: Policy): string {
  const known = CONTENTS.get(policy);
  if (known) return known;
  const statements = policy.statements.map((statement) => JSON.stringify({ ...statement, id: '' })).sort();
  const content = hash('sha256', JSON.stringify(statements), 'base64url').slice(0, 27);
  CONTENTS.set(policy, content);
  return content;
}

const PRINCIPAL_KEY = /^aws:(principal(?!account|org)|username|userid|tokenissuetime)/;
const DEPENDENT = new WeakMap<Policy, boolean>();

/** Whether the answer of a policy depends on who asks. */
export function dependsOnPrincipal(policy: Policy): boolean {
  const known = DEPENDENT.get(policy);
  if (known !== undefined) return known;
  const found = policy.statements.some(
    (statement) =>
      statement.conditions.some((test) => PRINCIPAL_KEY.test(test.key) || test.texts.some(hasVariable)) ||
      (statement.resources ?? []).some((pattern) => pattern.glob === undefined),
  );
  DEPENDENT.set(policy, found);
  return found;
}
