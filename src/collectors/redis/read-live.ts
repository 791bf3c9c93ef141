import { openRedis, type RedisConnection } from '../../apis/redis/connection.ts';
import type { RedisTlsFiles } from '../../apis/redis/settings.ts';
import { aclLines, clientLines, readSettings } from '../../apis/redis/users.ts';
import { messageOf } from '../../model/errors.ts';
import type { CheckContext } from '../../ports/collector.ts';
import { checkOf, heldBy, type NodeSettings, type NodeState, withoutHashes } from './node-state.ts';

/** A node as far as it could be read, and what was missing of each scope. */
export interface ReadNode {
  readonly state: NodeState;
  readonly missing: Readonly<Partial<Record<'users' | 'sessions' | 'settings', string>>>;
}

/** Throws when the node cannot be reached. Needs +acl|list, +client|list and +config|get; reads what of it it may. */
export async function readNode(url: string, tls: RedisTlsFiles, context: CheckContext): Promise<ReadNode> {
  const { fingerprint, now, signal } = context;
  await using node = await openRedis({ url, tls, signal, name: 'interlock:collect' });
  const missing: Record<string, string> = {};
  const attempt = async <T>(scope: string, right: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      signal.throwIfAborted();
      const own = await node.call('ACL', 'WHOAMI').catch(() => 'the user of the url');
      missing[scope] = `${messageOf(error)}: ACL SETUSER ${String(own)} +${right}`;
      return undefined;
    }
  };
  const users = await attempt('users', 'acl|list', () => aclLines(node));
  const clients = await attempt('sessions', 'client|list', () => clientLines(node));
  const settings = await attempt('settings', 'config|get', () => settingsOf(node, context));
  const own = (line: string): boolean => line.includes(' name=interlock:');
  return {
    state: {
      node: node.place,
      at: now.toISOString(),
      check: checkOf(fingerprint),
      ...(users && { users: users.map((line) => withoutHashes(line, fingerprint)) }),
      ...(clients && { clients: clients.filter((line) => !own(line)) }),
      ...(settings && { settings }),
    },
    missing,
  };
}

const NAMES = [
  'bind',
  'protected-mode',
  'enable-protected-configs',
  'enable-module-command',
  'enable-debug-command',
  'requirepass',
  'masterauth',
  'masteruser',
];

/** Before Redis 7 the three powers could not be switched off: CONFIG GET knows no such setting then. */
async function settingsOf(node: RedisConnection, { fingerprint }: CheckContext): Promise<NodeSettings> {
  const found = await readEach(node);
  const [requirepass, masterauth, masteruser] = ['requirepass', 'masterauth', 'masteruser'].map((name) => found.get(name));
  return {
    ...(found.has('bind') && { bind: found.get('bind') as string }),
    protectedMode: found.get('protected-mode') === 'yes',
    protectedConfigs: found.get('enable-protected-configs') !== 'no',
    modules: found.get('enable-module-command') !== 'no',
    debug: found.get('enable-debug-command') !== 'no',
    ...(requirepass && { requirepass: heldBy(requirepass, fingerprint) }),
    ...(masterauth && { masterauth: heldBy(masterauth, fingerprint) }),
    ...(masteruser && { masteruser }),
  };
}

/** One by one: before Redis 7 CONFIG GET takes one name. */
async function readEach(node: RedisConnection): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of NAMES) for (const [key, value] of await readSettings(node, name)) found.set(key, value);
  return found;
}
