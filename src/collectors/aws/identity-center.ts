/**
 * IAM Identity Center, from its answers saved as JSON:
 *
 *     sso-admin      describe-permission-set {PermissionSet}, list-account-assignments {AccountAssignments}
 *                    (list-account-assignments-for-principal too)
 *     identitystore  list-users {Users}, list-groups {Groups}, list-group-memberships {GroupMemberships}
 *
 * An assignment lets a person or a group become the role that Identity Center made of the permission set in the account:
 *
 *     User ──MEMBER_OF──► Group ──CAN_ASSUME──► role AWSReservedSSO_<permission set>_<16 hex digits>
 *
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
import { z } from 'zod';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { distinctRelationships } from '../../model/fact-text.ts';
import { awsArn } from '../../model/keys.ts';
import type { Collected } from '../../ports/collector.ts';
import { shaped } from '../files/shape.ts';
import { strangerOf } from './assumption-facts.ts';
import type { Estate } from './estate.ts';
import { emptyFacts, type Facts } from './identities.ts';
import type { Directory } from './inventory.ts';
import type { Principal } from './principals.ts';
import type { Row } from './row.ts';
import { isRecord } from './shapes.ts';

export const DIRECTORY_SCOPE = 'identity-center';

const permissionSet = z.object({ Name: z.string(), PermissionSetArn: z.string(), SessionDuration: z.string().nullish() });
const assignment = z.object({
  AccountId: z.string().regex(/^\d{12}$/),
  PermissionSetArn: z.string(),
  PrincipalType: z.enum(['USER', 'GROUP']),
  PrincipalId: z.string(),
});
const person = z.object({
  UserId: z.string(),
  UserName: z.string().nullish(),
  DisplayName: z.string().nullish(),
  UserStatus: z.string().nullish(),
});
const group = z.object({ GroupId: z.string(), DisplayName: z.string().nullish() });
const membership = z.object({ GroupId: z.string(), MemberId: z.object({ UserId: z.string().nullish() }) });

type Take = (directory: Directory, value: never) => void;

interface ListReader {
  readonly shape: z.ZodType;
  readonly take: Take;
}

const reader = <S extends z.ZodType>(shape: S, take: (directory: Directory, raw: z.infer<S>) => void): ListReader => ({
  shape,
  take: take as Take,
});

const READERS: Readonly<Record<string, ListReader>> = {
  PermissionSet: reader(permissionSet, ({ permissionSets }, raw) => permissionSets.set(raw.PermissionSetArn, raw.Name)),
  AccountAssignments: reader(assignment, ({ assignments }, raw) =>
    assignments.push({
      account: raw.AccountId,
      permissionSet: raw.PermissionSetArn,
      group: raw.PrincipalType === 'GROUP',
      principal: raw.PrincipalId,
    }),
  ),
  Users: reader(person, ({ people }, raw) =>
    people.set(raw.UserId, { name: raw.UserName ?? raw.DisplayName ?? raw.UserId, disabled: raw.UserStatus === 'DISABLED' }),
  ),
  Groups: reader(group, ({ groups }, raw) => groups.set(raw.GroupId, raw.DisplayName ?? raw.GroupId)),
  GroupMemberships: reader(membership, ({ members }, raw) => {
    if (raw.MemberId.UserId) members.push({ group: raw.GroupId, person: raw.MemberId.UserId });
  }),
};

/** Keys by which such an answer is known. */
export const DIRECTORY_KEYS: readonly string[] = Object.keys(READERS);

/** IAM's own `list-users` and `list-groups` have the same keys; their rows name no identity store. */
const SHARED_KEYS: ReadonlySet<string> = new Set(['Users', 'Groups']);

export const speaksOfDirectory = (value: Readonly<Record<string, unknown>>): boolean =>
  DIRECTORY_KEYS.some((key) => Object.hasOwn(value, key) && (!SHARED_KEYS.has(key) || [value[key]].flat().some(namesStore)));

const namesStore = (row: unknown): boolean => isRecord(row) && Object.hasOwn(row, 'IdentityStoreId');

