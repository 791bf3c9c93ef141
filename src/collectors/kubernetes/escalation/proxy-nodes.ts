import { type EscalationPath, each, RBAC_PRACTICES } from './path.ts';

/** The kubelet takes what comes through the proxy for the API server's word: `get` is enough to run commands in any pod of the node. */
export const proxyNodes: EscalationPath = {
  id: 'proxy-nodes',
  source: `${RBAC_PRACTICES}#access-to-proxy-subresource-of-nodes`,
  *powers(rights) {
    const held = rights.at === '' ? rights.held(['get', 'create'], { apiGroup: '', resource: 'nodes/proxy' }) : undefined;
    if (held)
      yield {
        level: 'control',
        over: held.names === 'every' ? each('pods', 'every') : each('pods on nodes', held.names),
        why: "may command the kubelet through the API server, past admission and the audit log's sight (nodes/proxy)",
        by: held.by,
      };
  },
};
