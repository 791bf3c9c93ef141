/** What the API says, for whoever collects and whoever changes. Every shape takes what a server leaves out; messages name the field, never a value. */
import { z } from 'zod';

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const labels = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform(
    (found) =>
      Object.fromEntries(Object.entries(found ?? {}).filter(([, value]) => typeof value === 'string')) as Record<string, string>,
  );
const word = z.string().nullish();
const yes = z.boolean().nullish();

/** The answer as the shape has it. Throws an Error that names the path and the field: what else it means cannot be told then. */
export function told<T>(shape: z.ZodType<T>, data: unknown, place: string): T {
  const found = shape.safeParse(data);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw new Error(
    `${place}: not an answer of Vault or OpenBao: ${issue?.path.map(String).join('.') || 'the whole'}: ${issue?.message ?? ''}`,
  );
}

export const mountsShape = z.record(
  z.string(),
  z.object({ type: z.string(), accessor: word, options: z.record(z.string(), z.unknown()).nullish() }),
);
export const policyShape = z.object({
  name: word,
  policy: word,
  rules: word,
  allow_wildcards_in_identity_templates: yes,
  allow_slashes_in_identity_templates: yes,
});

/** A list of one text may be the text itself. */
const listed = z
  .union([z.array(z.string()), z.string()])
  .nullish()
  .transform((found) =>
    typeof found === 'string'
      ? found
          .split(',')
          .map((one) => one.trim())
          .filter(Boolean)
      : (found ?? []),
  );

/** Of AppRole, Kubernetes, JWT/OIDC and AWS alike. */
export const roleShape = z.object({
  token_policies: listed,
  policies: listed,
  token_no_default_policy: yes,
  token_ttl: z.number().nullish(),
  token_max_ttl: z.number().nullish(),
  token_period: z.number().nullish(),
  token_type: word,
  bind_secret_id: yes,
  secret_id_bound_cidrs: texts,
  token_bound_cidrs: listed,
  bound_service_account_names: listed,
  bound_service_account_namespaces: listed,
  audience: word,
  role_type: word,
  bound_audiences: listed,
  bound_subject: word,
  bound_claims: z.record(z.string(), z.unknown()).nullish(),
  bound_claims_type: word,
  bound_iam_principal_arn: listed,
  auth_type: word,
});
export type RoleData = z.infer<typeof roleShape>;

export const authConfigShape = z.object({
  issuer: word,
  kubernetes_host: word,
  bound_issuer: word,
  oidc_discovery_url: word,
  jwks_url: word,
});
/** How a mount of a login method is set. Seconds. */
export const tuneShape = z.object({ token_type: word, max_lease_ttl: z.number().nullish() });
export type AuthConfig = z.infer<typeof authConfigShape>;

export const tokenRoleShape = z.object({ allowed_policies: listed, allowed_policies_glob: listed });
export type TokenRoleData = z.infer<typeof tokenRoleShape>;

export const entityShape = z.object({
  id: z.string().min(1),
  name: word,
  policies: texts,
  disabled: yes,
  metadata: labels,
  group_ids: texts,
  aliases: z
    .array(
      z.object({
        id: word,
        name: word,
        mount_accessor: word,
        mount_path: word,
        mount_type: word,
        metadata: labels,
        custom_metadata: labels,
      }),
    )
    .nullish()
    .transform((list) => list ?? []),
});
export type EntityData = z.infer<typeof entityShape>;

export const groupShape = z.object({
  id: z.string().min(1),
  name: word,
  policies: texts,
  member_entity_ids: texts,
  member_group_ids: texts,
  metadata: labels,
});
export type GroupData = z.infer<typeof groupShape>;

export const tokenShape = z.object({
  accessor: z.string().min(1),
  display_name: word,
  entity_id: word,
  policies: texts,
  identity_policies: texts,
  expire_time: word,
  issue_time: word,
  path: word,
  meta: labels,
  orphan: yes,
  period: z.union([z.number(), z.string()]).nullish(),
  type: word,
});
export type TokenData = z.infer<typeof tokenShape>;
/** A look at one's own: a batch token has no accessor. */
export const ownTokenShape = tokenShape.extend({ accessor: z.string() });

export const secretIdShape = z.object({
  secret_id_accessor: z.string().min(1),
  metadata: labels,
  creation_time: word,
  expiration_time: word,
  secret_id_num_uses: z.number().nullish(),
  /** Seconds. */
  secret_id_ttl: z.number().nullish(),
  cidr_list: texts,
  token_bound_cidrs: texts,
});
export type SecretIdData = z.infer<typeof secretIdShape>;

export const leaseShape = z.object({ id: z.string().min(1), issue_time: word, expire_time: word });
export type LeaseData = z.infer<typeof leaseShape>;

export const backendRoleShape = z.object({
  db_name: word,
  username: word,
  rotation_period: z.union([z.number(), z.string()]).nullish(),
  last_vault_rotation: word,
});
export type BackendRoleData = z.infer<typeof backendRoleShape>;

export const keysShape = z.object({ keys: z.array(z.string()) });
export const roleIdShape = z.object({ role_id: z.string() });
export const metadataShape = z.object({ current_version: z.number().nullish(), updated_time: word });
