/**
 * What is behind paths: engines as Scopes, secrets of KV engines, what dynamic and static roles issue.
 *
 *     server ──CONTAINS──► engine ──CONTAINS──► Secret (creds/x) ──EXPOSES──► Credential (what it issues) ──AUTHENTICATES_AS──► Role
 */

import type { BackendRoleData } from '../../apis/vault/records.ts';
import type { EntityFact, RelationshipFact } from '../../model/entity.ts';
import { entitled, type Facts, joinedFacts } from '../../model/facts.ts';
import { vaultMount, vaultPlace, vaultServer } from '../../model/keys.ts';
import { thing } from './facts.ts';
import type { Inventory, Mount, Named } from './inventory.ts';
import type { Policies } from './policies.ts';

/** Something that a policy can be asked about. */
export interface Thing {
  readonly key: string;
  readonly name: string;
  /** Without slashes. */
  readonly mount: string;
  /** As the API has it: `secret/data/app`. */
  readonly apiPath: string;
  /** What is there can also be overwritten. */
  readonly isWritable: boolean;
  /** False: only a policy names it. */
  readonly isKnown: boolean;
  readonly properties: EntityFact['properties'] & {};
}

/** A KV engine of which all is known. */
export interface Engine {
  readonly mount: string;
  /** What stands before the path of a secret: `secret/data/`. */
  readonly prefix: string;
  readonly isWhole: boolean;
}

export interface Things {
  readonly things: readonly Thing[];
  readonly engines: readonly Engine[];
  /** Paths that policies name beyond `MOST_NAMED`. */
  readonly leftOut: number;
}

/** Places that only policies name: more of them say nothing that their rules do not. */
const MOST_NAMED = 10_000;

/** Not places of secrets. */
const BUILT_IN = ['sys', 'identity', 'cubbyhole', 'auth'];

