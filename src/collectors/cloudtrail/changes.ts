/**
 * Calls that leave something behind: proof, rights, code that runs, ways in, or less logging. The incident page lists them as
 * "created since". By service; see the escalation and persistence techniques of MITRE ATT&CK T1098, T1136, T1525, T1562.
 */
const CHANGES: Readonly<Record<string, string>> = {
  iam: `CreateUser CreateAccessKey UpdateAccessKey CreateLoginProfile UpdateLoginProfile CreateRole CreatePolicy CreatePolicyVersion
    SetDefaultPolicyVersion PutUserPolicy PutRolePolicy PutGroupPolicy AttachUserPolicy AttachRolePolicy AttachGroupPolicy AddUserToGroup
    UpdateAssumeRolePolicy CreateOpenIDConnectProvider AddClientIDToOpenIDConnectProvider CreateSAMLProvider UpdateSAMLProvider
    CreateServiceSpecificCredential ResetServiceSpecificCredential UploadSSHPublicKey UploadSigningCertificate DeactivateMFADevice
    DeleteUserPermissionsBoundary DeleteRolePermissionsBoundary PutUserPermissionsBoundary PutRolePermissionsBoundary AddRoleToInstanceProfile`,
  lambda: `CreateFunction UpdateFunctionCode UpdateFunctionConfiguration AddPermission CreateFunctionUrlConfig UpdateFunctionUrlConfig
    CreateEventSourceMapping PublishLayerVersion AddLayerVersionPermission`,
  ec2: `RunInstances ModifyInstanceAttribute CreateKeyPair ImportKeyPair AuthorizeSecurityGroupIngress ModifySnapshotAttribute
    ModifyImageAttribute AssociateIamInstanceProfile ReplaceIamInstanceProfileAssociation CreateLaunchTemplateVersion DeleteFlowLogs
    EnableSerialConsoleAccess`,
  'ec2-instance-connect': 'SendSSHPublicKey SendSerialConsoleSSHPublicKey',
  s3: 'CreateBucket PutBucketPolicy DeleteBucketPolicy PutBucketAcl PutBucketReplication PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock PutBucketNotification',
  kms: 'PutKeyPolicy CreateGrant DisableKey ScheduleKeyDeletion',
  secretsmanager: 'CreateSecret PutSecretValue UpdateSecret PutResourcePolicy RotateSecret',
  ssm: 'PutParameter SendCommand StartSession CreateAssociation CreateDocument',
  sqs: 'AddPermission SetQueueAttributes',
  sns: 'AddPermission SetTopicAttributes Subscribe',
  rds: 'ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute ModifyDBInstance CreateDBSnapshot',
  ecs: 'RegisterTaskDefinition CreateService UpdateService RunTask',
  ecr: 'SetRepositoryPolicy PutImage',
  codebuild: 'CreateProject UpdateProject StartBuild',
  cloudformation: 'CreateStack UpdateStack CreateChangeSet',
  events: 'PutRule PutTargets',
  states: 'CreateStateMachine UpdateStateMachine',
  rolesanywhere: 'CreateTrustAnchor CreateProfile UpdateTrustAnchor',
  cloudtrail: 'DeleteTrail StopLogging UpdateTrail PutEventSelectors',
  organizations: 'InviteAccountToOrganization LeaveOrganization CreatePolicy UpdatePolicy DetachPolicy',
};

const ACTIONS: ReadonlySet<string> = new Set(
  Object.entries(CHANGES).flatMap(([service, names]) => names.split(/\s+/).map((name) => `${service}:${name}`)),
);

/** `action` is `service:Name`. */
export const isChange = (action: string): boolean => ACTIONS.has(action);
