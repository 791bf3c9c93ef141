/**
 * What nodes of other OpenGraph collectors are here. Reviewed against the published schemas of the extensions for GitHub and Okta
 * (SpecterOps): a kind that is not listed is kept as a `Resource`, and named in a warning.
 */
import { githubOrg, githubRepository } from '../../model/keys.ts';
import { ENTITY_KINDS, type EntityKind } from '../../model/kinds.ts';

export type NodeProperties = Readonly<Record<string, unknown>>;

export interface NodeRule {
  readonly kind: EntityKind;
  /** The provider's own key, so that other sources speak of the same thing. Undefined where the properties do not say it. */
  readonly key?: (properties: NodeProperties) => string | undefined;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const keyed =
  (name: string, key: (value: string) => string) =>
  (properties: NodeProperties): string | undefined => {
    const value = text(properties[name]);
    return value === undefined ? undefined : key(value);
  };

const rules = (kind: EntityKind, names: string): [string, NodeRule][] => names.split(' ').map((name) => [name, { kind }]);

const RULES: ReadonlyMap<string, NodeRule> = new Map<string, NodeRule>([
  ['GH_Organization', { kind: 'Scope', key: keyed('login', githubOrg) }],
  ['GH_User', { kind: 'User', key: keyed('login', (login) => `github:users/${login}`) }],
  ['GH_Repository', { kind: 'Repository', key: keyed('full_name', githubRepository) }],
  ...rules('Scope', 'GH_Enterprise GH_Environment'),
  ...rules('User', 'GH_EnterpriseManagedUser'),
  ...rules('Group', 'GH_Team GH_EnterpriseTeam GH_EnterpriseRole GH_OrgRole GH_TeamRole GH_RepoRole'),
  ...rules('Pipeline', 'GH_Workflow GH_WorkflowJob GH_WorkflowStep'),
  ...rules('Secret', 'GH_OrgSecret GH_RepoSecret GH_EnvironmentSecret GH_Secret GH_SecretScanningAlert'),
  ...rules('Workload', 'GH_Runner GH_EnterpriseRunner GH_OrgRunner GH_RepoRunner'),
  ...rules('Group', 'GH_RunnerGroup GH_EnterpriseRunnerGroup GH_OrgRunnerGroup'),
  ...rules('External', 'GH_SamlIdentityProvider GH_ExternalIdentity'),
  ...rules('ServiceAccount', 'GH_App GH_AppInstallation'),
  ...rules('Credential', 'GH_PersonalAccessToken'),
  ...rules('Resource', 'GH_Branch GH_BranchProtectionRule GH_EnvironmentBranchPolicy GH_PersonalAccessTokenRequest'),
  ...rules('Resource', 'GH_OrgVariable GH_RepoVariable GH_EnvironmentVariable GH_Variable'),
  ...rules('Scope', 'Okta_Organization Okta_Realm Okta_ResourceSet'),
  ...rules('User', 'Okta_User'),
  ...rules('Group', 'Okta_Group Okta_Role Okta_CustomRole Okta_RoleAssignment Okta_AgentPool'),
  ...rules('ServiceAccount', 'Okta_Application Okta_ApiServiceIntegration'),
  ...rules('Credential', 'Okta_ApiToken Okta_ClientSecret Okta_JWK'),
  ...rules('Workload', 'Okta_Device Okta_Agent'),
  ...rules('External', 'Okta_IdentityProvider'),
  ...rules('Resource', 'Okta_AuthorizationServer Okta_Policy'),
]);

/** Kinds of our own export: `Interlock_<kind>`; the node's id is the key. */
export const OWN_PREFIX = 'Interlock_';

export function ownKind(kinds: readonly string[]): EntityKind | undefined {
  return ENTITY_KINDS.find((kind) => kinds.includes(OWN_PREFIX + kind));
}

/** The first of a node's kinds that is known. Kinds are compared as written: BloodHound keeps their case. */
export function nodeRule(kinds: readonly string[]): NodeRule | undefined {
  for (const kind of kinds) {
    const rule = RULES.get(kind);
    if (rule) return rule;
  }
  return undefined;
}
