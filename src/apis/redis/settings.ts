import { z } from 'zod';

const pemFile = z.string().min(1).optional();

/** PEM files of `rediss://`: the authority that signed the servers' certificates, where the system does not know it; and our own certificate
 * with its key, where servers ask for one. */
const files = { caFile: pemFile, certFile: pemFile, keyFile: pemFile };

/** `url`: one server. `nodes`: each node of a cluster or of a replicated pair, since ACLs are not replicated. */
export const redisNodes = z.strictObject({
  url: z.string().min(1).optional(),
  nodes: z.array(z.string().min(1)).min(1).optional(),
  ...files,
});

type Settings = z.infer<typeof redisNodes>;
export type RedisNodes = Pick<Settings, 'url' | 'nodes'>;
export type RedisTlsFiles = Pick<Settings, 'caFile' | 'certFile' | 'keyFile'>;

export const tlsFiles = ({ caFile, certFile, keyFile }: RedisTlsFiles): RedisTlsFiles => ({ caFile, certFile, keyFile });

export const saysNodesOnce = ({ url, nodes }: RedisNodes): boolean => (url === undefined) !== (nodes === undefined);
export const NODES_ONCE = { message: 'set `url`, or `nodes` where there are several, not both' };
export const nodeUrls = ({ url, nodes }: RedisNodes): readonly string[] => nodes ?? (url === undefined ? [] : [url]);