/** Calls `failed` for each wrong entry; the others are taken. */
export function* readDirectory(
  { reading, file }: Row,
  value: Readonly<Record<string, unknown>>,
  failed: (error: unknown) => Collected,
): Generator<Collected> {
  for (const [key, { shape, take }] of Object.entries(READERS)) {
    if (value[key] === undefined) continue;
    for (const [index, entry] of [value[key]].flat().entries()) {
      try {
        take(reading.inventory.directory, shaped(shape, entry, { path: file.path, at: `${key}[${index}]` }) as never);
      } catch (error) {
        yield failed(error);
      }
    }
  }
}

const userKey = (id: string): string => awsArn(`arn:aws:identitystore:::user/${id}`);
const groupKey = (id: string): string => awsArn(`arn:aws:identitystore:::group/${id}`);

export function directoryFacts(estate: Estate): Facts {
  const { directory } = estate.inventory;
  const facts = emptyFacts();
  const named = new Map<string, EntityFact>();
  for (const [id, { name, disabled }] of directory.people)
    named.set(userKey(id), { ...entityOf(userKey(id), 'User', name), state: disabled ? 'inactive' : 'active' });
  for (const [id, name] of directory.groups) named.set(groupKey(id), entityOf(groupKey(id), 'Group', name));
  for (const { group: of, person: who } of directory.members) {
    addUnknown(named, groupKey(of), 'Group');
    addUnknown(named, userKey(who), 'User');
    facts.relationships.push({ ...entitled(userKey(who), 'MEMBER_OF', groupKey(of)), reason: 'group of IAM Identity Center' });
  }
  const roles = reservedRoles(estate);
  for (const one of directory.assignments) {
    const set = directory.permissionSets.get(one.permissionSet);
    const role = set === undefined ? undefined : roles.get(`${one.account} ${set}`);
    if (!role) continue;
    const source = one.group ? groupKey(one.principal) : userKey(one.principal);
    addUnknown(named, source, one.group ? 'Group' : 'User');
    named.set(role.key, strangerOf(role));
    facts.relationships.push({
      ...entitled(source, 'CAN_ASSUME', role.key),
      reason: `assignment of the permission set ${set} in IAM Identity Center`,
    });
  }
  return { entities: [...named.values()], relationships: distinctRelationships(facts.relationships) };
}

const entitled = (source: string, kind: RelationshipFact['kind'], target: string): RelationshipFact => ({
  source,
  kind,
  target,
  basis: 'entitled',
  certainty: 'definite',
});

const entityOf = (key: string, kind: EntityFact['kind'], name: string): EntityFact => ({
  key,
  kind,
  name,
  provider: 'aws',
  properties: { type: 'identity-center' },
});

/** One that only a membership or an assignment names. */
function addUnknown(named: Map<string, EntityFact>, key: string, kind: 'User' | 'Group'): void {
  if (!named.has(key)) named.set(key, { ...entityOf(key, kind, key.slice(key.lastIndexOf('/') + 1)), stub: true });
}

const RESERVED = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/;

const RESERVED_PATH = '/aws-reserved/sso.amazonaws.com/';

/** By account and permission set: the roles that Identity Center made. */
function reservedRoles(estate: Estate): Map<string, Principal> {
  const found = new Map<string, Principal>();
  for (const one of estate.people.principals) {
    const set = one.kind === 'role' && one.record.path.startsWith(RESERVED_PATH) ? RESERVED.exec(one.name)?.[1] : undefined;
    if (set) found.set(`${one.account} ${set}`, one);
  }
  return found;
}

/** Assignments that lead nowhere: what is missing, once for each permission set. */
export function directoryGaps({ directory }: Estate['inventory']): string[] {
  const unknown = new Set(
    directory.assignments.map((one) => one.permissionSet).filter((arn) => !directory.permissionSets.has(arn)),
  );
  return [...unknown].map((arn) => `${arn}: assigned, and in no file; add its describe-permission-set`);
}
