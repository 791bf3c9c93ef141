/** AWS answers → inventory records. Pure; one row at a time. */
import { accountOfArn } from '../../iam/aws/principal.ts';
import type { Time } from '../../model/entity.ts';
import type { Fingerprinter } from '../../model/fingerprint.ts';
import { configuredOf, withoutValues } from './configured.ts';
import type {
  AccessKey,
  ConfigItem,
  GroupRecord,
  HeldSettings,
  ManagedPolicy,
  NamedDocument,
  Organization,
  OrganizationPolicy,
  ReportLine,
  RoleRecord,
  UserRecord,
} from './inventory.ts';
import {
  isRecord,
  type RawGroup,
  type RawItem,
  type RawOrganization,
  type RawPolicy,
  type RawRole,
  type RawUser,
} from './shapes.ts';
import { credentialsIn } from './value-search.ts';

/** Undefined for `N/A`, `no_information` and anything else that is no time. Numbers are seconds. */
export function timeOf(value: unknown): Time | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const time = new Date(typeof value === 'number' ? value * 1000 : value);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

const timed = <K extends string>(key: K, value: unknown): { [P in K]?: Time } => {
  const time = timeOf(value);
  return (time === undefined ? {} : { [key]: time }) as { [P in K]?: Time };
};

/** A document as its text, which takes a third of the memory of its tree. Through bytes: what `stringify` makes takes twice its length. */
const textOf = (document: unknown): unknown =>
  typeof document === 'object' ? Buffer.from(JSON.stringify(document)).toString() : document;

const inlineOf = (raw: readonly { PolicyName: string; PolicyDocument?: unknown }[] | null | undefined): NamedDocument[] =>
  (raw ?? []).map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, document: textOf(PolicyDocument) }));

const attachedOf = (raw: readonly { PolicyArn: string }[] | null | undefined): string[] =>
  (raw ?? []).map((one) => one.PolicyArn);

const tagsOf = (raw: readonly { Key: string; Value: string }[] | null | undefined): Map<string, string> =>
  new Map((raw ?? []).map(({ Key, Value }) => [Key, Value]));

const boundaryOf = (raw: { PermissionsBoundaryArn?: string | null | undefined } | null | undefined): { boundary?: string } =>
  raw?.PermissionsBoundaryArn ? { boundary: raw.PermissionsBoundaryArn } : {};

export const userRecord = (raw: RawUser): UserRecord => ({
  arn: raw.Arn,
  name: raw.UserName,
  path: raw.Path ?? '/',
  uniqueId: raw.UserId ?? '',
  ...timed('createdAt', raw.CreateDate),
  inline: inlineOf(raw.UserPolicyList),
  attached: attachedOf(raw.AttachedManagedPolicies),
  groups: raw.GroupList ?? [],
  ...boundaryOf(raw.PermissionsBoundary),
  tags: tagsOf(raw.Tags),
});

export const roleRecord = (raw: RawRole): RoleRecord => ({
  arn: raw.Arn,
  name: raw.RoleName,
  path: raw.Path ?? '/',
  uniqueId: raw.RoleId ?? '',
  ...timed('createdAt', raw.CreateDate),
  trust: textOf(raw.AssumeRolePolicyDocument),
  instanceProfiles: (raw.InstanceProfileList ?? []).map((profile) => profile.Arn),
  inline: inlineOf(raw.RolePolicyList),
  attached: attachedOf(raw.AttachedManagedPolicies),
  ...boundaryOf(raw.PermissionsBoundary),
  tags: tagsOf(raw.Tags),
  ...timed('lastUsed', raw.RoleLastUsed?.LastUsedDate),
});

export const groupRecord = (raw: RawGroup): GroupRecord => ({
  arn: raw.Arn,
  name: raw.GroupName,
  path: raw.Path ?? '/',
  uniqueId: raw.GroupId ?? '',
  ...timed('createdAt', raw.CreateDate),
  inline: inlineOf(raw.GroupPolicyList),
  attached: attachedOf(raw.AttachedManagedPolicies),
  tags: new Map(),
});

export const managedPolicy = (raw: RawPolicy): ManagedPolicy => ({
  arn: raw.Arn,
  name: raw.PolicyName ?? raw.Arn.slice(raw.Arn.lastIndexOf('/') + 1),
  versions: (raw.PolicyVersionList ?? []).map((version) => ({
    id: version.VersionId ?? 'v1',
    isDefault: version.IsDefaultVersion ?? (version.VersionId !== undefined && version.VersionId === raw.DefaultVersionId),
    document: textOf(version.Document),
  })),
});

const TOMBSTONES = new Set(['ResourceDeleted', 'ResourceDeletedNotRecorded']);

export interface ItemReading {
  readonly folderAccount: string | undefined;
  readonly fingerprint: Fingerprinter;
}

/** Undefined for things without an ARN or an account: nothing can point at them. */
export function configItem(raw: RawItem, { folderAccount, fingerprint }: ItemReading): ConfigItem | undefined {
  const arn = raw.ARN ?? raw.arn ?? (raw.resourceId?.startsWith('arn:') ? raw.resourceId : undefined);
  const account = raw.awsAccountId ?? raw.accountId ?? (arn && accountOfArn(arn)) ?? folderAccount;
  if (!arn?.startsWith('arn:') || !account || !/^\d{12}$/.test(account)) return undefined;
  return {
    arn,
    account,
    type: raw.resourceType,
    id: raw.resourceId ?? arn,
    name: raw.resourceName ?? raw.resourceId ?? arn.slice(arn.lastIndexOf(':') + 1),
    region: raw.awsRegion ?? arn.split(':')[3] ?? '',
    tags: itemTags(raw.tags),
    ...timed('createdAt', raw.resourceCreationTime),
    capturedAt: raw.configurationItemCaptureTime ?? '',
    deleted: TOMBSTONES.has(raw.configurationItemStatus ?? ''),
    ...itemSettings(raw, fingerprint),
    supplementary: raw.supplementaryConfiguration,
  };
}

