import type { Rights } from '../rights.ts';
import { CHANGE_VERBS, type EscalationPath, each, type Power, RBAC_PRACTICES } from './path.ts';

/** Ways into a pod that runs. */
export const enterPods: EscalationPath = {
  id: 'enter-pods',
  source: RBAC_PRACTICES,
  *powers(rights) {
    const exec = rights.held(['create'], { apiGroup: '', resource: 'pods/exec' });
    if (exec)
      yield {
        level: 'control',
        over: each('pods', exec.names),
        why: 'may run commands in the pod (create pods/exec)',
        by: exec.by,
      };
    else yield* execByGet(rights);
    const ephemeral = rights.held(CHANGE_VERBS, { apiGroup: '', resource: 'pods/ephemeralcontainers' });
    if (ephemeral)
      yield {
        level: 'control',
        over: each('pods', ephemeral.names),
        why: 'may add a container to the pod (pods/ephemeralcontainers)',
        by: ephemeral.by,
      };
    const change = rights.held(CHANGE_VERBS, { apiGroup: '', resource: 'pods' });
    if (change)
      yield {
        level: 'control',
        over: each('pods', change.names),
        why: 'may change the image that the pod runs (update or patch pods)',
        by: change.by,
      };
    yield* attach(rights);
  },
};

/** https://github.com/kubernetes/kubernetes/pull/134577 */
function* execByGet(rights: Rights): Generator<Power> {
  const held = rights.held(['get'], { apiGroup: '', resource: 'pods/exec' });
  if (held)
    yield {
      level: 'control',
      over: each('pods', held.names),
      why: 'may run commands in the pod over a WebSocket (get pods/exec)',
      by: held.by,
      certainty: 'conditional',
      condition: 'the API server takes get for exec over WebSockets, as it did before 1.35',
      conditionClass: 'unknown',
    };
}

function* attach(rights: Rights): Generator<Power> {
  const held = rights.held(['create'], { apiGroup: '', resource: 'pods/attach' });
  if (held)
    yield {
      level: 'control',
      over: each('pods', held.names),
      why: 'may speak to the process of the pod (create pods/attach)',
      by: held.by,
      certainty: 'conditional',
      condition: 'a container of the pod obeys its standard input',
      conditionClass: 'unknown',
    };
}
