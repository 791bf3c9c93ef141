/** Users, roles, groups and their credentials as entities. */
import type { EntityFact, Properties, RelationshipFact, Time } from '../../model/entity.ts';
import { awsKey, awsLoginProfile, awsSigningCertificate } from '../../model/keys.ts';
import type { AccessKey, Account, GroupRecord, ReportLine, RoleRecord, UserCredential, UserRecord } from './inventory.ts';
import type { GroupPrincipal, Principal } from './principals.ts';
import { scrubbedText } from './scrub.ts';
import { serviceAccess } from './service-uses.ts';

export interface Facts {
  readonly entities: EntityFact[];
  readonly relationships: RelationshipFact[];
}

export const emptyFacts = (): Facts => ({ entities: [], relationships: [] });

const NHI_TAG = /^(nhi|service[-_]?account|machine|identity[-_]?type)$/i;
const NHI_VALUE = /^(true|yes|1|nhi|machine|service|service[-_]?account|bot|workload)$/i;

/**
 * An IAM user is a `User` when somebody signs in to the console with it and no tag marks it as a machine's; without a console
 * password (or where no credential report tells), it is a `ServiceAccount` if it has access keys or such a tag.
 */
function userKind(user: UserRecord, keys: number, password: boolean | undefined): 'User' | 'ServiceAccount' {
  const marked = [...user.tags].some(([key, value]) => NHI_TAG.test(key) && NHI_VALUE.test(value));
  if (marked) return 'ServiceAccount';
  return password !== true && keys > 0 ? 'ServiceAccount' : 'User';
}

export function identityFacts(principal: Principal, account: Account): Facts {
  const facts = emptyFacts();
  const { record } = principal;
  if ('trust' in record)
    facts.entities.push(
      entity(principal.key, 'Role', record, { ...roleProperties(record, principal), ...usesOf(account, record.arn) }),
    );
  else addUser(facts, { principal, user: record, account });
  return facts;
}

export const groupFact = (group: GroupPrincipal): EntityFact =>
  entity(group.key, 'Group', group.record, { policies: [...group.record.attached] });

function addUser(facts: Facts, { principal, user, account }: { principal: Principal; user: UserRecord; account: Account }): void {
  const line = account.report.get(user.arn);
  const keys = keysOf(account, user, line);
  const properties: Properties = {
    policies: [...user.attached],
    ...(user.boundary && { boundary: user.boundary }),
    ...(line?.mfa !== undefined && { mfa: line.mfa }),
    ...usesOf(account, user.arn),
  };
  const profile = account.loginProfiles.get(user.name);
  const password = line?.password ?? (profile ? true : undefined);
  facts.entities.push({
    ...entity(principal.key, userKind(user, keys.length || (line?.keys.length ?? 0), password), user, properties),
    state: 'active',
  });
  for (const key of keys) addCredential(facts, principal.key, credentialOfKey(key, user));
  if (password) addCredential(facts, principal.key, loginProfile(user, line, profile?.createdAt));
  for (const credential of othersOf(account, user)) addBound(facts, principal, credential);
  for (const group of principal.groups) {
    // The user's effective rights, its groups' included, hang at the user: a deny or a boundary of its own may take from them.
    facts.relationships.push({
      source: principal.key,
      kind: 'MEMBER_OF',
      target: group.key,
      basis: 'entitled',
      certainty: 'definite',
      reason: 'group membership',
    });
  }
}

function addCredential(facts: Facts, user: string, credential: EntityFact): void {
  facts.entities.push(credential);
  facts.relationships.push({
    source: credential.key,
    kind: 'AUTHENTICATES_AS',
    target: user,
    basis: 'entitled',
    certainty: 'definite',
    reason: 'issued for this user',
  });
}

type ListedKey = AccessKey & { readonly id: string };

