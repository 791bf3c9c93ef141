/** What the answers of the API say, by the paths that they answer. */
import {
  authConfigShape,
  backendRoleShape,
  entityShape,
  groupShape,
  keysShape,
  leaseShape,
  metadataShape,
  mountsShape,
  policyShape,
  roleIdShape,
  roleShape,
  secretIdShape,
  tokenRoleShape,
  tokenShape,
} from '../../apis/vault/records.ts';
import { shaped } from '../files/shape.ts';
import type { Answer } from './answer.ts';
import type { Inventory, Mount } from './inventory.ts';

type Reader = (inventory: Inventory, parts: readonly string[], answer: Answer) => void;

/** Two texts as one key of a map. */
export const pair = (mount: string, name: string): string => `${mount}\n${name}`;
export const bare = (path: string): string => path.replace(/^\/+|\/+$/g, '');

function mountsOf(data: unknown, place: string): Map<string, Mount> {
  const found = new Map<string, Mount>();
  for (const [path, { type, accessor, options }] of Object.entries(shaped(mountsShape, data, { path: place })))
    found.set(bare(path), {
      path: bare(path),
      type,
      accessor: accessor ?? undefined,
      version: isTwo(options?.['version']) ? 2 : 1,
    });
  return found;
}

const isTwo = (version: unknown): boolean => version === '2' || version === 2;

const keysOf = ({ data, place }: Answer): string[] => shaped(keysShape, data, { path: place }).keys;

const authMounts: Reader = (inventory, _, { data, place }) => {
  inventory.auth = mountsOf(data, place);
};

const engineMounts: Reader = (inventory, _, { data, place }) => {
  inventory.mounts = mountsOf(data, place);
};

const policyNames: Reader = (inventory, _, answer) => {
  inventory.policyNames = new Set(keysOf(answer).map((name) => name.toLowerCase()));
};

/** Both in one answer, for whoever may not read `sys/mounts`. */
const visibleMounts: Reader = (inventory, _, { data, place }) => {
  const { auth, secret } = data as { auth?: unknown; secret?: unknown };
  inventory.auth ??= mountsOf(auth ?? {}, place);
  inventory.mounts ??= mountsOf(secret ?? {}, place);
};

const policy: Reader = (inventory, [name = ''], { data, place }) => {
  const found = shaped(policyShape, data, { path: place });
  const text = found.policy ?? found.rules;
  if (typeof text !== 'string') return;
  inventory.addPolicy(name.toLowerCase(), {
    text,
    place,
    refusesWildcards: found.allow_wildcards_in_identity_templates === false,
    refusesSlashes: found.allow_slashes_in_identity_templates === false,
  });
};

