import { either } from '../rights.ts';
import { CHANGE_VERBS, type EscalationPath, each, RBAC_PRACTICES, READ_VERBS } from './path.ts';
import { POD_MAKERS, PODS } from './running-pods.ts';

const SECRETS = { apiGroup: '', resource: 'secrets' };

/** `list` and `watch` answer with the values too. */
export const readSecrets: EscalationPath = {
  id: 'read-secrets',
  source: `${RBAC_PRACTICES}#listing-secrets`,
  *powers(rights) {
    const read = rights.held(READ_VERBS, SECRETS);
    if (read) yield { level: 'read', over: each('secrets', read.names), why: 'may get, list or watch Secrets', by: read.by };
    const change = rights.held(CHANGE_VERBS, SECRETS);
    if (change) yield { level: 'put', over: each('secrets', change.names), why: 'may overwrite Secrets', by: change.by };
  },
};

/** Credentials that lie where nobody expects them: in ConfigMaps and in the specification of what runs. */
export const readSpecifications: EscalationPath = {
  id: 'read-specifications',
  source: 'https://kubernetes.io/docs/concepts/configuration/configmap/',
  *powers(rights) {
    const maps = rights.held(READ_VERBS, { apiGroup: '', resource: 'configmaps' });
    if (maps) yield { level: 'read', over: each('configmaps', maps.names), why: 'may read ConfigMaps', by: maps.by };
    const specs = either(...[PODS, ...Object.values(POD_MAKERS)].map((type) => rights.held(READ_VERBS, type)));
    if (specs?.names === 'every')
      yield { level: 'read', over: each('literals', 'every'), why: 'may read what the specification spells out', by: specs.by };
  },
};
