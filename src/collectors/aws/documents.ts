/**
 * What is kept beside the graph: policies as they were collected, and the lists without which their meaning is lost (who has which
 * policies and tags, whose a thing is, what stands above an account). `stored-inventory.ts` reads all of it back.
 */
import { policyBody } from '../../iam/aws/document.ts';
import type { DocumentFact, Json } from '../../model/entity.ts';
import { awsAccount, awsArn } from '../../model/keys.ts';
import { sha256 } from '../../model/ledger.ts';
import type { Estate } from './estate.ts';
import { pathTo } from './guardrails.ts';
import type { Account, GroupRecord, OrganizationPolicy, RoleRecord, UserRecord } from './inventory.ts';
import { scrubbed, scrubbedText } from './scrub.ts';

const BATCH = 200;

/** In batches, since together they are as large as the export. */
export function* documentsOf(estate: Estate, account: Account): Generator<DocumentFact[]> {
  let batch: DocumentFact[] = [];
  for (const one of allOf(estate, account)) {
    batch.push(one);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function* allOf(estate: Estate, account: Account): Generator<DocumentFact> {
  for (const { body, ...named } of collectedOf(estate, account)) {
    const object = policyBody(body);
    if (object) yield { ...named, body: scrubbed(object) };
    // A text that is no policy grants nothing; without it, it would count as absent, which may grant.
    else if (named.type === 'managed-policy') yield { ...named, body: null };
  }
  yield* listsOf('identities', account, [...identityRows(account)]);
  yield* listsOf('things', account, [...thingRows(estate, account)]);
  yield* organizationOf(estate, account);
}

interface Collected {
  readonly subject: string;
  readonly type: string;
  readonly name: string;
  readonly body: unknown;
}

function* collectedOf(estate: Estate, account: Account): Generator<Collected> {
  for (const record of recordsOf(account)) {
    const subject = awsArn(record.arn);
    for (const { name, document } of record.inline) yield { subject, type: 'inline-policy', name, body: document };
    if ('trust' in record) yield { subject, type: 'trust-policy', name: 'trust policy', body: record.trust };
  }
  const used = [...estate.inventory.awsPolicies.values(), ...account.policies.values()];
  for (const policy of used) {
    const version = policy.versions.find((one) => one.isDefault) ?? policy.versions[0];
    if (version) yield { subject: policy.arn, type: 'managed-policy', name: policy.name, body: version.document };
  }
  for (const thing of estate.things.values())
    if (thing.item.account === account.id && thing.policyBody)
      yield { subject: thing.key, type: 'resource-policy', name: 'resource policy', body: thing.policyBody };
}

const recordsOf = (account: Account): (UserRecord | GroupRecord | RoleRecord)[] => [
  ...account.users.values(),
  ...account.groups.values(),
  ...account.roles.values(),
];

/** Rows fall into lists by their ARN, so that one row that changes changes one list. */
function* listsOf(type: string, account: Account, rows: readonly ({ readonly arn: string } & Json)[]): Generator<DocumentFact> {
  const lists = new Map<string, Json[]>();
  for (const row of [...rows].sort((a, b) => (a.arn < b.arn ? -1 : 1))) {
    const name = `${type} ${sha256(row.arn).slice(0, 1)}`;
    lists.set(name, [...(lists.get(name) ?? []), row]);
  }
  for (const [name, body] of lists) yield { subject: awsAccount(account.id), type, name, body };
}

/** A user, group or role without its policies' texts. */
export type IdentityRow = Readonly<{
  type: 'user' | 'group' | 'role';
  arn: string;
  name: string;
  path: string;
  id: string;
  attached: readonly string[];
  tags: readonly (readonly [string, string])[];
  groups: readonly string[];
  boundary: string | null;
}>;

function* identityRows({ users, groups, roles }: Account): Generator<IdentityRow> {
  for (const user of users.values()) yield { ...identityRow('user', user), groups: user.groups, boundary: user.boundary ?? null };
  for (const group of groups.values()) yield identityRow('group', group);
  for (const role of roles.values()) yield { ...identityRow('role', role), boundary: role.boundary ?? null };
}

const identityRow = (type: IdentityRow['type'], { arn, name, path, uniqueId, attached, tags }: GroupRecord): IdentityRow => ({
  type,
  arn,
  name,
  path,
  id: uniqueId,
  attached,
  tags: tagPairs(tags),
  groups: [],
  boundary: null,
});

const tagPairs = (tags: ReadonlyMap<string, string>): [string, string][] =>
  [...tags].map(([key, value]) => [key, scrubbedText(value)]);

export type ThingRow = Readonly<{ arn: string; type: string; tags: readonly (readonly [string, string])[] }>;

function* thingRows(estate: Estate, { items }: Account): Generator<ThingRow> {
  for (const { arn, type, tags, deleted } of items.values())
    if (!deleted && estate.things.has(arn)) yield { arn, type, tags: tagPairs(tags) };
}

/** What stands above one account: its organization, the way to the root, and the control policies on it. */
export type OrganizationRow = Readonly<{
  id: string;
  management: string | null;
  enabled: readonly string[] | null;
  /** Root first, the account last. */
  path: readonly string[];
  member: boolean;
  /** `document`: the name under which the policy's text is kept. Null: which policies there are is not known. */
  policies: readonly Readonly<{ name: string; type: string; document: string; targets: readonly string[] }>[] | null;
}>;

function* organizationOf({ inventory }: Estate, { id }: Account): Generator<DocumentFact> {
  const subject = awsAccount(id);
  for (const organization of inventory.organizations.values()) {
    const member = organization.accounts.has(id);
    if (!member && organization.managementAccount !== id) continue;
    const path = pathTo(organization, id);
    const above = ({ targets }: OrganizationPolicy): boolean => targets.some((target) => path.includes(target));
    const named = organization.policies && uniquelyNamed(organization.policies).filter(([, policy]) => above(policy));
    const body: OrganizationRow = {
      id: organization.id,
      management: organization.managementAccount ?? null,
      enabled: organization.enabled ?? null,
      path,
      member,
      policies:
        named?.map(([document, { name, type, targets }]) => ({
          name,
          type,
          document,
          targets: targets.filter((target) => path.includes(target)),
        })) ?? null,
    };
    yield { subject, type: 'organization', name: organization.id, body };
    for (const [name, { content }] of named ?? [])
      yield { subject, type: 'control-policy', name: `${organization.id} ${name}`, body: bodyOf(content) };
  }
}

const bodyOf = (content: unknown): Json => scrubbed(policyBody(content) ?? null);

/** Names may repeat. Of all policies of the organization, so that every account calls one policy the same. */
function uniquelyNamed(policies: readonly OrganizationPolicy[]): [string, OrganizationPolicy][] {
  const used = new Map<string, number>();
  return policies.map((policy) => {
    const name = `${policy.type} ${policy.name}`;
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return [count === 1 ? name : `${name} (${count})`, policy];
  });
}