/** By the form of the path; the first that fits counts. */
export const READERS: readonly (readonly [RegExp, 'read' | 'list', Reader])[] = [
  [/^sys\/auth$/, 'read', authMounts],
  [/^sys\/mounts$/, 'read', engineMounts],
  [/^sys\/internal\/ui\/mounts$/, 'read', visibleMounts],
  [/^sys\/(?:policies\/acl|policy)$/, 'list', policyNames],
  [/^sys\/(?:policies\/acl|policy)\/(.+)$/, 'read', policy],
  [
    /^auth\/token\/lookup(?:-accessor|-self)?$/,
    'read',
    (inventory, _, { data, place }) => {
      const token = shaped(tokenShape, data, { path: place });
      inventory.tokens.set(token.accessor, token);
    },
  ],
  [
    /^auth\/token\/roles\/([^/]+)$/,
    'read',
    (inventory, [name = ''], { data, place }) =>
      void inventory.tokenRoles.set(name, shaped(tokenRoleShape, data, { path: place })),
  ],
  [
    /^auth\/(.+)\/role\/([^/]+)\/role-id$/,
    'read',
    (inventory, [mount = '', name = ''], { data, place }) => {
      inventory.role(mount, name).roleId = shaped(roleIdShape, data, { path: place }).role_id;
    },
  ],
  [
    /^auth\/(.+)\/role\/([^/]+)\/secret-id$/,
    'list',
    (inventory, [mount = '', name = ''], answer) => {
      const { secretIds } = inventory.role(mount, name);
      for (const accessor of keysOf(answer)) if (!secretIds.has(accessor)) secretIds.set(accessor, undefined);
    },
  ],
  [
    /^auth\/(.+)\/role\/([^/]+)\/secret-id(?:-accessor)?\/lookup$/,
    'read',
    (inventory, [mount = '', name = ''], { data, place }) => {
      const found = shaped(secretIdShape, data, { path: place });
      inventory.role(mount, name).secretIds.set(found.secret_id_accessor, found);
    },
  ],
  [
    /^auth\/(.+)\/role\/([^/]+)$/,
    'read',
    (inventory, [mount = '', name = ''], { data, place }) => {
      inventory.role(mount, name).data = shaped(roleShape, data, { path: place });
    },
  ],
  [
    /^auth\/(.+)\/config$/,
    'read',
    (inventory, [mount = ''], { data, place }) =>
      void inventory.configs.set(mount, shaped(authConfigShape, data, { path: place })),
  ],
  [/^auth\/(?:.+\/roles?|token\/accessors)$/, 'list', (_, __, answer) => void keysOf(answer)],
  [
    /^identity\/entity\/(?:id|name)\/(.+)$/,
    'read',
    (inventory, _, { data, place }) => {
      const entity = shaped(entityShape, data, { path: place });
      inventory.entities.set(entity.id, entity);
    },
  ],
  [
    /^identity\/group\/(?:id|name)\/(.+)$/,
    'read',
    (inventory, _, { data, place }) => {
      const group = shaped(groupShape, data, { path: place });
      inventory.groups.set(group.id, group);
    },
  ],
  [/^identity\/(?:entity|group)\/(?:id|name)$/, 'list', (_, __, answer) => void keysOf(answer)],
  [
    /^sys\/leases\/lookup$/,
    'read',
    (inventory, _, { data, place }) => {
      const lease = shaped(leaseShape, data, { path: place });
      inventory.leases.set(lease.id, lease);
    },
  ],
  [
    /^sys\/leases\/lookup\/(.+)$/,
    'list',
    (inventory, [prefix = ''], answer) => {
      for (const key of keysOf(answer)) {
        const id = `${prefix}/${key}`;
        if (!key.endsWith('/') && !inventory.leases.has(id)) inventory.leases.set(id, undefined);
      }
    },
  ],
  [
    /^(.+?)\/metadata(?:\/(.+))?$/,
    'list',
    (inventory, [mount = '', folder = ''], answer) => inventory.addFolder(mount, folder, keysOf(answer)),
  ],
  [
    /^(.+?)\/metadata\/(.+)$/,
    'read',
    (inventory, [mount = '', path = ''], { data, place }) => {
      const { current_version: version, updated_time: updated } = shaped(metadataShape, data, { path: place });
      inventory.versions.set(pair(mount, path), { mount, path, version: version ?? undefined, updated: updated ?? undefined });
    },
  ],
  [/^(.+)\/(?:static-)?roles$/, 'list', (_, __, answer) => void keysOf(answer)],
  [
    /^(.+)\/(static-)?roles\/([^/]+)$/,
    'read',
    (inventory, [mount = '', isStatic, name = ''], { data, place }) => {
      const known = isStatic ? inventory.staticRoles : inventory.dynamicRoles;
      known.set(pair(mount, name), { mount, name, data: shaped(backendRoleShape, data, { path: place }) });
    },
  ],
  // What is left of lists is of a KV engine, version 1: who asks knows that it is one.
  [
    /^([^/]+)(?:\/(.+))?$/,
    'list',
    (inventory, [first = '', rest = ''], answer) => {
      const mount = [...(inventory.mounts?.keys() ?? [])].find((path) => `${bare(answer.path)}/`.startsWith(`${path}/`)) ?? first;
      inventory.addFolder(mount, mount === first ? rest : bare(answer.path).slice(mount.length + 1), keysOf(answer));
    },
  ],
];
