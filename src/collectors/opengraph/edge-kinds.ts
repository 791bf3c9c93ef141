/**
 * What edges of other OpenGraph collectors say here. An edge that is not listed may mean anything: it is kept as control that is
 * `possible`, and named in a warning. Those that are listed under NOTHING give no access by themselves, by their published schema.
 */
import type { Certainty, RelationshipKind } from '../../model/kinds.ts';

export type Right = Extract<RelationshipKind, 'CAN_READ' | 'CAN_PUT' | 'CAN_WRITE' | 'CAN_CONTROL'>;

export type EdgeRule =
  | { readonly says: 'nothing' }
  /** A relationship from start to end, or the other way round. */
  | { readonly says: 'relationship'; readonly kind: RelationshipKind; readonly isReversed?: true }
  /** A right of the start on the end: a Permission of its own. */
  | { readonly says: 'right'; readonly right: Right; readonly certainty: Exclude<Certainty, 'conditional'> };

const plain = (kind: RelationshipKind, names: string): [string, EdgeRule][] =>
  names.split(' ').map((name) => [name, { says: 'relationship', kind }]);
const reversed = (kind: RelationshipKind, names: string): [string, EdgeRule][] =>
  names.split(' ').map((name) => [name, { says: 'relationship', kind, isReversed: true }]);
const right = (kind: Right, certainty: 'definite' | 'possible', names: string): [string, EdgeRule][] =>
  names.split(' ').map((name) => [name, { says: 'right', right: kind, certainty }]);
const nothing = (names: string): [string, EdgeRule][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, { says: 'nothing' }]);

const RULES: ReadonlyMap<string, EdgeRule> = new Map<string, EdgeRule>([
  ...plain('MEMBER_OF', 'GH_HasRole GH_HasBaseRole GH_MemberOf Okta_MemberOf Okta_AgentMemberOf'),
  ...plain('CONTAINS', 'GH_Contains GH_Owns Okta_Contains Okta_RealmContains Okta_ResourceSetContains'),
  ...plain('AUTHENTICATES_AS', 'Okta_ApiTokenFor Okta_SecretOf Okta_KeyOf'),
  ...plain('READS', 'GH_UsesSecret'),
  ...plain('HOSTS', 'Okta_HostsAgent'),
  ...plain('DEPENDS_ON', 'GH_DependsOn GH_CallsWorkflow'),
  ...reversed('ACTS_FOR', 'GH_HasPersonalAccessToken'),
  ...right('CAN_READ', 'definite', 'GH_ReadRepoContents GH_CanReadSecretScanningAlert'),
  // Who may really write a branch is decided by its protection, which this edge leaves out.
  ...right('CAN_WRITE', 'possible', 'GH_WriteRepoContents GH_PushProtectedBranch GH_BypassBranchProtection'),
  ...right('CAN_WRITE', 'definite', 'GH_CanWriteBranch GH_CanCreateBranch'),
  ...right('CAN_CONTROL', 'definite', 'GH_AdminTo GH_CanEditProtection GH_CanEditEnvironment GH_WriteOrganizationCustomOrgRole'),
  ...right('CAN_CONTROL', 'definite', 'GH_ManageEnterpriseAdmins GH_ManageEnterpriseOrganizationAdmins'),
  ...right('CAN_CONTROL', 'definite', 'Okta_SuperAdmin Okta_OrgAdmin Okta_AppAdmin Okta_ManageApp Okta_GroupAdmin'),
  ...right('CAN_CONTROL', 'definite', 'Okta_GroupMembershipAdmin Okta_AddMember Okta_ResetPassword Okta_HelpDeskAdmin'),
  ...right('CAN_CONTROL', 'possible', 'Okta_ResetFactors Okta_ReadClientSecret Okta_IdentityProviderFor GH_CanPwnRequest'),
  ...right(
    'CAN_CONTROL',
    'possible',
    'GH_CanAssumeIdentity GH_CanUseRunner GH_CanDeployToEnvironment GH_HasSecret GH_ValidToken',
  ),
  ...nothing(`
    GH_CreateEnterpriseOrganizations GH_EditEnterpriseCustomPropertiesForOrganizations GH_ManageEnterpriseReferrals
    GH_ReadEnterpriseAuditLog GH_ReadEnterpriseDomainVerification GH_ReadEnterpriseMembers GH_ReadEnterpriseOrgProjects
    GH_ReadEnterpriseOrganizationAdmin GH_SetEnterpriseInteractionLimits GH_ViewEnterpriseActionsUsageMetrics
    GH_ViewEnterpriseBilling GH_WriteEnterpriseBilling GH_AssignedTo GH_CanCreateRepositories GH_CanCreatePublicRepositories
    GH_CanCreateInternalRepositories GH_CanCreatePrivateRepositories GH_CreateRepository GH_WriteRepoPullRequests
    GH_DeleteAlertsCodeScanning GH_JumpMergeQueue GH_CreateSoloMergeQueueEntry GH_EditRepoCustomPropertiesValues GH_AddLabel
    GH_RemoveLabel GH_CloseIssue GH_ReopenIssue GH_ClosePullRequest GH_ReopenPullRequest GH_AddAssignee GH_DeleteIssue
    GH_RemoveAssignee GH_RequestPrReview GH_MarkAsDuplicate GH_SetMilestone GH_SetIssueType GH_ManageTopics GH_ManageSettingsWiki
    GH_ManageSettingsProjects GH_ManageSettingsMergeTypes GH_ManageSettingsPages GH_EditRepoMetadata GH_SetInteractionLimits
    GH_SetSocialPreview GH_EditRepoAnnouncementBanners GH_ReadCodeScanning GH_WriteCodeScanning GH_ViewDependabotAlerts
    GH_ResolveDependabotAlerts GH_DeleteDiscussion GH_ToggleDiscussionAnswer GH_ToggleDiscussionCommentMinimize
    GH_EditDiscussionCategory GH_CreateDiscussionCategory GH_ConvertIssuesToDiscussions GH_CloseDiscussion GH_ReopenDiscussion
    GH_EditCategoryOnDiscussion GH_ManageDiscussionBadges GH_EditDiscussionComment GH_DeleteDiscussionComment GH_DeleteTag
    GH_OrgBypassCodeScanningDismissalRequests GH_OrgBypassSecretScanningClosureRequests
    GH_OrgReviewAndManageSecretScanningBypassRequests GH_OrgReviewAndManageSecretScanningClosureRequests
    GH_ReadOrganizationActionsUsageMetrics GH_ReadOrganizationCustomOrgRole GH_ReadOrganizationCustomRepoRole
    GH_ResolveSecretScanningAlerts GH_ProtectedBy GH_HasVariable GH_UsesVariable GH_HasSamlIdentityProvider
    GH_HasExternalIdentity GH_HasPersonalAccessTokenRequest GH_IsEligibleFor GH_HasMember GH_DeploysTo
    GH_MatchesEnvironmentPolicy GH_ApprovesDeploymentTo
    Okta_ManagerOf Okta_DeviceOf Okta_CreatorOf Okta_AppAssignment Okta_HasRole Okta_HasRoleAssignment Okta_ScopedTo
    Okta_IdpGroupAssignment Okta_GroupPush Okta_UserPush Okta_UserPull Okta_PolicyMapping Okta_UserSync Okta_SWA Okta_OrgSWA`),
]);

export const edgeRule = (kind: string): EdgeRule | undefined => RULES.get(kind);
