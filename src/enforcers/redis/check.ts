import { openRedis, type RedisConnection } from '../../apis/redis/connection.ts';
import { readSettings, readUser } from '../../apis/redis/users.ts';
import { messageOf } from '../../model/errors.ts';
import type { Checked } from '../../ports/checked.ts';
import type { NodesOptions } from './nodes.ts';

const NEEDED = ['acl|list', 'acl|setuser', 'acl|deluser', 'acl|whoami', 'client|list', 'client|kill', 'multi', 'exec'];
const KEEPS = ['acl|save', 'config|rewrite', 'config|get'];

/** What steps would be refused for, node by node; only reads. */
export async function* checkNodes(
  { urls, tls }: Pick<NodesOptions, 'urls' | 'tls'>,
  signal: AbortSignal,
): AsyncGenerator<Checked> {
  const works: string[] = [];
  for (const url of urls) {
    try {
      await using node = await openRedis({ url, tls, signal, name: 'interlock:check' });
      const own = String(await node.call('ACL', 'WHOAMI'));
      yield* rightsOf(node, own);
      works.push(`${node.place} as "${own}"`);
    } catch (error) {
      signal.throwIfAborted();
      yield { type: 'blocked', text: messageOf(error) };
      return;
    }
  }
  yield { type: 'works', text: `redis ${works.join(', ')}` };
}

async function* rightsOf(node: RedisConnection, own: string): AsyncGenerator<Checked> {
  const user = await readUser(node, own);
  const may = (command: string): boolean => user?.selectors.some(({ commands }) => commands.has(command)) ?? false;
  const lacks = NEEDED.filter((command) => !may(command));
  if (lacks.length > 0) yield missing(node, own, `may not change users`, lacks);
  const keeps = KEEPS.filter((command) => !may(command));
  if (keeps.length > 0) yield missing(node, own, 'may not keep changes over a restart', keeps);
  else if (!(await canKeep(node)))
    yield {
      type: 'missing',
      text: `redis ${node.place}: has neither an aclfile nor a configuration file: what steps change is lost when it restarts`,
    };
}

async function canKeep(node: RedisConnection): Promise<boolean> {
  if ((await readSettings(node, 'aclfile')).get('aclfile')) return true;
  // INFO names the configuration file that CONFIG REWRITE would write.
  const server = await node.call('INFO', 'server').catch(() => 'config_file:unknown');
  return !/^config_file:\s*$/m.test(String(server));
}

const missing = ({ place }: RedisConnection, own: string, text: string, commands: readonly string[]): Checked => ({
  type: 'missing',
  text: `redis ${place}: "${own}" ${text}: ACL SETUSER ${own} ${commands.map((command) => `+${command}`).join(' ')}`,
});
