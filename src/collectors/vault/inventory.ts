/** Answers of the API by what they are about. `add` takes one answer, wherever from; the same answer twice changes nothing. */
import type {
  AuthConfig,
  BackendRoleData,
  EntityData,
  GroupData,
  LeaseData,
  RoleData,
  SecretIdData,
  TokenData,
  TokenRoleData,
} from '../../apis/vault/records.ts';
import type { Answer } from './answer.ts';
import { bare, pair, READERS } from './readers.ts';

export interface Mount {
  /** Without slashes at its ends. */
  readonly path: string;
  readonly type: string;
  readonly accessor: string | undefined;
  /** Of the KV engine. */
  readonly version: 1 | 2;
}

export interface PolicyText {
  readonly text: string;
  readonly place: string;
  readonly refusesWildcards: boolean;
  readonly refusesSlashes: boolean;
}

export interface AuthRole {
  readonly mount: string;
  readonly name: string;
  data?: RoleData;
  roleId?: string;
  readonly secretIds: Map<string, SecretIdData | undefined>;
}

export interface Named<T> {
  readonly mount: string;
  readonly name: string;
  readonly data: T | undefined;
}

export class Inventory {
  /** Undefined until they were listed. */
  auth: Map<string, Mount> | undefined;
  mounts: Map<string, Mount> | undefined;
  /** All policies that there are were named. */
  policyNames: Set<string> | undefined;
  readonly policies = new Map<string, PolicyText>();
  readonly roles = new Map<string, AuthRole>();
  readonly configs = new Map<string, AuthConfig>();
  readonly tokenRoles = new Map<string, TokenRoleData>();
  readonly entities = new Map<string, EntityData>();
  readonly groups = new Map<string, GroupData>();
  /** Folders of KV engines that were listed, `secret/` first, with what is in them. */
  readonly folders = new Map<string, Map<string, readonly string[]>>();
  readonly versions = new Map<
    string,
    { readonly mount: string; readonly path: string; readonly version: number | undefined; readonly updated: string | undefined }
  >();
  readonly dynamicRoles = new Map<string, Named<BackendRoleData>>();
  readonly staticRoles = new Map<string, Named<BackendRoleData>>();
  readonly tokens = new Map<string, TokenData>();
  readonly leases = new Map<string, LeaseData | undefined>();

  get isEmpty(): boolean {
    const maps = [
      this.policies,
      this.roles,
      this.entities,
      this.groups,
      this.folders,
      this.dynamicRoles,
      this.staticRoles,
      this.tokenRoles,
      this.versions,
    ];
    return this.auth === undefined && this.mounts === undefined && maps.every(({ size }) => size === 0);
  }

  get hasProofs(): boolean {
    return this.tokens.size + this.leases.size > 0 || [...this.roles.values()].some(({ secretIds }) => secretIds.size > 0);
  }

  /** False when nobody knows what such a path answers. Throws an InputError that names the place and the field. */
  add(answer: Answer): boolean {
    const path = bare(answer.path);
    for (const [form, kind, read] of READERS) {
      if (kind !== (answer.isList ? 'list' : 'read')) continue;
      const found = form.exec(path);
      if (!found) continue;
      read(
        this,
        found.slice(1).map((part) => part ?? ''),
        answer,
      );
      return true;
    }
    return false;
  }

  addPolicy(name: string, policy: PolicyText): void {
    this.policies.set(name, policy);
  }

  role(mount: string, name: string): AuthRole {
    const key = pair(mount, name);
    const known = this.roles.get(key) ?? { mount, name, secretIds: new Map<string, SecretIdData | undefined>() };
    this.roles.set(key, known);
    return known;
  }

  /** A folder of a KV engine: `''` is the engine itself. */
  addFolder(mount: string, folder: string, keys: readonly string[]): void {
    const known = this.folders.get(mount) ?? new Map<string, readonly string[]>();
    known.set(folder, [...new Set([...(known.get(folder) ?? []), ...keys])]);
    this.folders.set(mount, known);
  }
}
