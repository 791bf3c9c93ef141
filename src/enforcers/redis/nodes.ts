import { openRedis, type RedisConnection } from '../../apis/redis/connection.ts';
import type { RedisTlsFiles } from '../../apis/redis/settings.ts';
import { type RedisUserNow, readSettings, readUser } from '../../apis/redis/users.ts';
import { messageOf } from '../../model/errors.ts';

/** A node and the user as it knows it. */
export interface NodeUser {
  readonly node: RedisConnection;
  readonly user: RedisUserNow | undefined;
}

export interface Nodes extends AsyncDisposable {
  readonly all: readonly RedisConnection[];
}

export interface NodesOptions {
  readonly urls: readonly string[];
  readonly tls: RedisTlsFiles | undefined;
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
}

/** All of them or an error that names the one: a user that stays on one node is not cut. */
export async function openNodes({ urls, tls, signal, idempotencyKey }: NodesOptions): Promise<Nodes> {
  const all: RedisConnection[] = [];
  const ends = async (): Promise<void> => {
    for (const node of all) await node[Symbol.asyncDispose]();
  };
  try {
    for (const url of urls) all.push(await openRedis({ url, tls, signal, name: `interlock:${idempotencyKey}` }));
  } catch (error) {
    await ends();
    throw error;
  }
  return { all, [Symbol.asyncDispose]: ends };
}

export const usersOf = async ({ all }: Nodes, name: string): Promise<NodeUser[]> => {
  const found: NodeUser[] = [];
  for (const node of all) found.push({ node, user: await readUser(node, name) });
  return found;
};

/**
 * Keeps a change over a restart, as the node is configured: its ACL file, else its configuration file. The words say when neither is
 * possible; the change holds until the node restarts all the same.
 */
export async function persist(node: RedisConnection): Promise<string> {
  try {
    const file = (await readSettings(node, 'aclfile')).get('aclfile');
    if (file) {
      await node.call('ACL', 'SAVE');
      return `${node.place}: ACL SAVE`;
    }
    await node.call('CONFIG', 'REWRITE');
    return `${node.place}: CONFIG REWRITE`;
  } catch (error) {
    return `${node.place}: lost when the node restarts: it is in no file (${messageOf(error).replace(`redis ${node.place}: `, '')})`;
  }
}
