/**
 * What every identity can do, by its own bindings and those of its groups together. Identities with equal grants are worked out once;
 * equal powers are one Permission. Cost: distinct sets of grants × the namespaces that they are for × paths × rules.
 */
import type { Cluster } from './cluster.ts';
import { ESCALATION_PATHS } from './escalation/index.ts';
import type { Power } from './escalation/path.ts';
import { selfGrants } from './escalation/self-grants.ts';
import { type Identity, identityOf, implicitGroups } from './identities.ts';
import { type Grant, Rights } from './rights.ts';

/** A power at a place. `id` is equal for equal powers of any identity. */
export interface PlacedPower {
  readonly id: string;
  readonly power: Power;
  /** Namespace; empty: cluster-wide. */
  readonly at: string;
}

export interface HeldPower extends PlacedPower {
  readonly by: readonly string[];
}

/** Grants that each identity has by bindings that name it, by its key. */
export function grantsByIdentity(cluster: Cluster): Map<string, { identity: Identity; grants: Grant[] }> {
  const found = new Map<string, { identity: Identity; grants: Grant[] }>();
  for (const binding of cluster.authorizer.bindings) {
    const rules = cluster.authorizer.rulesOf(binding);
    if (!rules || rules.length === 0) continue;
    const { kind, name, namespace, role } = binding;
    const grant: Grant = {
      id: `${namespace} ${role.kind} ${role.name}`,
      namespace,
      rules,
      role,
      by: `${kind} ${namespace ? `${namespace}/` : ''}${name} (${role.kind} ${role.name})`,
    };
    for (const identity of new Set(binding.subjects.map(identityOf))) {
      if (!identity || (identity.type === 'serviceaccounts' && identity.namespace === '')) continue;
      const key = cluster.keyOf(identity);
      const known = found.get(key) ?? { identity, grants: [] };
      if (!known.grants.includes(grant)) known.grants.push(grant);
      found.set(key, known);
    }
  }
  return found;
}

export class Powers {
  readonly #cluster: Cluster;
  readonly #grants: ReadonlyMap<string, { identity: Identity; grants: Grant[] }>;
  readonly #known = new Map<string, readonly HeldPower[]>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#grants = grantsByIdentity(cluster);
  }

  /** Identities that a binding names. */
  *holders(): Generator<Identity> {
    for (const { identity } of this.#grants.values()) yield identity;
  }

  /** What it can do beyond what its groups can. */
  of(identity: Identity): readonly HeldPower[] {
    const own = this.#grants.get(this.#cluster.keyOf(identity))?.grants ?? [];
    if (own.length === 0) return [];
    const inherited = implicitGroups(identity).flatMap(
      (name) => this.#grants.get(this.#cluster.keyOf({ type: 'groups', namespace: '', name }))?.grants ?? [],
    );
    const without = new Set(inherited.length === 0 ? [] : this.#worked(inherited).map(({ id }) => id));
    return this.#worked([...own, ...inherited]).filter(({ id }) => !without.has(id));
  }

  #worked(grants: readonly Grant[]): readonly HeldPower[] {
    const id = [...new Set(grants.map((grant) => `${grant.id} ${grant.by}`))].sort().join('\n');
    const known = this.#known.get(id);
    if (known) return known;
    const found = powersOf(this.#cluster, grants);
    this.#known.set(id, found);
    return found;
  }
}

const MOST_ROUNDS = 8;

/** With what it may give itself. */
function extended(cluster: Cluster, grants: readonly Grant[]): readonly Grant[] {
  let all = [...grants];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const known = new Set(all.map(({ id }) => id));
    const more = placesOf(all).flatMap((at) => [...selfGrants(new Rights(cluster, all, at))]);
    const fresh = [...new Map(more.filter(({ id }) => !known.has(id)).map((grant) => [grant.id, grant])).values()];
    if (fresh.length === 0) return all;
    all = [...all, ...fresh];
  }
  return all;
}

/** Cluster-wide first. */
const placesOf = (grants: readonly Grant[]): string[] => [
  '',
  ...new Set(grants.map(({ namespace }) => namespace).filter(Boolean)),
];

function powersOf(cluster: Cluster, own: readonly Grant[]): HeldPower[] {
  const grants = extended(cluster, own);
  const found = new Map<string, HeldPower>();
  const everywhere = new Set<string>();
  for (const at of placesOf(grants)) {
    const here = [...atPlace(new Rights(cluster, grants, at), everywhere)];
    for (const held of here) if (!found.has(held.id)) found.set(held.id, held);
    if (here.some(isAllOfTheCluster)) break;
  }
  const whole = [...found.values()].find(isAllOfNamespace);
  if (whole) {
    const held = nodesBy(whole, cluster);
    found.set(held.id, held);
  }
  const all = [...found.values()];
  return all.some(isAllOfTheCluster)
    ? all.filter(({ power }) => power.over.type === 'cluster' || power.over.type === 'scope').filter(isOfTheCluster)
    : all;
}

const isOfTheCluster = ({ power, at }: PlacedPower): boolean =>
  power.over.type === 'cluster' || (power.over.type === 'scope' && at === '');
const isAllOfTheCluster = (placed: PlacedPower): boolean => isOfTheCluster(placed) && isSure(placed.power);
const isSure = ({ certainty = 'definite' }: Power): boolean => certainty === 'definite';

const isAllOfNamespace = ({ power, at }: PlacedPower): boolean =>
  isSure(power) &&
  power.level === 'control' &&
  ((power.over.type === 'scope' && at !== '') || (power.over.type === 'each' && power.over.of === 'namespaces'));

/** Out of a namespace: its label is a part of it, so Pod Security holds nobody back who has all of it. */
function nodesBy({ power, at, by }: HeldPower, { namespaces }: Cluster): HeldPower {
  const named = power.over.type === 'each' && power.over.names !== 'every' ? power.over.names : namespaces;
  const namespace = at || ([...named][0] ?? '');
  const why = `has all of ${namespace}: may take its Pod Security label away and run privileged pods`;
  const over = { type: 'nodes' } as const;
  const own: Power = { level: 'control', over, why, by };
  return { id: `${at}\n${shapeOf(own)}`, power: own, at, by };
}

/** Powers at one place, without those that are had everywhere, and all there is to one who has the place. */
function* atPlace(rights: Rights, everywhere: Set<string>): Generator<HeldPower> {
  for (const path of ESCALATION_PATHS) {
    for (const power of path.powers(rights)) {
      const shape = shapeOf(power);
      if (rights.at === '') everywhere.add(shape);
      else if (everywhere.has(shape)) continue;
      yield { id: `${rights.at}\n${shape}`, power, at: rights.at, by: power.by };
      if ((power.over.type === 'scope' || power.over.type === 'cluster') && isSure(power)) return;
    }
  }
}

function shapeOf({ level, over, why, certainty = 'definite', condition = '' }: Power): string {
  if (over.type !== 'each') return [over.type, level, why, certainty, condition].join('\n');
  const names = over.names === 'every' ? '*' : JSON.stringify([...over.names].sort());
  const namespaces = over.namespaces ? JSON.stringify([...over.namespaces].sort()) : '*';
  const of = over.spelledOut ? `spelled out by ${over.of}` : over.of;
  return [over.type, of, names, namespaces, level, why, certainty, condition].join('\n');
}
