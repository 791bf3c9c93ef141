/** Users and clients of all nodes together: ACLs are not replicated, so nodes may differ. */
import { type AclUser, parseAclLine } from '../../apis/redis/acl.ts';
import { clientFields } from '../../apis/redis/users.ts';
import { grouped } from '../../model/grouped.ts';
import type { NodeSettings, NodeState } from './node-state.ts';

export interface Inventory {
  readonly users: ReadonlyMap<string, AclUser>;
  readonly clients: readonly ReadonlyMap<string, string>[];
  /** When the nodes were asked; undefined where a file does not say. */
  readonly at: string | undefined;
  readonly settings: readonly NodeSettings[];
  /** Users that are not the same on every node. */
  readonly differ: readonly string[];
}

export function inventoryOf(nodes: readonly NodeState[]): Inventory {
  const users = nodes.flatMap((node) => (node.users ?? []).map((line) => ({ node: node.node, user: parseAclLine(line) })));
  const listing = nodes.filter((node) => node.users !== undefined).length;
  const byName = grouped(users, ({ user }) => user.name);
  const texts = (all: readonly { user: AclUser }[]): Set<string> => new Set(all.map(({ user }) => JSON.stringify(user, plain)));
  const [at] = nodes
    .flatMap((node) => node.at ?? [])
    .sort()
    .reverse();
  return {
    users: new Map(
      [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, all]) => [name, merged(all.map(({ user }) => user))]),
    ),
    clients: nodes.flatMap((node) => (node.clients ?? []).map(clientFields)),
    at,
    settings: nodes.flatMap((node) => node.settings ?? []),
    differ: [...byName].filter(([, all]) => all.length !== listing || texts(all).size > 1).map(([name]) => name),
  };
}

const plain = (_: string, value: unknown): unknown => (value instanceof Set ? [...(value as Set<string>)].sort() : value);

/** What holds on one node holds for whoever reaches that node; what an account that is off may do on one node, it may not do. */
function merged(all: readonly AclUser[]): AclUser {
  const [first] = all as [AclUser];
  const on = all.filter(({ enabled }) => enabled);
  const counts = on.length > 0 ? on : all;
  return {
    name: first.name,
    enabled: on.length > 0,
    noPassword: counts.some(({ noPassword }) => noPassword),
    hashes: [...new Set(all.flatMap(({ hashes }) => hashes))].sort(),
    selectors: counts.flatMap(({ selectors }) => selectors),
    unknown: [...new Set(all.flatMap(({ unknown }) => unknown))],
  };
}

/** A power is there when one node has it; not known when a node does not say. */
export function anyNode(settings: readonly NodeSettings[], name: 'protectedConfigs' | 'modules' | 'debug'): boolean | undefined {
  if (settings.some((node) => node[name] === true)) return true;
  return settings.length > 0 && settings.every((node) => node[name] === false) ? false : undefined;
}

const LOOPBACK = /^-?(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** Whether whoever reaches the host's network may open a connection: bound to it, and not in protected mode. */
export function isOpenToNetwork(
  settings: readonly NodeSettings[],
  { protectsDefault }: { readonly protectsDefault: boolean },
): boolean {
  if (settings.length === 0) return true;
  return settings.some(({ bind, protectedMode }) => {
    const isLocal =
      bind !== undefined &&
      bind.trim() !== '' &&
      bind
        .trim()
        .split(/\s+/)
        .every((address) => LOOPBACK.test(address));
    return !isLocal && !(protectedMode === true && protectsDefault);
  });
}
