/**
 * What is read of GitHub's REST answers; everything else in them is left out. What guards refs and environments: `protection-shapes.ts`.
 * https://docs.github.com/rest
 */
import { z } from 'zod';

export const text = z.string();
export const maybeText = z.string().nullish();
export const id = z.union([z.number(), z.string()]);
const flag = z.boolean().nullish();

/** Of users as they stand in lists. */
export const user = z.object({ login: text.min(1), id: id.optional(), type: text.optional() });

const permissions = z.record(z.string(), z.unknown()).optional();

export const organisation = z.object({
  login: text.min(1),
  default_repository_permission: maybeText,
  two_factor_requirement_enabled: z.boolean().nullish(),
  plan: z.object({ name: text.optional() }).nullish(),
});

export const team = z.object({
  id: id.optional(),
  slug: text.min(1),
  name: text.optional(),
  permission: maybeText,
  role_name: maybeText,
  html_url: maybeText,
  parent: z.object({ slug: text }).nullish(),
});

export const repository = z.object({
  id: id.optional(),
  full_name: text.regex(/^[^/]+\/[^/]+$/),
  owner: z.object({ id: id.optional() }).nullish(),
  private: z.boolean().optional(),
  visibility: maybeText,
  archived: z.boolean().nullish(),
  disabled: z.boolean().nullish(),
  fork: z.boolean().nullish(),
  default_branch: maybeText,
  role_name: maybeText,
  permissions,
});
export type RepositoryAnswer = z.infer<typeof repository>;

export const collaborator = user.extend({ role_name: maybeText, permissions });

export const customRole = z.object({ id: id.optional(), name: text, base_role: maybeText, permissions: z.array(text).nullish() });
export const organisationRole = customRole.extend({ id });
export type OrganisationRoleAnswer = z.infer<typeof organisationRole>;

export const secret = z.object({
  name: text.min(1),
  visibility: maybeText,
  created_at: maybeText,
  updated_at: maybeText,
});
export type SecretAnswer = z.infer<typeof secret>;

/** The value of a variable is not read. */
export const variable = z.object({ name: text.min(1), visibility: maybeText });

export const installation = z.object({
  id,
  app_id: id.optional(),
  app_slug: text.min(1),
  repository_selection: text.optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  created_at: maybeText,
  suspended_at: maybeText,
});
export type InstallationAnswer = z.infer<typeof installation>;

export const tokenGrant = z.object({
  id,
  owner: user,
  repository_selection: text.optional(),
  permissions: z
    .object({
      organization: z.record(z.string(), z.string()).optional(),
      repository: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  access_granted_at: maybeText,
  token_id: id.optional(),
  token_name: maybeText,
  token_expired: z.boolean().nullish(),
  token_expires_at: maybeText,
  token_last_used_at: maybeText,
});
export type TokenGrantAnswer = z.infer<typeof tokenGrant>;

export const credentialAuthorization = z.object({
  login: text.min(1),
  credential_id: id,
  credential_type: text,
  credential_authorized_at: maybeText,
  credential_accessed_at: maybeText,
  scopes: z.array(text).nullish(),
  fingerprint: maybeText,
  authorized_credential_title: maybeText,
  authorized_credential_note: maybeText,
  authorized_credential_expires_at: maybeText,
});
export type CredentialAuthorizationAnswer = z.infer<typeof credentialAuthorization>;

export const hook = z.object({
  id,
  name: text.optional(),
  active: z.boolean().nullish(),
  events: z.array(text).nullish(),
  config: z.object({ url: maybeText, insecure_ssl: z.unknown().optional(), secret: maybeText }).nullish(),
});
export type HookAnswer = z.infer<typeof hook>;

export const deployKey = z.object({
  id,
  key: maybeText,
  title: maybeText,
  read_only: z.boolean(),
  verified: z.boolean().nullish(),
  created_at: maybeText,
  added_by: maybeText,
  last_used: maybeText,
  enabled: z.boolean().nullish(),
});
export type DeployKeyAnswer = z.infer<typeof deployKey>;

export const runner = z.object({
  id,
  name: text,
  os: text.optional(),
  status: maybeText,
  ephemeral: z.boolean().nullish(),
  runner_group_id: id.nullish(),
  labels: z.array(z.object({ name: text })).nullish(),
});
export type RunnerAnswer = z.infer<typeof runner>;

export const runnerGroup = z.object({
  id,
  name: text,
  visibility: maybeText,
  allows_public_repositories: z.boolean().nullish(),
  restricted_to_workflows: z.boolean().nullish(),
  selected_workflows: z.array(text).nullish(),
});
export type RunnerGroupAnswer = z.infer<typeof runnerGroup>;

export const workflowPermissions = z.object({
  default_workflow_permissions: maybeText,
  can_approve_pull_request_reviews: z.boolean().nullish(),
});

export const oidcSub = z.object({ use_default: flag, include_claim_keys: z.array(text).nullish(), use_immutable_subject: flag });

const location = z.object({
  path: maybeText,
  start_line: z.number().nullish(),
  commit_sha: maybeText,
  html_url: maybeText,
});

export const alert = z.object({
  number: z.number(),
  state: maybeText,
  resolution: maybeText,
  validity: maybeText,
  secret_type: maybeText,
  secret: maybeText,
  /** Written by `--save` where the value was. */
  hashed_token: maybeText,
  created_at: maybeText,
  publicly_leaked: z.boolean().nullish(),
  first_location_detected: location.nullish(),
  repository: z.object({ full_name: text }).nullish(),
});
export type AlertAnswer = z.infer<typeof alert>;

const when = z.union([z.number(), z.string()]).nullish();

export const auditEvent = z.object({
  action: text.min(1),
  '@timestamp': when,
  created_at: when,
  _document_id: maybeText,
  actor: maybeText,
  actor_ip: maybeText,
  user_agent: maybeText,
  user: maybeText,
  org: z.union([text, z.array(text)]).nullish(),
  repo: maybeText,
  repository: maybeText,
  hashed_token: maybeText,
  token_id: id.nullish(),
  token_scopes: maybeText,
  programmatic_access_type: maybeText,
  deploy_key_fingerprint: maybeText,
  operation_type: maybeText,
});
export type AuditEvent = z.infer<typeof auditEvent>;

export const commit = z.object({
  commit: z.object({ author: z.object({ name: maybeText, email: maybeText, date: maybeText }).nullish() }),
  author: z.object({ login: maybeText }).nullish(),
  parents: z.array(z.unknown()).nullish(),
});
