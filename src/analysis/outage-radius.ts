/**
 * Outage radius: what stops working when credentials, identities or places die, or rights are cut; how, when, whose it is and why.
 * Linear in the relationships of what breaks; cut rights cost a search for each actor upstream that was seen to use one.
 *
 * The radius of a set is not the sum of its members': two fallbacks dead together break what neither breaks alone. `lo` is backed by
 * evidence (declared, or observed in the window); it is no guarantee.
 */
import { type AccessGraph, basisAt, entityKindAt, nameAt, relationshipKindAt, tierAt } from '../graph/access-graph.ts';
import type { Time } from '../model/entity.ts';
import { grouped } from '../model/grouped.ts';
import { isHypotheticalJob } from '../model/keys.ts';
import type { EntityKind, Tier } from '../model/kinds.ts';
import { type Bounds, GRADES, type Grade, type OutageCounts } from '../model/plan.ts';
import { type Break, breaks } from './outage/breaks.ts';
import type { Cause } from './outage/deaths.ts';
import { lostRights } from './outage/lost-rights.ts';

export interface OutageInput {
  /** Entities that die: credentials, sessions, identities, places; which derived proof dies with them is the caller's to say. */
  readonly dead: readonly number[];
  /** 1 where a relationship is cut: rights that were seen in use, and dependences, are lost with it. */
  readonly removed?: Uint8Array;
  /** 1 where a USES, READS or other dependence has ended, because its consumer was seen on a replacement. */
  readonly released?: Uint8Array;
  /** `kept`: the act stops new logins, but open database and broker connections serve on. */
  readonly connections?: 'ended' | 'kept';
  /** Of the dead: those whose own act does, as `deathBy` says. */
  readonly keptOpen?: ReadonlySet<number>;
}

export interface OutageOptions {
  /** When it dies; the graph's own time unless given. */
  readonly at?: Time;
  /** Begin of the window: dependence that was last observed before it counts in hi only. */
  readonly since?: Time;
}

export interface OutageItem {
  readonly key: string;
  readonly kind: EntityKind;
  readonly tier: Tier | null;
  /** In the bound that is named. */
  readonly grade: Grade;
  readonly gradeHi: Grade;
  /** `lo`: it breaks in both bounds. */
  readonly bound: 'lo' | 'hi';
  /** Null where nothing says when at the latest. */
  readonly breaksAt: readonly [earliest: Time, latest: Time | null];
  /** The chain of causes, from what died outwards: `source KIND target (basis)`. */
  readonly because: readonly string[];
  readonly owners: readonly string[];
}

export interface OutageRow {
  readonly kind: EntityKind;
  readonly tier: Tier | null;
  readonly lo: OutageCounts;
  readonly hi: OutageCounts;
}

export interface OutageRadius extends Bounds<OutageCounts> {
  readonly byKind: readonly OutageRow[];
  /** Owners of what breaks, the most affected first. */
  readonly owners: readonly { readonly key: string; readonly lo: number; readonly hi: number }[];
  /** lo before hi, then by grade, tier and key. */
  readonly items: readonly OutageItem[];
}

export function outageRadius(graph: AccessGraph, input: OutageInput, options: OutageOptions = {}): OutageRadius {
  const { dead, removed, released, keptOpen, connections = 'ended' } = input;
  const lost = removed ? lostRights(graph, removed) : { lo: [], hi: [] };
  const question = { dead, removed, released, connections, keptOpen, since: options.since, lost };
  const lo = breaks(graph, question, 'lo');
  const items: OutageItem[] = [];
  for (const [entity, broken] of breaks(graph, question, 'hi')) {
    if (isCounted(graph, entity)) {
      items.push(itemOf(graph, { entity, lo: lo.get(entity), hi: broken, at: options.at ?? graph.now }));
    }
  }
  items.sort(byWeight);
  return { lo: countsOf(items, 'lo'), hi: countsOf(items, 'hi'), byKind: rowsOf(items), owners: ownersOf(items), items };
}

/** Origins and users are seen, not served; a place or a proof that dies breaks nobody but its readers, who are counted. */
const UNCOUNTED: ReadonlySet<EntityKind> = new Set(['Origin', 'User', 'Owner', 'Secret', 'Credential', 'Session']);
const isCounted = (graph: AccessGraph, entity: number): boolean =>
  !UNCOUNTED.has(entityKindAt(graph, entity)) && !isHypotheticalJob(graph.keys[entity]!);

function itemOf(graph: AccessGraph, found: { entity: number; lo: Break | undefined; hi: Break; at: Time }): OutageItem {
  const { entity, lo, hi, at } = found;
  const shown = lo ?? hi;
  return {
    key: graph.keys[entity]!,
    kind: entityKindAt(graph, entity),
    tier: tierAt(graph, entity) ?? null,
    grade: shown.grade,
    gradeHi: hi.grade,
    bound: lo ? 'lo' : 'hi',
    breaksAt: [at, isImmediate(hi.grade) && isImmediate(shown.grade) ? at : null],
    because: chainOf(graph, shown.cause),
    owners: ownerKeys(graph, entity),
  };
}

/** What is latent, blocked or degraded shows at a restart, a run or a change that nobody can date. */
const isImmediate = (grade: Grade): boolean => grade === 'down' || grade === 'interrupted';

function chainOf(graph: AccessGraph, last: Cause | undefined): string[] {
  const chain: string[] = [];
  for (let cause = last; cause; cause = cause.before) {
    const { source, kind, target } = nameAt(graph, cause.relationship);
    chain.push(`${source} ${kind} ${target} (${basisAt(graph, cause.relationship)})`);
  }
  return chain.reverse();
}

function ownerKeys(graph: AccessGraph, entity: number): string[] {
  const owners: string[] = [];
  for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
    if (relationshipKindAt(graph, r) === 'OWNED_BY') owners.push(graph.keys[graph.targets[r]!]!);
  }
  return owners;
}

function byWeight(a: OutageItem, b: OutageItem): number {
  return (
    Number(a.bound === 'hi') - Number(b.bound === 'hi') ||
    GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade) ||
    (a.tier ?? 4) - (b.tier ?? 4) ||
    (a.key < b.key ? -1 : 1)
  );
}

const countsOf = (items: readonly OutageItem[], bound: 'lo' | 'hi'): OutageCounts => {
  const counts = Object.fromEntries(GRADES.map((grade) => [grade, 0])) as Record<Grade, number>;
  for (const item of items) if (bound === 'hi' || item.bound === 'lo') counts[bound === 'hi' ? item.gradeHi : item.grade]++;
  return counts;
};

function rowsOf(items: readonly OutageItem[]): OutageRow[] {
  const groups = grouped(items, ({ kind, tier }) => `${kind} ${tier}`);
  return [...groups.values()].map((group) => {
    const { kind, tier } = group[0] as OutageItem;
    return { kind, tier, lo: countsOf(group, 'lo'), hi: countsOf(group, 'hi') };
  });
}

function ownersOf(items: readonly OutageItem[]): OutageRadius['owners'] {
  const owners = new Map<string, { key: string; lo: number; hi: number }>();
  for (const item of items) {
    for (const key of item.owners) {
      const owner = owners.get(key) ?? { key, lo: 0, hi: 0 };
      owner.hi++;
      if (item.bound === 'lo') owner.lo++;
      owners.set(key, owner);
    }
  }
  return [...owners.values()].sort((a, b) => b.lo - a.lo || b.hi - a.hi || (a.key < b.key ? -1 : 1));
}
