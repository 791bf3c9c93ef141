/** What is read of the rules that guard branches, tags and environments. https://docs.github.com/rest and its GraphQL twin */
import { z } from 'zod';
import { id, maybeText, team, text, user } from './shapes.ts';

const actors = z
  .object({
    users: z.array(user).nullish(),
    teams: z.array(team).nullish(),
    apps: z.array(z.object({ slug: maybeText, id: id.optional() })).nullish(),
  })
  .nullish();
const enabled = z.object({ enabled: z.boolean().nullish() }).nullish();

export const branch = z.object({ name: text.min(1), protected: z.boolean().nullish() });

export const protection = z.object({
  required_pull_request_reviews: z
    .object({
      required_approving_review_count: z.number().nullish(),
      require_code_owner_reviews: z.boolean().nullish(),
      bypass_pull_request_allowances: actors,
    })
    .nullish(),
  required_status_checks: z
    .object({ checks: z.array(z.object({ context: text, app_id: z.number().nullish() })).nullish() })
    .nullish(),
  restrictions: actors,
  block_creations: enabled,
  lock_branch: enabled,
});
export type ProtectionAnswer = z.infer<typeof protection>;
export type ActorsAnswer = z.infer<typeof actors>;

const allowance = z.object({
  actor: z
    .object({ login: text.optional(), slug: text.optional(), __typename: text.optional(), databaseId: id.optional() })
    .nullish(),
});
const allowances = z.object({ nodes: z.array(allowance).nullish() }).nullish();

/** A `branchProtectionRules` node of the GraphQL API. */
export const protectionRule = z.object({
  pattern: text.min(1),
  lockBranch: z.boolean().nullish(),
  blocksCreations: z.boolean().nullish(),
  requiresApprovingReviews: z.boolean().nullish(),
  requiredApprovingReviewCount: z.number().nullish(),
  requiresCodeOwnerReviews: z.boolean().nullish(),
  requiresStatusChecks: z.boolean().nullish(),
  requiredStatusChecks: z
    .array(z.object({ context: text, app: z.object({ databaseId: z.number().nullish() }).nullish() }))
    .nullish(),
  restrictsPushes: z.boolean().nullish(),
  bypassPullRequestAllowances: allowances,
  pushAllowances: allowances,
});
export type ProtectionRuleAnswer = z.infer<typeof protectionRule>;
export type AllowancesAnswer = z.infer<typeof allowances>;

const targets = z.object({ include: z.array(text).nullish(), exclude: z.array(text).nullish() }).nullish();

export const ruleset = z.object({
  id: z.number(),
  name: text,
  target: maybeText,
  source_type: maybeText,
  source: maybeText,
  enforcement: text,
  bypass_actors: z.array(z.object({ actor_id: z.number().nullish(), actor_type: text, bypass_mode: maybeText })).nullish(),
  conditions: z
    .object({
      ref_name: targets,
      repository_name: targets,
      repository_id: z.object({ repository_ids: z.array(z.number()).nullish() }).nullish(),
      repository_property: z.unknown().optional(),
    })
    .nullish(),
  rules: z.array(z.object({ type: text, parameters: z.record(z.string(), z.unknown()).nullish() })).nullish(),
});
export type RulesetAnswer = z.infer<typeof ruleset>;

const reviewer = z.object({
  type: text,
  reviewer: z.object({ login: text.optional(), slug: text.optional(), id: id.optional() }).nullish(),
});

export const environment = z.object({
  name: text.min(1),
  protection_rules: z
    .array(
      z.object({
        type: text,
        wait_timer: z.number().nullish(),
        prevent_self_review: z.boolean().nullish(),
        reviewers: z.array(reviewer).nullish(),
        app: z.object({ slug: maybeText }).nullish(),
      }),
    )
    .nullish(),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean().nullish(), custom_branch_policies: z.boolean().nullish() })
    .nullish(),
});
export type EnvironmentAnswer = z.infer<typeof environment>;

export const branchPolicy = z.object({ name: text.min(1), type: maybeText });
