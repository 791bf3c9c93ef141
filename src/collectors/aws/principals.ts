/** Users and roles with every policy that speaks of them, compiled; groups with their own. */
import { allowEverything, compilePolicy, IDENTITY_POLICY, type Policy, RESOURCE_POLICY } from '../../iam/aws/document.ts';
import type { Requester } from '../../iam/aws/principal.ts';
import { accountOfArn } from '../../iam/aws/principal.ts';
import { awsArn } from '../../model/keys.ts';
import { type Guardrails, guardrailsOf } from './guardrails.ts';
import type { Account, GroupRecord, Inventory, ManagedPolicy, NamedDocument, RoleRecord, UserRecord } from './inventory.ts';
import { knownManagedPolicy } from './managed-policies.ts';

export interface AttachedPolicy {
  /** The ARN of a managed policy, or a name of its own for an inline one. */
  readonly name: string;
  readonly policy: Policy;
}

export interface GroupPrincipal {
  readonly key: string;
  readonly record: GroupRecord;
  readonly account: string;
  readonly attached: readonly AttachedPolicy[];
}

export interface Principal {
  readonly key: string;
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly kind: 'user' | 'role';
  readonly record: UserRecord | RoleRecord;
  readonly requester: Requester;
  readonly groups: readonly GroupPrincipal[];
  /** Own and groups' policies. */
  readonly attached: readonly AttachedPolicy[];
  readonly identity: readonly Policy[];
  readonly boundary: readonly Policy[] | null;
  readonly trust: Policy | null;
  readonly guardrails: Guardrails;
  /** ARNs of documents that are referred to and absent. */
  readonly absent: readonly string[];
  /** The boundary's, when it is among them: the last. */
  readonly absentBoundary?: string;
  /** True when an absent document may deny: then nothing is sure. AWS's own policies do not deny, but for the quarantine ones. */
  readonly unsure: boolean;
  /** Service-linked roles are AWS's: nobody may change or pass them. */
  readonly serviceLinked: boolean;
}

export interface Problem {
  readonly account: string;
  readonly text: string;
}

/** Compiles each document once; says what AWS would reject, and what is absent. */
export class PolicyBook {
  readonly problems: Problem[] = [];
  readonly #inventory: Inventory;
  readonly #managed = new Map<string, Policy | undefined>();

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
  }

  record(arn: string): ManagedPolicy | undefined {
    const owner = accountOfArn(arn) ?? '';
    return this.#inventory.awsPolicies.get(arn) ?? this.#inventory.accounts.get(owner)?.policies.get(arn);
  }

  /** The default version. Undefined when the export lacks it. */
  managed(arn: string, account: string): Policy | undefined {
    if (this.#managed.has(arn)) return this.#managed.get(arn);
    const record = this.record(arn);
    const version = record?.versions.find((one) => one.isDefault) ?? record?.versions[0];
    const document = version?.document ?? knownManagedPolicy(arn);
    const policy = document === undefined ? undefined : this.compile({ name: arn, document }, account);
    this.#managed.set(arn, policy);
    return policy;
  }

  compile({ name, document }: NamedDocument, account: string, kind = IDENTITY_POLICY): Policy {
    const policy = compilePolicy(name, document, kind);
    for (const problem of policy.problems)
      this.problems.push({ account, text: `${name}: ${problem}; the policy grants nothing` });
    return policy;
  }
}

export interface People {
  readonly principals: readonly Principal[];
  readonly groups: readonly GroupPrincipal[];
}

