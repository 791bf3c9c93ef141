/** What the files of an AWS source say, before anything is concluded: principals, policies, things and organizations. */
import type { Time } from '../../model/entity.ts';
import type { Configured } from './configured.ts';
import type { FoundCredential } from './value-search.ts';

export interface NamedDocument {
  readonly name: string;
  readonly document: unknown;
}

export interface AccessKey {
  /** Absent where only the credential report speaks of it. */
  readonly id?: string;
  readonly active: boolean;
  readonly createdAt?: Time;
  readonly lastUsed?: Time;
}

interface PrincipalRecord {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly uniqueId: string;
  readonly createdAt?: Time;
  readonly inline: readonly NamedDocument[];
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

export interface UserRecord extends PrincipalRecord {
  readonly groups: readonly string[];
  readonly boundary?: string;
}

export interface RoleRecord extends PrincipalRecord {
  readonly trust: unknown;
  readonly boundary?: string;
  /** ARNs. */
  readonly instanceProfiles: readonly string[];
  readonly lastUsed?: Time;
}

export type GroupRecord = PrincipalRecord;

export interface PolicyVersion {
  readonly id: string;
  readonly isDefault: boolean;
  readonly document: unknown;
}

export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly versions: readonly PolicyVersion[];
}

export const CREDENTIAL_TYPES = ['signing-certificate', 'ssh-public-key', 'service-specific'] as const;

/** What a user has beside access keys and a password. */
export interface UserCredential {
  readonly id: string;
  readonly user: string;
  readonly type: (typeof CREDENTIAL_TYPES)[number];
  /** The only service that takes it, as ARNs name it; absent where none does any more. */
  readonly service?: string;
  readonly active: boolean;
  readonly createdAt?: Time;
  readonly expiresAt?: Time;
}

/** When a principal last used a service that its policies grant; undefined: never in the tracking period. */
export interface ServiceUse {
  readonly service: string;
  readonly lastUsed?: Time;
  /** Of services whose actions AWS tracks. */
  readonly actions: readonly { readonly action: string; readonly lastUsed?: Time }[];
}

export interface ServiceUses {
  /** When AWS made the answer. */
  readonly at?: Time;
  readonly services: readonly ServiceUse[];
}

/** One line of the credential report. */
export interface ReportLine {
  readonly arn: string;
  readonly name: string;
  /** Undefined where the report does not say (`not_supported`). */
  readonly password?: boolean;
  readonly passwordLastUsed?: Time;
  readonly mfa?: boolean;
  readonly keys: readonly AccessKey[];
}

/** What a thing was configured with. */
export interface HeldSettings extends Pick<Configured, 'references' | 'sources' | 'consumed'> {
  readonly credentials: readonly FoundCredential[];
}

/** A thing as AWS Config records it. */
export interface ConfigItem {
  readonly arn: string;
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly createdAt?: Time;
  readonly capturedAt: string;
  readonly deleted: boolean;
  /** Without the values of settings, where those are read into `held`. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly held?: HeldSettings;
  readonly supplementary: Readonly<Record<string, unknown>>;
}

export interface OrganizationPolicy {
  readonly name: string;
  readonly type: string;
  readonly content: unknown;
  readonly targets: readonly string[];
}

/** A root, a unit, or the organization itself. */
export interface OrganizationPlace {
  readonly id: string;
  readonly arn?: string;
  readonly name: string;
}

export interface Organization {
  readonly id: string;
  readonly arn?: string;
  /** Roots and units. */
  readonly places?: readonly OrganizationPlace[];
  /** Delegated administrators: the services for which an account acts. Undefined when the export does not say. */
  readonly delegated?: ReadonlyMap<string, readonly string[]>;
  /** Features of central root access, such as `RootSessions`. Undefined when the export does not say. */
  readonly features?: readonly string[];
  /** Accounts that AWS has closed. */
  readonly suspended?: ReadonlySet<string>;
  readonly managementAccount?: string;
  /** Policy types enabled at the root; undefined when the export does not say. */
  readonly enabled?: readonly string[];
  /** Account or unit → its parent. */
  readonly parents: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, string>;
  /** Undefined when the export holds no list of policies: then they are not known. */
  readonly policies?: readonly OrganizationPolicy[];
}

export class Account {
  readonly id: string;
  readonly users = new Map<string, UserRecord>();
  readonly roles = new Map<string, RoleRecord>();
  readonly groups = new Map<string, GroupRecord>();
  readonly policies = new Map<string, ManagedPolicy>();
  /** By user name. */
  readonly keys = new Map<string, Map<string, AccessKey>>();
  readonly report = new Map<string, ReportLine>();
  readonly items = new Map<string, ConfigItem>();
  /** Besides access keys and passwords, by id. */
  readonly credentials = new Map<string, UserCredential>();
  /** Of users that have a console password, by name, as `get-login-profile` says it. */
  readonly loginProfiles = new Map<string, { readonly createdAt?: Time }>();
  /** By ARN of the principal. */
  readonly serviceUses = new Map<string, ServiceUses>();
  readonly lastUses: { readonly user: string; readonly lastUsed: Time; readonly key?: string }[] = [];
  /** Whether anything listed access keys: only then is a user without keys known to have none. */
  keysListed = false;

  constructor(id: string) {
    this.id = id;
  }

  addKey(user: string, key: AccessKey & { readonly id: string }): void {
    const keys = this.keys.get(user) ?? new Map<string, AccessKey>();
    keys.set(key.id, { ...keys.get(key.id), ...key });
    this.keys.set(user, keys);
    this.keysListed = true;
  }

  /** The newest capture of a thing counts. */
  addItem(item: ConfigItem): void {
    const known = this.items.get(item.arn);
    if (!known || known.capturedAt <= item.capturedAt) this.items.set(item.arn, item);
  }
}

/** People and groups of IAM Identity Center, and what they may become. */
export class Directory {
  /** By id. */
  readonly people = new Map<string, { readonly name: string; readonly disabled: boolean }>();
  readonly groups = new Map<string, string>();
  readonly members: { readonly group: string; readonly person: string }[] = [];
  /** Names, by ARN. */
  readonly permissionSets = new Map<string, string>();
  readonly assignments: {
    readonly account: string;
    readonly permissionSet: string;
    readonly group: boolean;
    readonly principal: string;
  }[] = [];
}

export class Inventory {
  readonly directory = new Directory();
  readonly accounts = new Map<string, Account>();
  /** Managed by AWS, the same in every account. */
  readonly awsPolicies = new Map<string, ManagedPolicy>();
  readonly organizations = new Map<string, Organization>();

  account(id: string): Account {
    const known = this.accounts.get(id);
    if (known) return known;
    const account = new Account(id);
    this.accounts.set(id, account);
    return account;
  }
}