/** Keys with what the report and the last-used answers add; a slot of the report is the key that was made at that time. */
function keysOf(account: Account, user: UserRecord, line: ReportLine | undefined): ListedKey[] {
  const listed = [...(account.keys.get(user.name)?.values() ?? [])] as ListedKey[];
  const uses = account.lastUses.filter((use) => use.user === user.name);
  return listed.map((key) => {
    const slot = line?.keys.find((one) => one.createdAt === key.createdAt);
    const use = uses.find((one) => one.key === key.id || (!one.key && listed.length === 1));
    const lastUsed = use?.lastUsed ?? key.lastUsed ?? slot?.lastUsed;
    return { ...key, ...(lastUsed && { lastUsed }) };
  });
}

const credentialOfKey = (key: ListedKey, user: UserRecord): EntityFact => ({
  key: awsKey(key.id),
  kind: 'Credential',
  name: `access key of ${user.name}`,
  provider: 'aws',
  state: key.active ? 'active' : 'inactive',
  properties: {
    type: 'access-key',
    ...(key.createdAt && { createdAt: key.createdAt }),
    ...(key.lastUsed && { lastUsed: key.lastUsed }),
  },
});

const loginProfile = (user: UserRecord, line: ReportLine | undefined, createdAt: Time | undefined): EntityFact => ({
  key: awsLoginProfile(user.arn),
  kind: 'Credential',
  name: `console password of ${user.name}`,
  provider: 'aws',
  state: 'active',
  properties: {
    type: 'console-password',
    ...(createdAt && { createdAt }),
    ...(line?.passwordLastUsed && { lastUsed: line.passwordLastUsed }),
    ...(line?.mfa !== undefined && { mfa: line.mfa }),
  },
});

const usesOf = (account: Account, arn: string): Properties => {
  const uses = account.serviceUses.get(arn);
  return uses ? { serviceAccess: serviceAccess(uses) } : {};
};

export const othersOf = (account: Account, user: UserRecord): UserCredential[] =>
  [...account.credentials.values()].filter((one) => one.user === user.name);

export const otherCredentialKey = (user: UserRecord, { id, type }: UserCredential): string =>
  type === 'signing-certificate' ? awsSigningCertificate(user.arn, id) : awsKey(id);

function otherCredential(user: UserRecord, credential: UserCredential): EntityFact {
  const { type, service, active, createdAt, expiresAt } = credential;
  return {
    key: otherCredentialKey(user, credential),
    kind: 'Credential',
    name: `${type.replaceAll('-', ' ')} of ${user.name}`,
    provider: 'aws',
    state: active ? 'active' : 'inactive',
    ...(expiresAt && { expiresAt }),
    properties: { type, ...(service && { service }), ...(createdAt && { createdAt }) },
  };
}

/** One service takes it, or none any more: it has its own Permission, not all that the user may do. */
function addBound(facts: Facts, { key, record }: Principal, credential: UserCredential): void {
  const user = record as UserRecord;
  facts.entities.push(otherCredential(user, credential));
  facts.relationships.push({
    source: otherCredentialKey(user, credential),
    kind: 'ACTS_FOR',
    target: key,
    basis: 'entitled',
    certainty: 'definite',
    reason: `issued for this user, for ${credential.service ?? 'signed requests that no service takes any more'}`,
  });
}

function roleProperties(role: RoleRecord, principal: Principal): Properties {
  return {
    policies: [...role.attached],
    ...(role.boundary && { boundary: role.boundary }),
    ...(role.lastUsed && { lastUsed: role.lastUsed }),
    ...(principal.serviceLinked && { serviceLinked: true }),
    ...(role.path.startsWith('/aws-reserved/sso.amazonaws.com/') && { identityCenter: true }),
  };
}

function entity(key: string, kind: EntityFact['kind'], record: GroupRecord, properties: Properties): EntityFact {
  return {
    key,
    kind,
    name: record.name,
    provider: 'aws',
    properties: {
      ...(record.path !== '/' && { path: record.path }),
      ...(record.createdAt && { createdAt: record.createdAt }),
      ...(record.tags.size > 0 && { tags: tagList(record.tags) }),
      ...properties,
    },
  };
}

/** A list, since a tag may be named like a part of every object. */
export const tagList = (tags: ReadonlyMap<string, string>): { key: string; value: string }[] =>
  [...tags].map(([key, value]) => ({ key, value: scrubbedText(value) }));
