/** Rights by which pods of one's own design come to run. */
import { type Held, type ResourceType, type Rights, together } from '../rights.ts';
import { CHANGE_VERBS, type Controllers } from './path.ts';

/** What makes pods, besides pods themselves. */
export const POD_MAKERS: Readonly<Record<Controllers, ResourceType>> = {
  deployments: { apiGroup: 'apps', resource: 'deployments' },
  statefulsets: { apiGroup: 'apps', resource: 'statefulsets' },
  daemonsets: { apiGroup: 'apps', resource: 'daemonsets' },
  replicasets: { apiGroup: 'apps', resource: 'replicasets' },
  replicationcontrollers: { apiGroup: '', resource: 'replicationcontrollers' },
  jobs: { apiGroup: 'batch', resource: 'jobs' },
  cronjobs: { apiGroup: 'batch', resource: 'cronjobs' },
};

/** A Job's template cannot be changed once it is made. */
const FIXED: ReadonlySet<string> = new Set(['jobs']);

export interface PodRunning {
  readonly by: readonly string[];
  readonly how: string;
  /** Only where something stands that can be changed; undefined: anywhere at the place. */
  readonly namespaces?: ReadonlySet<string>;
}

export const PODS: ResourceType = { apiGroup: '', resource: 'pods' };

/** By making pods or controllers; else by changing a controller that is there. */
export function podRunning(rights: Rights): PodRunning | undefined {
  const makers = [['pods', PODS], ...Object.entries(POD_MAKERS)] as const;
  const made = makers.flatMap(([plural, type]) => {
    const held = rights.held(['create'], type);
    return held?.names === 'every' ? [{ plural, held }] : [];
  });
  if (made.length > 0) {
    const by = [...new Set(made.flatMap(({ held }) => held.by))];
    return { by, how: `may create ${made.map(({ plural }) => plural).join(', ')}` };
  }
  return byChange(rights);
}

/** Who may change which controllers, by plural. */
export function changeable(rights: Rights): { readonly plural: Controllers; readonly held: Held }[] {
  return (Object.entries(POD_MAKERS) as [Controllers, ResourceType][]).flatMap(([plural, type]) => {
    const held = FIXED.has(plural) ? undefined : rights.held(CHANGE_VERBS, type);
    return held ? [{ plural, held }] : [];
  });
}

function byChange(rights: Rights): PodRunning | undefined {
  const namespaces = new Set<string>();
  const by = new Set<string>();
  const plurals = new Set<string>();
  const found = new Map(changeable(rights).map(({ plural, held }) => [plural as string, held]));
  if (found.size === 0) return undefined;
  for (const { plural, namespace, name } of rights.cluster.running.workloads.values()) {
    const held = found.get(plural);
    if (!held || (rights.at !== '' && rights.at !== namespace) || !(held.names === 'every' || held.names.has(name))) continue;
    namespaces.add(namespace);
    plurals.add(plural);
    for (const one of held.by) by.add(one);
  }
  if (namespaces.size === 0) return undefined;
  return { by: [...by], how: `may change the template of ${[...plurals].join(', ')}`, ...(rights.at === '' && { namespaces }) };
}

/** The namespaces in question. */
export const placesOf = ({ at, cluster }: Rights, { namespaces }: PodRunning): ReadonlySet<string> =>
  namespaces ?? (at === '' ? cluster.namespaces : new Set([at]));

/** Pod Security admission may be told otherwise by whoever may label the namespace. */
export const mayRelabel = (rights: Rights, namespace: string): Held | undefined => {
  const held = rights.held(CHANGE_VERBS, { apiGroup: '', resource: 'namespaces' });
  return held && (held.names === 'every' || held.names.has(namespace)) ? together(held) : undefined;
};
