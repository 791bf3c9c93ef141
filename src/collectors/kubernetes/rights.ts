/** What an identity may do at one place: in one namespace, or cluster-wide. Asked by the escalation paths. */
import type { BindingObject } from '../../iam/kubernetes/objects.ts';
import { coversResource, has, type PolicyRule } from '../../iam/kubernetes/rule.ts';
import type { Cluster } from './cluster.ts';

/** Rules that hold in a namespace, or everywhere (empty). */
export interface Grant {
  /** Equal for equal rules at the same place by the same role. */
  readonly id: string;
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
  readonly role: BindingObject['role'];
  /** How it is had: `ClusterRoleBinding ops (ClusterRole view)`. */
  readonly by: string;
}

export type Names = 'every' | ReadonlySet<string>;

/** A right, on which names, and by what. */
export interface Held {
  readonly names: Names;
  readonly by: readonly string[];
}

export interface ResourceType {
  readonly apiGroup: string;
  /** `pods`, `pods/exec` */
  readonly resource: string;
}

export class Rights {
  readonly cluster: Cluster;
  /** The namespace; empty: cluster-wide, and so in every namespace. */
  readonly at: string;
  /** All that the identity has, also elsewhere. */
  readonly grants: readonly Grant[];
  readonly #here: readonly Grant[];

  constructor(cluster: Cluster, grants: readonly Grant[], at: string) {
    this.cluster = cluster;
    this.at = at;
    this.grants = grants;
    this.#here = grants.filter(({ namespace }) => namespace === '' || namespace === at);
  }

  /** The same identity's rights everywhere. */
  clusterWide(): Rights {
    return this.at === '' ? this : new Rights(this.cluster, this.grants, '');
  }

  /** Any of the verbs on the resource. A request to create something does not say its name: rules that ask for names never fit. */
  held(verbs: readonly string[], { apiGroup, resource: whole }: ResourceType): Held | undefined {
    const [resource = '', subresource = ''] = whole.split('/', 2);
    const some = new Set<string>();
    const [every, named] = [new Set<string>(), new Set<string>()];
    for (const { rules, by } of this.#here)
      for (const rule of rules) {
        if (!coversResource(rule, { apiGroup, resource, subresource })) continue;
        const fitting = verbs.filter((verb) => has(rule.verbs, verb));
        if (fitting.length === 0) continue;
        if (rule.resourceNames.length === 0) every.add(by);
        else if (subresource !== '' || fitting.some((verb) => verb !== 'create')) {
          named.add(by);
          for (const name of rule.resourceNames) some.add(name);
        }
      }
    if (every.size > 0) return { names: 'every', by: [...every] };
    return some.size > 0 ? { names: some, by: [...named] } : undefined;
  }
}

export const covers = (names: Names, name: string): boolean => names === 'every' || names.has(name);

/** Both, on the names that both are for. */
export function both(a: Held | undefined, b: Held | undefined): Held | undefined {
  if (!a || !b) return undefined;
  const by = [...new Set([...a.by, ...b.by])];
  if (a.names === 'every') return { names: b.names, by };
  const names = b.names === 'every' ? a.names : new Set([...a.names].filter((name) => covers(b.names, name)));
  return names.size > 0 ? { names, by } : undefined;
}

export function either(...all: readonly (Held | undefined)[]): Held | undefined {
  const held = all.filter((one) => one !== undefined);
  const [first] = held;
  if (!first) return undefined;
  const every = held.filter(({ names }) => names === 'every');
  if (every.length > 0) return { names: 'every', by: [...new Set(every.flatMap(({ by }) => by))] };
  return {
    names: new Set(held.flatMap(({ names }) => (names === 'every' ? [] : [...names]))),
    by: [...new Set(held.flatMap(({ by }) => by))],
  };
}

/** Both rights, whatever names the second is for: what it names is new, or of no matter. */
export const together = (held: Held | undefined, ...others: readonly (Held | undefined)[]): Held | undefined =>
  held && others.every((one) => one !== undefined)
    ? { names: held.names, by: [...new Set([held, ...others].flatMap((one) => one?.by ?? []))] }
    : undefined;
