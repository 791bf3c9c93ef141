/**
 * Exposure: who reaches the target, at which level, how far away, in both bounds. Three searches against the relationships:
 * linear in what leads to the target.
 *
 * `external:anyone` is listed where it leads there by relationships; that everybody else may do what anyone may is implied.
 */
import { type AccessGraph, entityKindAt, relationshipKindAt, tierAt } from '../graph/access-graph.ts';
import { type LevelsTo, levelsTo } from '../graph/levels-to.ts';
import type { Walk } from '../graph/reach.ts';
import { type Certainty, type EntityKind, EXPOSED_KINDS, LEVELS, type Level, levelOf, type Tier } from '../model/kinds.ts';
import type { Bounds } from '../model/plan.ts';
import type { KindCounts, ReachRow } from './attack-reach.ts';

export interface ExposureItem {
  readonly key: string;
  readonly kind: EntityKind;
  /** At the target. */
  readonly level: Level;
  /** Null where the lower bound does not lead there. */
  readonly levelLo: Level | null;
  readonly tier: Tier | null;
  readonly distance: number;
  readonly certainty: Certainty;
  /** By one relationship, or by exactly one grant. */
  readonly direct: boolean;
}

export interface Exposure {
  readonly target: string;
  readonly counts: Bounds<KindCounts>;
  readonly countsBy: readonly ReachRow[];
  /** The nearest first, then the highest level, then by key. */
  readonly items: readonly ExposureItem[];
}

export interface ExposureOptions {
  /** 1 where a relationship is cut. */
  readonly without?: Uint8Array;
}

const LISTED: ReadonlySet<EntityKind> = new Set(EXPOSED_KINDS);

export function exposure(graph: AccessGraph, target: number, options: ExposureOptions = {}): Exposure {
  const walk = (bound: Walk): LevelsTo => levelsTo(graph, target, { ...options, walk: bound });
  const lo = walk('lo').levels;
  const sure = walk('sure').levels;
  const hi = walk('hi');
  const direct = directSources(graph, target, options.without);
  const items: ExposureItem[] = [];
  for (let entity = 0; entity < graph.order; entity++) {
    const level = levelOf(hi.levels[entity]!);
    const kind = entityKindAt(graph, entity);
    if (entity === target || level === undefined || !LISTED.has(kind)) continue;
    const levelLo = levelOf(lo[entity]!) ?? null;
    items.push({
      key: graph.keys[entity]!,
      kind,
      level,
      levelLo,
      tier: tierAt(graph, entity) ?? null,
      distance: hi.distances[entity]!,
      certainty: levelLo === level ? 'definite' : levelOf(sure[entity]!) === level ? 'conditional' : 'possible',
      direct: direct.has(entity),
    });
  }
  items.sort((a, b) => a.distance - b.distance || LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || (a.key < b.key ? -1 : 1));
  return { target: graph.keys[target]!, ...countItems(items), items };
}

/** Entities with a relationship that spreads to the target, or that are granted exactly that. */
function directSources(graph: AccessGraph, target: number, without: Uint8Array | undefined): Set<number> {
  const found = new Set<number>();
  const spreads = (r: number): boolean => graph.needs[r] !== 0 && !graph.over[graph.sources[r]!] && !without?.[r];
  for (const r of into(graph, target)) {
    if (!spreads(r)) continue;
    const source = graph.sources[r]!;
    found.add(source);
    if (!relationshipKindAt(graph, r).startsWith('CAN_')) continue;
    for (const grant of into(graph, source)) {
      if (relationshipKindAt(graph, grant) === 'HAS_GRANT' && spreads(grant)) found.add(graph.sources[grant]!);
    }
  }
  return found;
}

const into = (graph: AccessGraph, entity: number): Uint32Array =>
  graph.inRelationships.subarray(graph.inStarts[entity]!, graph.inStarts[entity + 1]!);

function countItems(items: readonly ExposureItem[]): Pick<Exposure, 'counts' | 'countsBy'> {
  const counts = { lo: {} as Record<string, number>, hi: {} as Record<string, number> };
  const rows = new Map<string, { kind: EntityKind; tier: Tier | null; level: Level; lo: number; hi: number }>();
  const count = (item: ExposureItem, level: Level, bound: 'lo' | 'hi'): void => {
    const { kind, tier } = item;
    counts[bound][kind] = (counts[bound][kind] ?? 0) + 1;
    const id = `${kind} ${tier} ${level}`;
    const row = rows.get(id) ?? { kind, tier, level, lo: 0, hi: 0 };
    row[bound]++;
    rows.set(id, row);
  };
  for (const item of items) {
    count(item, item.level, 'hi');
    if (item.levelLo) count(item, item.levelLo, 'lo');
  }
  return { counts, countsBy: [...rows.values()] };
}
