import { either } from '../rights.ts';
import { type EscalationPath, each } from './path.ts';

const VERBS = ['create', 'get'] as const;

/** What listens in a pod may trust whoever can speak to it: on its loopback, many do. */
export const reachPorts: EscalationPath = {
  id: 'reach-ports',
  source: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_port-forward/',
  *powers(rights) {
    const held = either(
      rights.held(VERBS, { apiGroup: '', resource: 'pods/portforward' }),
      rights.held(VERBS, { apiGroup: '', resource: 'pods/proxy' }),
    );
    if (held)
      yield {
        level: 'control',
        over: each('pods', held.names),
        why: 'may speak to every port of the pod; whether one obeys without proof is not known (pods/portforward, pods/proxy)',
        by: held.by,
        certainty: 'possible',
      };
  },
};