export function peopleOf(inventory: Inventory, book: PolicyBook): People {
  const principals: Principal[] = [];
  const groups: GroupPrincipal[] = [];
  for (const account of inventory.accounts.values()) {
    const guardrails = guardrailsOf(inventory, account.id);
    const byName = new Map(
      [...account.groups.values()].map((record) => [record.name, groupPrincipal(record, account.id, book)] as const),
    );
    groups.push(...byName.values());
    const context = { account, book, guardrails };
    for (const record of account.users.values()) {
      const own = record.groups.map((name) => byName.get(name)).filter((group) => group !== undefined);
      for (const name of record.groups.filter((one) => !byName.has(one)))
        book.problems.push({
          account: account.id,
          text: `${record.arn}: its group ${name} is in no file, and neither are the rights of it`,
        });
      principals.push(principalOf(record, own, context));
    }
    for (const record of account.roles.values()) principals.push(principalOf(record, [], context));
  }
  return { principals, groups };
}

function groupPrincipal(record: GroupRecord, account: string, book: PolicyBook): GroupPrincipal {
  return { key: awsArn(record.arn), record, account, attached: attachedTo(record, account, book).found };
}

interface Context {
  readonly account: Account;
  readonly book: PolicyBook;
  readonly guardrails: Guardrails;
}

function principalOf(
  record: UserRecord | RoleRecord,
  groups: readonly GroupPrincipal[],
  { account, book, guardrails }: Context,
): Principal {
  const own = attachedTo(record, account.id, book);
  const missing = [...own.absent, ...groups.flatMap((group) => attachedTo(group.record, account.id, book).absent)];
  const boundary = boundaryOf(record, account.id, book);
  const attached = [...own.found, ...groups.flatMap((group) => group.attached)];
  const isRole = 'trust' in record;
  return {
    key: awsArn(record.arn),
    arn: record.arn,
    name: record.name,
    account: account.id,
    kind: isRole ? 'role' : 'user',
    record,
    requester: { arn: record.arn, type: 'iam', account: account.id, ...(record.uniqueId && { uniqueId: record.uniqueId }) },
    groups,
    attached,
    identity: attached.map((one) => one.policy),
    boundary: boundary.policies,
    trust: isRole
      ? book.compile({ name: `${record.arn} trust policy`, document: record.trust }, account.id, RESOURCE_POLICY)
      : null,
    guardrails,
    absent: [...missing, ...boundary.absent],
    ...(boundary.absent[0] !== undefined && { absentBoundary: boundary.absent[0] }),
    unsure: boundary.absent.length > 0 || missing.some(mayDeny),
    serviceLinked: isRole && record.path.startsWith('/aws-service-role/'),
  };
}

/** AWS's own policies allow only, but for those that quarantine a leaked key. */
export const mayDeny = (arn: string): boolean => !/^arn:aws[a-z-]*:iam::aws:/.test(arn) || /deny|quarantine/i.test(arn);

function attachedTo(record: GroupRecord, account: string, book: PolicyBook): { found: AttachedPolicy[]; absent: string[] } {
  const found: AttachedPolicy[] = record.inline.map((one) => {
    const name = `${record.arn}/${one.name}`;
    return { name, policy: inlineOf(book, name, one, account) };
  });
  const absent: string[] = [];
  for (const arn of record.attached) {
    const policy = book.managed(arn, account);
    if (policy) found.push({ name: arn, policy });
    else absent.push(arn);
  }
  return { found, absent };
}

const COMPILED = new WeakMap<NamedDocument, Policy>();

/** A group's inline policy is asked for once per member, and compiled once. */
function inlineOf(book: PolicyBook, name: string, one: NamedDocument, account: string): Policy {
  const known = COMPILED.get(one);
  if (known) return known;
  const policy = book.compile({ name, document: one.document }, account);
  COMPILED.set(one, policy);
  return policy;
}

/** An absent boundary is not known to limit: what it leaves is not sure, see `unsure`. */
function boundaryOf(
  record: { boundary?: string },
  account: string,
  book: PolicyBook,
): { policies: Policy[] | null; absent: string[] } {
  if (!record.boundary) return { policies: null, absent: [] };
  const policy = book.managed(record.boundary, account);
  return policy ? { policies: [policy], absent: [] } : { policies: [allowEverything], absent: [record.boundary] };
}
