import type { Held, ResourceType, Rights } from '../rights.ts';
import { CHANGE_VERBS, type Controllers, type EscalationPath, each, type Power, RBAC_PRACTICES, READ_VERBS } from './path.ts';
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
    const pods = rights.held(READ_VERBS, PODS);
    if (pods) yield spelledOut('pods', pods);
    if (pods?.names !== 'every') yield* ofControllers(rights);
  },
};

/** A controller's specification is that of what makes it, too. */
const MADE_BY: Partial<Record<Controllers, Controllers>> = { replicasets: 'deployments', jobs: 'cronjobs' };

function* ofControllers(rights: Rights): Generator<Power> {
  for (const [plural, type] of Object.entries(POD_MAKERS) as [Controllers, ResourceType][]) {
    const held = rights.held(READ_VERBS, type);
    if (held) yield spelledOut(plural, held);
    const maker = held?.names === 'every' ? MADE_BY[plural] : undefined;
    if (held && maker) yield spelledOut(maker, held);
  }
}

const spelledOut = (of: 'pods' | Controllers, { names, by }: Held): Power => ({
  level: 'read',
  over: { type: 'each', of, names, spelledOut: true },
  why: 'may read what the specification spells out',
  by,
});
