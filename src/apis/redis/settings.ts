import { z } from 'zod';

/** `url`: one server. `nodes`: each node of a cluster or of a replicated pair, since ACLs are not replicated. */
export const redisNodes = z.strictObject({
  url: z.string().min(1).optional(),
  nodes: z.array(z.string().min(1)).min(1).optional(),
});

export type RedisNodes = Pick<z.infer<typeof redisNodes>, 'url' | 'nodes'>;

export const saysNodesOnce = ({ url, nodes }: RedisNodes): boolean => (url === undefined) !== (nodes === undefined);
export const NODES_ONCE = { message: 'set `url`, or `nodes` where there are several, not both' };
export const nodeUrls = ({ url, nodes }: RedisNodes): readonly string[] => nodes ?? (url === undefined ? [] : [url]);
