import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outageRadius } from '../../src/analysis/outage-radius.ts';
import { type AccessGraph, basisAt, certaintyAt, entityKindAt, relationshipKindAt } from '../../src/graph/access-graph.ts';
import { type EntityKind, RELATIONSHIPS, type RelationshipKind } from '../../src/model/kinds.ts';
import { GRADES } from '../../src/model/plan.ts';
import { describeGraph, randomGraphs } from './random-graph.ts';

type Bound = 'lo' | 'hi';

/**
 * The rule by the plainest means: every severity starts at 0 and all rules are applied to everything until nothing changes. A
 * consumer is as broken as its worst group, a group as its best option, an option as its worst relationship.
 */
function plainOutage(graph: AccessGraph, dead: ReadonlySet<number>, bound: Bound): number[] {
  const gone = plainDeaths(graph, dead, bound);
  const severity = new Array<number>(graph.order).fill(0);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (let entity = 0; entity < graph.order; entity++) {
      if (gone.has(entity) || isProof(graph, entity)) continue;
      const worst = Math.max(
        0,
        ...groupsOf(graph, entity).map((group) => groupSeverity(graph, { group, bound, severity, gone })),
      );
      if (worst > severity[entity]!) {
        severity[entity] = worst;
        isChanged = true;
      }
    }
  }
  return severity;
}

const isProof = (graph: AccessGraph, entity: number): boolean => ['Credential', 'Session'].includes(entityKindAt(graph, entity));
const all = (graph: AccessGraph): number[] => Array.from({ length: graph.size }, (_, r) => r);
const isDefinite = (graph: AccessGraph, r: number): boolean => certaintyAt(graph, r) === 'definite';
const isCurrentPlace = (graph: AccessGraph, r: number): boolean =>
  relationshipKindAt(graph, r) === 'EXPOSES' &&
  entityKindAt(graph, graph.sources[r]!) === 'Secret' &&
  graph.details.get(r)?.version !== 'previous';

function plainDeaths(graph: AccessGraph, dead: ReadonlySet<number>, bound: Bound): Set<number> {
  const gone = new Set(dead);
  for (let before = -1; before !== gone.size; ) {
    before = gone.size;
    for (let entity = 0; entity < graph.order; entity++) {
      if (gone.has(entity)) continue;
      const own = all(graph).filter((r) => graph.sources[r] === entity);
      if (isProof(graph, entity)) {
        const stands = own.filter((r) => ['AUTHENTICATES_AS', 'ACTS_FOR'].includes(relationshipKindAt(graph, r)));
        const isKilled = stands.some((r) => diesBy(graph, r, gone) && (bound === 'hi' || isDefinite(graph, r)));
        const isKept = stands.some(
          (r) => !gone.has(graph.targets[r]!) && !graph.over[graph.targets[r]!] && (bound === 'lo' || isDefinite(graph, r)),
        );
        if (isKilled && !isKept) gone.add(entity);
      }
      const isEmptied = own.some((r) => {
        const value = graph.targets[r]!;
        return isCurrentPlace(graph, r) && gone.has(value) && isProof(graph, value) && (bound === 'hi' || isDefinite(graph, r));
      });
      if (isEmptied) gone.add(entity);
    }
  }
  return gone;
}

const diesBy = (graph: AccessGraph, r: number, gone: ReadonlySet<number>): boolean => gone.has(graph.targets[r]!);

interface Group {
  readonly options: readonly (readonly number[])[];
  readonly isNamed: boolean;
}

function groupsOf(graph: AccessGraph, entity: number): Group[] {
  const named = new Map<string, Map<string, number[]>>();
  const groups: Group[] = [];
  for (const r of all(graph)) {
    if (dependentOf(graph, r) !== entity) continue;
    const alternative = alternativeOf(graph, r);
    for (const { group, option } of alternative) {
      const options = named.get(group) ?? new Map<string, number[]>();
      named.set(group, options.set(option, [...(options.get(option) ?? []), r]));
    }
    if (alternative.length === 0) groups.push({ options: [[r]], isNamed: false });
  }
  return [...groups, ...[...named.values()].map((options) => ({ options: [...options.values()], isNamed: true }))];
}

