/** One case of RBAC evaluation as data: the objects are given with it. */
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import { Authorizer } from './authorizer.ts';
import { RBAC_GROUP, rbacObject, rbacObjectShape } from './objects.ts';
import type { PolicyRule } from './rule.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

export const evaluateCaseShape = z.object({
  name: z.string(),
  objects: z.array(z.unknown()),
  request: z.object({
    user: text,
    groups: z
      .array(z.string())
      .nullish()
      .transform((groups) => groups ?? []),
    verb: text,
    apiGroup: text,
    resource: text,
    subresource: text,
    name: text,
    namespace: text,
    path: text,
  }),
});

export type EvaluateCase = z.infer<typeof evaluateCaseShape>;

export interface RbacVerdict {
  readonly verdict: 'allowed' | 'implicit-deny';
  /** Every rule that allows it, with the binding and the role that it comes by. */
  readonly because: readonly { readonly binding: string; readonly role: string; readonly rule: PolicyRule }[];
}

/** Throws an InputError that names the object when one is not as the API would take it. */
export function evaluateCase({ objects, request }: EvaluateCase): RbacVerdict {
  const authorizer = new Authorizer(objects.map(soundObject));
  const { user, groups, ...attributes } = request;
  const because = authorizer.allowances({ user, groups }, attributes).map(({ binding, rule }) => ({
    binding: `${binding.kind} ${binding.namespace ? `${binding.namespace}/` : ''}${binding.name}`,
    role: `${binding.role.kind} ${binding.role.kind === 'Role' ? `${binding.namespace}/` : ''}${binding.role.name}`,
    rule,
  }));
  return { verdict: because.length > 0 ? 'allowed' : 'implicit-deny', because };
}

const groupShape = z.object({ apiVersion: z.string().nullish() });

function soundObject(raw: unknown, index: number) {
  const version = groupShape.safeParse(raw).data?.apiVersion;
  if (version && !version.startsWith(`${RBAC_GROUP}/`))
    throw new InputError(`objects[${index}].apiVersion: expected ${RBAC_GROUP}/v1`);
  const result = rbacObjectShape.safeParse(raw);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new InputError(`objects[${index}]${(issue?.path ?? []).map((part) => `.${String(part)}`).join('')}: ${issue?.message}`);
  }
  return rbacObject(result.data);
}
