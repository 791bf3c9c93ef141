import { together } from '../rights.ts';
import type { EscalationPath } from './path.ts';
import { RBAC_PRACTICES } from './path.ts';
import { podRunning } from './running-pods.ts';

/** A PersistentVolume may be any folder of a node; Pod Security does not look behind the claim on it. */
export const hostVolumes: EscalationPath = {
  id: 'host-volumes',
  source: `${RBAC_PRACTICES}#persistent-volume-creation`,
  *powers(rights) {
    const volumes = rights.clusterWide().held(['create'], { apiGroup: '', resource: 'persistentvolumes' });
    const claims = rights.held(['create'], { apiGroup: '', resource: 'persistentvolumeclaims' });
    const running = podRunning(rights);
    const held = together(volumes, claims);
    if (held && running)
      yield {
        level: 'control',
        over: { type: 'nodes' },
        why: `may make a volume of a node's files, claim it, and ${running.how}`,
        by: [...new Set([...held.by, ...running.by])],
      };
  },
};
