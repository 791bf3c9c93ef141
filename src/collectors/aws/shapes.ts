/** The parts of AWS answers that are read. Anything else in them is ignored; policy documents are judged later. */
import { z } from 'zod';

const list = <T extends z.ZodType>(item: T) => z.array(item).nullish();
const tags = list(z.object({ Key: z.string(), Value: z.string() }));
const time = z.union([z.string(), z.number()]).nullish();
const attached = list(z.object({ PolicyArn: z.string(), PolicyName: z.string().nullish() }));
const inline = list(z.object({ PolicyName: z.string(), PolicyDocument: z.unknown().optional() }));
const boundary = z.object({ PermissionsBoundaryArn: z.string().nullish() }).nullish();
const iamArn = z.string().regex(/^arn:aws[a-z-]*:iam::(\d{12}|aws):/);

export const userShape = z.object({
  Arn: iamArn,
  UserName: z.string(),
  Path: z.string().nullish(),
  UserId: z.string().nullish(),
  CreateDate: time,
  UserPolicyList: inline,
  GroupList: list(z.string()),
  AttachedManagedPolicies: attached,
  PermissionsBoundary: boundary,
  Tags: tags,
});

export const roleShape = z.object({
  Arn: iamArn,
  RoleName: z.string(),
  Path: z.string().nullish(),
  RoleId: z.string().nullish(),
  CreateDate: time,
  AssumeRolePolicyDocument: z.unknown().optional(),
  InstanceProfileList: list(z.object({ Arn: z.string() })),
  RolePolicyList: inline,
  AttachedManagedPolicies: attached,
  PermissionsBoundary: boundary,
  Tags: tags,
  RoleLastUsed: z.object({ LastUsedDate: time }).nullish(),
});

export const groupShape = z.object({
  Arn: iamArn,
  GroupName: z.string(),
  Path: z.string().nullish(),
  GroupId: z.string().nullish(),
  CreateDate: time,
  GroupPolicyList: inline,
  AttachedManagedPolicies: attached,
});

export const policyShape = z.object({
  Arn: iamArn,
  PolicyName: z.string().nullish(),
  DefaultVersionId: z.string().nullish(),
  PolicyVersionList: list(
    z.object({ VersionId: z.string().nullish(), IsDefaultVersion: z.boolean().nullish(), Document: z.unknown().optional() }),
  ),
});

export const accessKeyShape = z.object({
  UserName: z.string(),
  AccessKeyId: z.string(),
  Status: z.string(),
  CreateDate: time,
});

export const lastUsedShape = z.object({
  UserName: z.string().nullish(),
  AccessKeyId: z.string().nullish(),
  AccessKeyLastUsed: z.object({ LastUsedDate: time }),
});

const freeRecord = z
  .unknown()
  .optional()
  .transform((value) => (isRecord(value) ? value : parsedRecord(value)));

export const itemShape = z.object({
  resourceType: z.string(),
  resourceId: z.string().nullish(),
  resourceName: z.string().nullish(),
  ARN: z.string().nullish(),
  arn: z.string().nullish(),
  awsAccountId: z.string().nullish(),
  accountId: z.string().nullish(),
  awsRegion: z.string().nullish(),
  tags: z.unknown().optional(),
  configurationItemStatus: z.string().nullish(),
  configurationItemCaptureTime: z.string().nullish(),
  resourceCreationTime: time,
  configuration: freeRecord,
  supplementaryConfiguration: freeRecord,
  /** In saved answers only: what the values of settings were read as, in their place. */
  held: z
    .object({
      credentials: z.array(
        z.object({
          name: z.string(),
          rule: z.string(),
          keyId: z.string().optional(),
          fingerprint: z.templateLiteral(['fp:', z.string()]).optional(),
        }),
      ),
      references: z.array(z.object({ name: z.string(), from: z.string(), store: z.enum(['secretsmanager', 'ssm']) })),
      sources: z.array(
        z.object({
          kind: z.enum(['s3', 'image', 'github']),
          place: z.string(),
          loads: z.enum(['each run', 'next deployment']),
        }),
      ),
      consumed: z.boolean(),
    })
    .optional(),
});

const place = { Arn: z.string().nullish(), Name: z.string().nullish() };

export const organizationShape = z.object({
  Organization: z.object({ Id: z.string(), Arn: z.string().nullish(), MasterAccountId: z.string().nullish() }),
  EnabledFeatures: list(z.string()),
  DelegatedAdministrators: list(
    z.object({ Id: z.string(), DelegatedServices: list(z.object({ ServicePrincipal: z.string() })) }),
  ),
  Roots: list(z.object({ ...place, Id: z.string(), PolicyTypes: list(z.object({ Type: z.string(), Status: z.string() })) })),
  OrganizationalUnits: list(z.object({ ...place, Id: z.string(), ParentId: z.string().nullish() })),
  Accounts: list(z.object({ ...place, Id: z.string(), Status: z.string().nullish(), ParentId: z.string().nullish() })),
  Policies: list(
    z.object({
      PolicySummary: z.object({ Name: z.string().nullish(), Id: z.string().nullish(), Type: z.string().nullish() }).nullish(),
      Name: z.string().nullish(),
      Type: z.string().nullish(),
      Content: z.unknown().optional(),
      Targets: list(z.object({ TargetId: z.string() })),
    }),
  ),
});

export type RawUser = z.infer<typeof userShape>;
export type RawRole = z.infer<typeof roleShape>;
export type RawGroup = z.infer<typeof groupShape>;
export type RawPolicy = z.infer<typeof policyShape>;
export type RawItem = z.infer<typeof itemShape>;
export type RawOrganization = z.infer<typeof organizationShape>;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Config delivers some documents as JSON in a text. */
function parsedRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'string') return {};
  try {
    const parsed: unknown = JSON.parse(value);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
