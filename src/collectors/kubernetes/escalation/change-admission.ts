import { either } from '../rights.ts';
import { type EscalationPath, each, RBAC_PRACTICES } from './path.ts';

const API = 'admissionregistration.k8s.io';
const VERBS = ['create', 'update', 'patch'] as const;

/** A mutating webhook or policy rewrites whatever is created next, by anybody, in any namespace. */
export const changeMutation: EscalationPath = {
  id: 'change-mutation',
  source: `${RBAC_PRACTICES}#control-admission-webhooks`,
  *powers(rights) {
    if (rights.at !== '') return;
    const webhooks = rights.held(VERBS, { apiGroup: API, resource: 'mutatingwebhookconfigurations' });
    const policies = rights.held(VERBS, { apiGroup: API, resource: 'mutatingadmissionpolicies' });
    const bindings = rights.held(VERBS, { apiGroup: API, resource: 'mutatingadmissionpolicybindings' });
    const held = either(webhooks, policies && bindings);
    if (held)
      yield {
        level: 'control',
        over: { type: 'cluster' },
        why: 'may rewrite every object on its way in (mutating admission)',
        by: held.by,
      };
  },
};

/** A validating webhook is shown every object whole, Secrets among them, when it is next written. */
export const changeValidation: EscalationPath = {
  id: 'change-validation',
  source: `${RBAC_PRACTICES}#control-admission-webhooks`,
  *powers(rights) {
    const held =
      rights.at === '' ? rights.held(VERBS, { apiGroup: API, resource: 'validatingwebhookconfigurations' }) : undefined;
    if (held)
      yield {
        level: 'read',
        over: each('secrets', 'every'),
        why: 'may have every object shown to a webhook on its way in (validating admission)',
        by: held.by,
        certainty: 'conditional',
        condition: 'the Secret is written again',
        conditionClass: 'time',
      };
  },
};