function alternativeOf(graph: AccessGraph, r: number): { group: string; option: string }[] {
  const own = graph.details.get(r)?.alternative;
  return own ? [own] : [];
}

function dependentOf(graph: AccessGraph, r: number): number | undefined {
  const rule: { on: string; when?: string } | undefined = (
    RELATIONSHIPS[relationshipKindAt(graph, r)] as { depends?: { on: string; when?: string } }
  ).depends;
  if (!rule || rule.when) return undefined;
  return rule.on === 'target' ? graph.sources[r]! : graph.targets[r]!;
}

interface Asked {
  readonly group: Group;
  readonly bound: Bound;
  readonly severity: readonly number[];
  readonly gone: ReadonlySet<number>;
}

const isBacked = (graph: AccessGraph, r: number): boolean => ['declared', 'observed'].includes(basisAt(graph, r));

function groupSeverity(graph: AccessGraph, { group, bound, severity, gone }: Asked): number {
  const of = (r: number): number =>
    bound === 'lo' && !isDefinite(graph, r) ? 0 : severityBy(graph, { r, bound, severity, gone });
  const needed = group.options.flat().some((r) => bound === 'hi' || (isDefinite(graph, r) && isBacked(graph, r)));
  if (!needed) return 0;
  const options = group.options.map((option) => ({
    worst: Math.max(...option.map(of)),
    isReal: option.some((r) => isBacked(graph, r)),
  }));
  const counted = bound === 'lo' || !group.isNamed ? options : options.filter(({ isReal }) => isReal);
  if (counted.length === 0) return Math.max(...options.map(({ worst }) => worst));
  return Math.min(...counted.map(({ worst }) => worst));
}

/** The table of grades: 5 down, 4 blocked, 3 latent, 2 interrupted, 1 degraded. */
function severityBy(graph: AccessGraph, { r, bound, severity, gone }: { r: number } & Omit<Asked, 'group'>): number {
  const kind: RelationshipKind = relationshipKindAt(graph, r);
  const dependent = dependentOf(graph, r)!;
  const cause = dependent === graph.sources[r] ? graph.targets[r]! : graph.sources[r]!;
  const at = gone.has(cause) ? deathSeverity(graph, { cause, bound, gone }) : severity[cause]!;
  const isPipeline = entityKindAt(graph, dependent) === 'Pipeline';
  if (at <= 1) return 0;
  const isMadeByPipeline = entityKindAt(graph, cause) === 'Pipeline' && !gone.has(cause) && !isPipeline;
  if (kind === 'DEPLOYS' || isMadeByPipeline) return at === 2 ? 0 : 1;
  if (at === 7) return isPipeline ? 4 : 3;
  if (at <= 3) return at;
  return isPipeline ? 4 : 5;
}

/** Of a place this oracle asks the graphs below for one value only, so that it is clear which death it died. */
function deathSeverity(
  graph: AccessGraph,
  { cause, bound, gone }: { cause: number; bound: Bound; gone: ReadonlySet<number> },
): number {
  if (entityKindAt(graph, cause) !== 'Session')
    return entityKindAt(graph, cause) === 'Secret' && !hasDeadValue(graph, { cause, bound, gone }) ? 7 : 6;
  const minters = all(graph).filter((r) => graph.targets[r] === cause && relationshipKindAt(graph, r) === 'MINTED');
  if (minters.some((r) => !gone.has(graph.sources[r]!) && !graph.over[graph.sources[r]!])) return 2;
  return minters.length > 0 || bound === 'hi' ? 6 : 2;
}

const hasDeadValue = (
  graph: AccessGraph,
  { cause, bound, gone }: { cause: number; bound: Bound; gone: ReadonlySet<number> },
): boolean =>
  all(graph).some((r) => {
    const isBelieved = isCurrentPlace(graph, r) && (bound === 'hi' || isDefinite(graph, r));
    return graph.sources[r] === cause && isBelieved && gone.has(graph.targets[r]!) && isProof(graph, graph.targets[r]!);
  });