/** Values of settings become fingerprints at once; of a saved answer they are already. */
export function itemSettings(
  { resourceType, configuration, held }: Pick<RawItem, 'resourceType' | 'configuration' | 'held'>,
  fingerprint: Fingerprinter,
): Pick<ConfigItem, 'configuration' | 'held'> {
  if (held) return { configuration: withoutValues(configuration) as Record<string, unknown>, held: held as HeldSettings };
  const configured = configuredOf(resourceType, configuration);
  if (!configured) return { configuration };
  const { settings, references, sources, place, consumed } = configured;
  const credentials = credentialsIn(settings, place, fingerprint);
  return {
    configuration: withoutValues(configuration) as Record<string, unknown>,
    ...(credentials.length + references.length + sources.length > 0 && { held: { credentials, references, sources, consumed } }),
  };
}

/** Snapshots have `{key: value}`, advanced queries `[{key, value}]`. */
function itemTags(raw: unknown): Map<string, string> {
  const pairs = Array.isArray(raw)
    ? raw.filter(isRecord).map((tag): [unknown, unknown] => [tag['key'], tag['value']])
    : isRecord(raw)
      ? Object.entries(raw)
      : [];
  return new Map(pairs.filter((pair): pair is [string, string] => typeof pair[0] === 'string' && typeof pair[1] === 'string'));
}

export function organization(raw: RawOrganization): Organization {
  const units = [...(raw.OrganizationalUnits ?? []), ...(raw.Accounts ?? [])];
  const types = raw.Roots?.flatMap((root) => root.PolicyTypes ?? []);
  const places = [...(raw.Roots ?? []), ...(raw.OrganizationalUnits ?? [])];
  const suspended = (raw.Accounts ?? []).filter(({ Status }) => Status && /^(?:SUSPENDED|CLOSED)$/.test(Status));
  return {
    id: raw.Organization.Id,
    ...(raw.Organization.Arn && { arn: raw.Organization.Arn }),
    places: places.map(({ Id, Arn, Name }) => ({ id: Id, name: Name ?? Id, ...(Arn && { arn: Arn }) })),
    ...(raw.DelegatedAdministrators && { delegated: delegations(raw.DelegatedAdministrators) }),
    ...(raw.EnabledFeatures && { features: raw.EnabledFeatures }),
    ...(suspended.length > 0 && { suspended: new Set(suspended.map(({ Id }) => Id)) }),
    ...(raw.Organization.MasterAccountId && { managementAccount: raw.Organization.MasterAccountId }),
    ...(types && { enabled: types.filter((type) => type.Status === 'ENABLED').map((type) => type.Type) }),
    parents: new Map(units.flatMap(({ Id, ParentId }) => (ParentId ? [[Id, ParentId] as const] : []))),
    accounts: new Map((raw.Accounts ?? []).map(({ Id, Name }) => [Id, Name ?? Id])),
    ...(raw.Policies && { policies: raw.Policies.map(organizationPolicy) }),
  };
}

const delegations = (raw: NonNullable<RawOrganization['DelegatedAdministrators']>): Map<string, readonly string[]> =>
  new Map(raw.map(({ Id, DelegatedServices }) => [Id, (DelegatedServices ?? []).map((one) => one.ServicePrincipal)]));

const organizationPolicy = (raw: NonNullable<RawOrganization['Policies']>[number]): OrganizationPolicy => ({
  name: raw.PolicySummary?.Name ?? raw.Name ?? raw.PolicySummary?.Id ?? 'unnamed',
  type: raw.PolicySummary?.Type ?? raw.Type ?? 'SERVICE_CONTROL_POLICY',
  content: raw.Content,
  targets: (raw.Targets ?? []).map((target) => target.TargetId),
});

/** A row of the credential report. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html */
export function reportLine(row: Readonly<Record<string, string>>): ReportLine {
  const password = flag(row['password_enabled']);
  const mfa = flag(row['mfa_active']);
  return {
    arn: row['arn'] ?? '',
    name: row['user'] ?? '',
    ...(password !== undefined && { password }),
    ...timed('passwordLastUsed', row['password_last_used']),
    ...(mfa !== undefined && { mfa }),
    keys: [1, 2].flatMap((slot) => reportKey(row, slot)),
  };
}

const flag = (text: string | undefined): boolean | undefined =>
  text?.toLowerCase() === 'true' ? true : text?.toLowerCase() === 'false' ? false : undefined;

/** A slot that was never filled has no rotation time. */
function reportKey(row: Readonly<Record<string, string>>, slot: number): AccessKey[] {
  const createdAt = timeOf(row[`access_key_${slot}_last_rotated`]);
  const active = flag(row[`access_key_${slot}_active`]) ?? false;
  if (!active && !createdAt) return [];
  return [{ active, ...(createdAt && { createdAt }), ...timed('lastUsed', row[`access_key_${slot}_last_used_date`]) }];
}