export function thingsOf(inventory: Inventory, policies: Policies, source: string): Things {
  const engines = enginesOf(inventory);
  const things = new Map<string, Thing>();
  const add = (one: Thing): void => void (things.has(one.key) || things.set(one.key, one));
  for (const engine of engines)
    for (const path of secretsOf(inventory, engine.mount)) add(secretAt(inventory, source, { engine, path }));
  for (const { mount, name, data } of inventory.dynamicRoles.values())
    add(issuing(source, { mount, below: `creds/${name}`, type: 'dynamic', data }));
  for (const { mount, name, data } of inventory.staticRoles.values())
    add(issuing(source, { mount, below: `static-creds/${name}`, type: 'static', data }));
  const paths = namedPaths(policies);
  for (const path of paths.slice(0, MOST_NAMED)) {
    const named = namedThing(path, { inventory, engines, source });
    if (named) add(named);
  }
  return {
    things: [...things.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    engines,
    leftOut: Math.max(0, paths.length - MOST_NAMED),
  };
}

/** Engines that are listed, and those of which a secret is known. */
function enginesOf(inventory: Inventory): Engine[] {
  const versioned = new Set([...inventory.versions.values()].map(({ mount }) => mount));
  const paths = new Set([...inventory.folders.keys(), ...versioned]);
  for (const mount of inventory.mounts?.values() ?? []) if (isKv(mount)) paths.add(mount.path);
  return [...paths].sort().map((mount) => ({
    mount,
    prefix: isVersionTwo(inventory, mount) ? `${mount}/data/` : `${mount}/`,
    isWhole: isWhole(inventory.folders.get(mount)),
  }));
}

const isKv = ({ type }: Mount): boolean => type === 'kv' || type === 'generic';

/** What is known of the engine, else by the calls that it answered. */
function isVersionTwo(inventory: Inventory, mount: string): boolean {
  const known = inventory.mounts?.get(mount);
  if (known) return known.version === 2;
  return true;
}

/** Every folder that is named was listed. */
function isWhole(folders: ReadonlyMap<string, readonly string[]> | undefined): boolean {
  if (!folders?.has('')) return false;
  return [...folders].every(([folder, keys]) =>
    keys.filter((key) => key.endsWith('/')).every((key) => folders.has(below(folder, key.slice(0, -1)))),
  );
}

const below = (folder: string, key: string): string => (folder === '' ? key : `${folder}/${key}`);

function secretsOf(inventory: Inventory, mount: string): string[] {
  const listed = [...(inventory.folders.get(mount) ?? [])].flatMap(([folder, keys]) =>
    keys.filter((key) => key !== '' && !key.endsWith('/')).map((key) => below(folder, key)),
  );
  const read = [...inventory.versions.values()].filter((one) => one.mount === mount).map(({ path }) => path);
  return [...new Set([...listed, ...read])];
}

function secretAt(inventory: Inventory, source: string, { engine, path }: { engine: Engine; path: string }): Thing {
  const { mount, prefix } = engine;
  const metadata = inventory.versions.get(`${mount}\n${path}`);
  return {
    key: vaultPlace(source, mount, path),
    name: `${mount}/${path}`,
    mount,
    apiPath: `${prefix}${path}`,
    isWritable: true,
    isKnown: true,
    properties: {
      mount,
      path,
      kvVersion: prefix.endsWith('/data/') ? 2 : 1,
      ...(metadata?.version !== undefined && { currentVersion: metadata.version }),
      ...(metadata?.updated !== undefined && { updated: metadata.updated }),
    },
  };
}

interface Issuing {
  readonly mount: string;
  readonly below: string;
  readonly type: 'dynamic' | 'static';
  readonly data: BackendRoleData | undefined;
}

const issuing = (source: string, { mount, below: path, type, data }: Issuing): Thing => ({
  key: vaultPlace(source, mount, path),
  name: `${mount}/${path}`,
  mount,
  apiPath: `${mount}/${path}`,
  isWritable: false,
  isKnown: true,
  properties: { mount, path, type, ...(data?.db_name && { database: data.db_name }) },
});

/** Paths that policies write out, whoever calls. */
function namedPaths(policies: Policies): string[] {
  const rules = policies.names.flatMap((name) => policies.compiled(name)?.rules ?? []);
  return [
    ...new Set(rules.filter(({ isTemplate, capabilities }) => !isTemplate && !capabilities.has('deny')).map(({ path }) => path)),
  ].sort();
}

interface Naming {
  readonly inventory: Inventory;
  readonly engines: readonly Engine[];
  readonly source: string;
}

/** A place that only a policy names, in an engine of which not all is known. Undefined for what is no secret, or is known not to be. */
function namedThing(path: string, { inventory, engines, source }: Naming): Thing | undefined {
  const [first = '', second, ...rest] = path.split('/');
  if (BUILT_IN.includes(first) || /^[*+]/.test(first) || first === '') return undefined;
  const mount = [...(inventory.mounts?.values() ?? [])].find((one) => `${path}/`.startsWith(`${one.path}/`));
  if (inventory.mounts && (!mount || !isKv(mount))) return undefined;
  const engine = engines.find((one) => path.startsWith(one.prefix));
  if (engine?.isWhole) return undefined;
  const at = mount?.path ?? first;
  const isData = mount ? mount.version === 2 : second === 'data';
  if (isData && second !== 'data' && at === first) return undefined;
  const inside = path.slice(at.length + 1 + (isData ? 'data/'.length : 0));
  if (inside === '' || (rest.length === 0 && isData) || second === undefined || ['metadata', 'config', 'roles'].includes(second))
    return undefined;
  const name = `${at}/${inside}`;
  return {
    key: vaultPlace(source, at, inside),
    name,
    mount: at,
    apiPath: path,
    isWritable: true,
    isKnown: false,
    properties: { mount: at, path: inside, namedBy: 'policy', ...(mount && { kvVersion: mount.version }) },
  };
}

/** Engines and things as entities, and what what they issue stands for. */
export function thingFacts({ things, engines }: Things, inventory: Inventory, source: string): Facts {
  const server = vaultServer(source);
  const mounts = new Set([...engines.map(({ mount }) => mount), ...things.map(({ mount }) => mount), ...ownMounts(inventory)]);
  const scopes = [...mounts].sort().map((mount): Facts => {
    const type = inventory.mounts?.get(mount)?.type;
    const scope = thing(vaultMount(source, mount), 'Scope', mount, { state: 'active', ...(type && { properties: { type } }) });
    return { entities: [scope], relationships: [entitled(server, 'CONTAINS', scope.key)] };
  });
  const places = things.map(
    (one): Facts => ({
      entities: [thing(one.key, 'Secret', one.name, { properties: one.properties, ...(one.isKnown && { state: 'active' }) })],
      relationships: [contained(source, one)],
    }),
  );
  const issued = [
    ...[...inventory.dynamicRoles.values()].map((role) => dynamicFacts(source, role)),
    ...[...inventory.staticRoles.values()].map((role) => staticFacts(source, role)),
  ];
  return joinedFacts([...scopes, ...places, ...issued]);
}

const ownMounts = (inventory: Inventory): string[] =>
  [...(inventory.mounts?.values() ?? [])].map(({ path }) => path).filter((path) => !BUILT_IN.includes(path));

const contained = (source: string, { mount, key, isKnown }: Thing): RelationshipFact =>
  entitled(
    vaultMount(source, mount),
    'CONTAINS',
    key,
    isKnown ? {} : { certainty: 'possible', reason: 'a policy names it; whether it is there was not collected' },
  );

/** The next read issues a login; all of them are one Credential, which the role stands behind. */
function dynamicFacts(source: string, { mount, name, data }: Named<BackendRoleData>): Facts {
  const place = vaultPlace(source, mount, `creds/${name}`);
  const role = thing(vaultPlace(source, mount, `roles/${name}`), 'Role', `${mount}/roles/${name}`, {
    state: 'active',
    ...(data?.db_name && { properties: { database: data.db_name } }),
  });
  const issued = thing(issuedBy(source, mount, name), 'Credential', `what ${mount}/creds/${name} issues`, { state: 'active' });
  return {
    entities: [role, issued],
    relationships: [
      entitled(vaultMount(source, mount), 'CONTAINS', role.key),
      entitled(place, 'EXPOSES', issued.key, { reason: 'reading it issues a login' }),
      entitled(issued.key, 'AUTHENTICATES_AS', role.key),
    ],
  };
}

export const issuedBy = (source: string, mount: string, name: string): string =>
  vaultPlace(source, mount, `creds/${name}/issued`);

function staticFacts(source: string, { mount, name, data }: Named<BackendRoleData>): Facts {
  const place = vaultPlace(source, mount, `static-creds/${name}`);
  const user = data?.username ?? name;
  const account = thing(vaultPlace(source, mount, `static-roles/${name}`), 'ServiceAccount', user, {
    state: 'active',
    properties: { user, ...(data?.db_name && { database: data.db_name }) },
  });
  const password = thing(`${account.key}/password`, 'Credential', `password of ${user}`, { state: 'active' });
  return {
    entities: [account, password],
    relationships: [
      entitled(vaultMount(source, mount), 'CONTAINS', account.key),
      entitled(place, 'EXPOSES', password.key),
      entitled(password.key, 'AUTHENTICATES_AS', account.key),
    ],
  };
}
