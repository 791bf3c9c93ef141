/** One case of RBAC evaluation as data: the objects are given with it, as manifests or as `kubectl get -o json` prints them. */
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import { Authorizer } from './authorizer.ts';
import { type BindingObject, RBAC_GROUP, type RoleObject, rbacObject, rbacObjectShape } from './objects.ts';
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
  const authorizer = new Authorizer(objects.flatMap((object, index) => rbacIn(object, `objects[${index}]`)));
  const { user, groups, ...attributes } = request;
  const because = authorizer.allowances({ user, groups }, attributes).map(({ binding, rule }) => ({
    binding: `${binding.kind} ${binding.namespace ? `${binding.namespace}/` : ''}${binding.name}`,
    role: `${binding.role.kind} ${binding.role.kind === 'Role' ? `${binding.namespace}/` : ''}${binding.role.name}`,
    rule,
  }));
  return { verdict: because.length > 0 ? 'allowed' : 'implicit-deny', because };
}

/** What `kubectl get -o json` puts around objects: items of a typed list (`RoleList`) do not say what they are. */
const LIST = /^(.*)List$/;
const typeShape = z.object({ apiVersion: z.string().nullish(), kind: z.string(), items: z.unknown().optional() });

/** Roles and bindings among the object, or in the list that it is; objects of other kinds say nothing of rights. */
function rbacIn(raw: unknown, place: string): (RoleObject | BindingObject)[] {
  const type = typeShape.safeParse(raw).data;
  if (!type) throw new InputError(`${place}: expected an object with a kind`);
  const { apiVersion, kind, items } = type;
  const [, listed] = LIST.exec(kind) ?? [];
  if (listed !== undefined && Array.isArray(items)) {
    const own = listed === '' ? {} : { apiVersion, kind: listed };
    return items.flatMap((item: unknown, index) => rbacIn(typedBy(own, item), `${place}.items[${index}]`));
  }
  if (listed !== undefined && (listed === '' || RBAC_KINDS.has(listed)) && items !== null)
    throw new InputError(`${place}.items: expected a list`);
  if (!RBAC_KINDS.has(kind)) return [];
  // A slip of the pen: these kinds are in no version of the core group. Other groups may have them.
  if (apiVersion && !apiVersion.includes('/')) throw new InputError(`${place}.apiVersion: expected ${RBAC_GROUP}/v1`);
  return apiVersion && !apiVersion.startsWith(`${RBAC_GROUP}/`) ? [] : [soundObject(raw, place)];
}

const RBAC_KINDS: ReadonlySet<string> = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']);

const typedBy = (type: object, item: unknown): unknown =>
  item !== null && typeof item === 'object' ? { ...type, ...item } : item;

function soundObject(raw: unknown, place: string): RoleObject | BindingObject {
  const result = rbacObjectShape.safeParse(raw);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new InputError(`${place}${(issue?.path ?? []).map((part) => `.${String(part)}`).join('')}: ${issue?.message}`);
  }
  return rbacObject(result.data);
}
