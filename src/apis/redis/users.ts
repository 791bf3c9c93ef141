import { type AclUser, parseAclLine } from './acl.ts';
import type { RedisConnection, RedisReply } from './connection.ts';

/** A user as one node has it. `line` is a secret: it holds hashes. */
export interface RedisUserNow extends AclUser {
  readonly line: string;
}

/** Lines of ACL LIST. Needs +acl|list. */
export async function aclLines(connection: RedisConnection): Promise<string[]> {
  return texts(await connection.call('ACL', 'LIST'));
}

export async function readUser(connection: RedisConnection, name: string): Promise<RedisUserNow | undefined> {
  const line = (await aclLines(connection)).find((one) => one.split(' ', 2)[1] === name);
  return line === undefined ? undefined : { ...parseAclLine(line), line };
}

/** Lines of CLIENT LIST. Needs +client|list. */
export async function clientLines(connection: RedisConnection): Promise<string[]> {
  return String(await connection.call('CLIENT', 'LIST'))
    .split('\n')
    .filter((line) => line.startsWith('id='));
}

/** `id=3 addr=127.0.0.1:5 … user=app` by name. */
export const clientFields = (line: string): ReadonlyMap<string, string> =>
  new Map(
    line
      .trim()
      .split(' ')
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)] as const),
  );

/** Settings by name; needs +config|get. */
export async function readSettings(
  connection: RedisConnection,
  ...names: readonly string[]
): Promise<ReadonlyMap<string, string>> {
  const answer = texts(await connection.call('CONFIG', 'GET', ...names));
  return new Map(answer.flatMap((name, at) => (at % 2 === 0 ? [[name, answer[at + 1] ?? ''] as const] : [])));
}

const texts = (reply: RedisReply): string[] => (Array.isArray(reply) ? (reply as readonly RedisReply[]).map(String) : []);