/** Places without sessions, so that it is clear which death a place died; sessions without places. */
const places = randomGraphs({
  entities: 14,
  relationships: 34,
  kinds: ['Role', 'ServiceAccount', 'Credential', 'Credential', 'Secret', 'Workload', 'Workload', 'Pipeline', 'Resource'],
  relationshipKinds: ['AUTHENTICATES_AS', 'ACTS_FOR', 'EXPOSES', 'USES', 'USES', 'RUNS_AS', 'HOSTS', 'DEPLOYS', 'DEPENDS_ON'],
});
const sessions = randomGraphs({
  entities: 14,
  relationships: 34,
  kinds: ['Role', 'ServiceAccount', 'Credential', 'Session', 'Session', 'Workload', 'Workload', 'Pipeline', 'Resource'],
  relationshipKinds: ['AUTHENTICATES_AS', 'ACTS_FOR', 'USES', 'USES', 'RUNS_AS', 'MINTED', 'HOSTS', 'DEPLOYS', 'DEPENDS_ON'],
});
const graphs = fc.oneof(places, sessions);

/** Few consumers with many credentials each, so that groups and options meet. */
const fallbacks = randomGraphs({
  entities: 6,
  relationships: 26,
  kinds: ['Credential', 'Credential', 'Workload', 'Pipeline', 'Role'],
  relationshipKinds: ['USES', 'USES', 'USES', 'AUTHENTICATES_AS', 'DEPENDS_ON'],
});

const UNCOUNTED: readonly EntityKind[] = ['Origin', 'User', 'Owner', 'Secret', 'Credential', 'Session'];

describe('the outage radius on random graphs', () => {
  it('equals applying every rule to everything until nothing changes', () => {
    fc.assert(
      fc.property(
        fc.oneof(graphs, fallbacks),
        fc.uniqueArray(fc.nat({ max: 13 }), { minLength: 1, maxLength: 3 }),
        (graph, draws) => {
          const dead = draws.map((draw) => draw % graph.order);
          const radius = outageRadius(graph, { dead });
          for (const bound of ['lo', 'hi'] as const) {
            const severity = plainOutage(graph, new Set(dead), bound);
            const expected = new Map<string, string>();
            severity.forEach((worst, entity) => {
              const isCounted = !UNCOUNTED.includes(entityKindAt(graph, entity));
              if (worst > 0 && isCounted) expected.set(graph.keys[entity]!, [...GRADES].sort(byRank)[worst - 1]!);
            });
            const items = radius.items.filter((item) => bound === 'hi' || item.bound === 'lo');
            const found = new Map(items.map((item) => [item.key, bound === 'hi' ? item.gradeHi : item.grade]));
            expect(found, `${bound} of ${dead.map((d) => graph.keys[d]).join(', ')} in\n${describeGraph(graph)}`).toEqual(
              expected,
            );
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never shrinks when more dies', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), fc.nat(), (graph, one, other) => {
        const first = outageRadius(graph, { dead: [one % graph.order] });
        const both = outageRadius(graph, { dead: [one % graph.order, other % graph.order] });
        const still = new Set([...both.items.map(({ key }) => key), graph.keys[other % graph.order]]);
        for (const { key } of first.items)
          if (entityKindAt(graph, graph.indexOf(key)!) !== 'Session') expect(still.has(key)).toBe(true);
        for (const { lo, hi } of [first, both]) {
          const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);
          expect(sum(lo)).toBeLessThanOrEqual(sum(hi));
        }
      }),
      { numRuns: 200 },
    );
  });
});

const RANK = { degraded: 1, interrupted: 2, latent: 3, blocked: 4, down: 5 } as const;
const byRank = (a: keyof typeof RANK, b: keyof typeof RANK): number => RANK[a] - RANK[b];
