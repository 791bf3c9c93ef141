/** The documents that `documents.ts` keeps → the inventory they were taken from: enough of it to judge any request. */
import { accountOfArn } from '../../iam/aws/principal.ts';
import type { Json, StoredDocument } from '../../model/entity.ts';
import { arnOf } from '../../model/keys.ts';
import type { IdentityRow, OrganizationRow, ThingRow } from './documents.ts';
import {
  type ConfigItem,
  type GroupRecord,
  Inventory,
  type NamedDocument,
  type Organization,
  type OrganizationPolicy,
  type RoleRecord,
  type UserRecord,
} from './inventory.ts';

/** What documents of several rows say, until all are read. */
interface Reading {
  readonly inventory: Inventory;
  /** By ARN. */
  readonly inline: Map<string, NamedDocument[]>;
  readonly trust: Map<string, Json>;
  readonly policies: Map<string, Json>;
  /** By account and name. */
  readonly control: Map<string, Json>;
  readonly identities: { readonly account: string; readonly row: IdentityRow }[];
  readonly things: { readonly account: string; readonly row: ThingRow }[];
  readonly organizations: { readonly account: string; readonly row: OrganizationRow }[];
}

export async function storedInventory(documents: AsyncIterable<StoredDocument>): Promise<Inventory> {
  const reading: Reading = {
    inventory: new Inventory(),
    inline: new Map(),
    trust: new Map(),
    policies: new Map(),
    control: new Map(),
    identities: [],
    things: [],
    organizations: [],
  };
  for await (const document of documents) {
    const take = Object.hasOwn(READERS, document.type) ? READERS[document.type] : undefined;
    if (/^\d{12}$/.test(document.scope)) reading.inventory.account(document.scope);
    take?.(reading, document);
  }
  for (const { account, row } of reading.identities) addIdentity(reading, account, row);
  for (const { account, row } of reading.things) reading.inventory.account(account).addItem(itemOf(reading, account, row));
  for (const organization of organizationsOf(reading)) reading.inventory.organizations.set(organization.id, organization);
  return reading.inventory;
}

const READERS: Readonly<Record<string, (reading: Reading, document: StoredDocument) => void>> = {
  'inline-policy': ({ inline }, { subject, name, body }) => {
    const arn = arnOf(subject);
    const list = inline.get(arn) ?? [];
    inline.set(arn, list);
    list.push({ name, document: body });
  },
  'trust-policy': ({ trust }, { subject, body }) => void trust.set(arnOf(subject), body),
  'resource-policy': ({ policies }, { subject, body }) => void policies.set(arnOf(subject), body),
  'control-policy': ({ control }, { scope, name, body }) => void control.set(`${scope} ${name}`, body),
  'managed-policy': ({ inventory }, { subject: arn, name, body }) => {
    const owner = accountOfArn(arn) ?? '';
    const policies = owner === 'aws' ? inventory.awsPolicies : inventory.account(owner).policies;
    policies.set(arn, { arn, name, versions: [{ id: 'v1', isDefault: true, document: body }] });
  },
  identities: ({ identities }, { scope: account, body }) => {
    for (const row of body as unknown as readonly IdentityRow[]) identities.push({ account, row });
  },
  things: ({ things }, { scope: account, body }) => {
    for (const row of body as unknown as readonly ThingRow[]) things.push({ account, row });
  },
  organization: ({ organizations }, { scope: account, body }) =>
    void organizations.push({ account, row: body as unknown as OrganizationRow }),
};

function addIdentity({ inventory, inline, trust }: Reading, id: string, row: IdentityRow): void {
  const account = inventory.account(id);
  const record: GroupRecord = {
    arn: row.arn,
    name: row.name,
    path: row.path,
    uniqueId: row.id,
    inline: inline.get(row.arn) ?? [],
    attached: row.attached,
    tags: new Map(row.tags),
  };
  const boundary = row.boundary === null ? {} : { boundary: row.boundary };
  if (row.type === 'group') account.groups.set(row.arn, record);
  else if (row.type === 'user') account.users.set(row.arn, { ...record, groups: row.groups, ...boundary } satisfies UserRecord);
  else
    account.roles.set(row.arn, {
      ...record,
      trust: trust.get(row.arn) ?? null,
      instanceProfiles: [],
      ...boundary,
    } satisfies RoleRecord);
}

/** As Config records it, where its policy is concerned. */
const itemOf = ({ policies }: Reading, account: string, { arn, type, tags }: ThingRow): ConfigItem => ({
  arn,
  account,
  type,
  id: arn,
  name: arn,
  region: '',
  tags: new Map(tags),
  capturedAt: '',
  deleted: false,
  configuration: {},
  supplementary: policies.has(arn) ? { Policy: policies.get(arn) } : {},
});

/** Each account tells its own way to the root: together they are the organizations. */
function organizationsOf({ organizations, control }: Reading): Organization[] {
  const found = new Map<string, { first: OrganizationRow; parents: Map<string, string>; accounts: Map<string, string> }>();
  const policies = new Map<string, Map<string, OrganizationPolicy>>();
  for (const { account, row } of organizations) {
    const known = found.get(row.id) ?? { first: row, parents: new Map(), accounts: new Map() };
    found.set(row.id, known);
    for (const [i, place] of row.path.entries()) if (i > 0) known.parents.set(place, row.path[i - 1] as string);
    if (row.member) known.accounts.set(account, account);
    for (const { name, type, document, targets } of row.policies ?? []) {
      const list = policies.get(row.id) ?? new Map<string, OrganizationPolicy>();
      policies.set(row.id, list);
      const before = list.get(document)?.targets ?? [];
      const content = control.get(`${account} ${row.id} ${document}`) ?? null;
      list.set(document, { name, type, content, targets: [...new Set([...before, ...targets])] });
    }
  }
  return [...found.values()].map(({ first, parents, accounts }) => ({
    id: first.id,
    ...(first.management !== null && { managementAccount: first.management }),
    ...(first.enabled !== null && { enabled: first.enabled }),
    parents,
    accounts,
    ...(first.policies !== null && { policies: [...(policies.get(first.id)?.values() ?? [])] }),
  }));
}
