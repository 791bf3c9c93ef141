/**
 * What a reach adds up to, as columns: one for each vertex at which something can be entered, with the change that reaching it makes
 * to the counts by kind × tier × highest level.
 *
 * An entity entered at read and at control has two columns: `+1 read`, and `+1 control −1 read`, for who holds control holds read
 * too; the sum over the columns that are reached is the truth. Read and put together are write, which no sum of the two can say:
 * such entities have a pair, whose change counts where both are reached.
 *
 * What `external:anyone` reaches is in every reach: it is counted once for all (`base`), columns hold only what goes beyond it, and
 * their `marginal` changes count the thing at its level, since with them it is no longer what anyone has.
 */
import { CONTROL, type FacetMask, LEVELS, type Level, levelOf, PUT, READ, WRITE } from '../model/kinds.ts';
import type { AccessGraph } from './access-graph.ts';
import { closureOf, type FacetVertices } from './facet-vertices.ts';

/** Classes are kind × tier (unknown first) × level. */
export const TIER_SLOTS = 5;
export const classOf = (kind: number, tier: number, level: Level): number =>
  (kind * TIER_SLOTS + tier + 1) * LEVELS.length + LEVELS.indexOf(level);
export const classParts = (id: number): { kind: number; tier: number; level: Level } => {
  const rest = Math.floor(id / LEVELS.length);
  return { kind: Math.floor(rest / TIER_SLOTS), tier: (rest % TIER_SLOTS) - 1, level: LEVELS[id % LEVELS.length]! };
};

/** Class → change. */
export type Change = ReadonlyMap<number, number>;

/** What reaching a column changes. Columns of one signature are counted together. */
export interface Signature {
  readonly counts: Change;
  readonly marginal: Change;
}

export interface Columns {
  readonly signatures: readonly Signature[];
  /** Vertex and signature of each single column. */
  readonly vertices: Uint32Array;
  readonly signatureOf: Uint32Array;
  /** Vertices entered at read and at put of one entity; their own columns are among the single ones. */
  readonly pairs: readonly { readonly read: number; readonly put: number; readonly signature: number }[];
  /** Counts that every reach has. */
  readonly base: Change;
  /** What an entity adds to a reach that holds control of it: to be taken off its own. */
  ownChange(entity: number): Signature;
}

export interface ColumnInput {
  readonly vertices: FacetVertices;
  /** Facets that anyone reaches, by entity. */
  readonly open: Uint8Array | undefined;
  /** Never counted. */
  readonly anyone: number | undefined;
}

const EMPTY: Signature = { counts: new Map(), marginal: new Map() };
const ORDER = [READ, PUT, WRITE, CONTROL] as const;

export function columnsOf(graph: AccessGraph, { vertices, open, anyone }: ColumnInput): Columns {
  const register = createRegister();
  const singles: number[] = [];
  const signatureOf: number[] = [];
  const pairs: { read: number; put: number; signature: number }[] = [];
  const base = new Map<number, number>();
  for (let entity = 0; entity < graph.order; entity++) {
    if (entity === anyone) continue;
    const floor = open?.[entity] ?? 0;
    const tops = vertices.entered[entity]!;
    if (!floor && !tops) continue;
    const at = { kind: graph.kinds[entity]!, tier: graph.tiers[entity]!, floor };
    if (floor) add(base, classOf(at.kind, at.tier, levelOf(floor) as Level), 1);
    for (const top of ORDER) {
      if (!(tops & top) || floor & top) continue;
      singles.push(vertices.vertexOf(entity, top));
      signatureOf.push(register.single(at, tops, top));
    }
    if (isPair(tops, floor)) {
      const [read, put] = [vertices.vertexOf(entity, READ), vertices.vertexOf(entity, PUT)];
      pairs.push({ read, put, signature: register.pair(at) });
    }
  }
  return {
    signatures: register.signatures,
    vertices: Uint32Array.from(singles),
    signatureOf: Uint32Array.from(signatureOf),
    pairs,
    base,
    ownChange(entity) {
      if (entity === anyone) return EMPTY;
      const floor = open?.[entity] ?? 0;
      const at = { kind: graph.kinds[entity]!, tier: graph.tiers[entity]!, floor };
      const held = closureOf(vertices.entered[entity]!) | floor;
      return { counts: countAt(at, held), marginal: marginalAt(at, held) };
    },
  };
}

const isPair = (tops: FacetMask, floor: FacetMask): boolean => (tops & ~floor & READ) !== 0 && (tops & ~floor & PUT) !== 0;

interface Place {
  readonly kind: number;
  readonly tier: number;
  /** What anyone has of it. */
  readonly floor: FacetMask;
}

/** The count of an entity that is held at these facets, anyone's included. */
function countAt({ kind, tier }: Place, held: FacetMask): Change {
  const level = levelOf(held);
  return level === undefined ? new Map() : new Map([[classOf(kind, tier, level), 1]]);
}

const marginalAt = (at: Place, held: FacetMask): Change => (held & ~at.floor ? countAt(at, held) : new Map());

function add(into: Map<number, number>, id: number, change: number): void {
  into.set(id, (into.get(id) ?? 0) + change);
}

function difference(after: Change, ...before: readonly Change[]): Change {
  const change = new Map(after);
  for (const part of before) for (const [id, count] of part) add(change, id, -count);
  return new Map([...change].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b));
}

/** Signatures by number; equal ones are one. */
function createRegister() {
  const signatures: Signature[] = [];
  const known = new Map<string, number>();
  const byArguments = new Map<number, number>();
  const register = (signature: Signature): number => {
    const id = `${[...signature.counts].join()} ${[...signature.marginal].join()}`;
    const number = known.get(id) ?? signatures.push(signature) - 1;
    known.set(id, number);
    return number;
  };
  const memo = (id: number, make: () => Signature): number => {
    const number = byArguments.get(id) ?? register(make());
    byArguments.set(id, number);
    return number;
  };
  const idOf = ({ kind, tier, floor }: Place, tops: number, top: number): number =>
    (((kind * TIER_SLOTS + tier + 1) * 16 + floor) * 16 + tops) * 16 + top;
  return {
    signatures,
    /** The change from what is below the top among the tops to the top itself. */
    single: (at: Place, tops: FacetMask, top: FacetMask): number =>
      memo(idOf(at, tops, top), () => {
        const below = closureOf(tops & closureOf(top) & ~top) | at.floor;
        const held = below | closureOf(top);
        return {
          counts: difference(countAt(at, held), countAt(at, below)),
          marginal: difference(marginalAt(at, held), marginalAt(at, below)),
        };
      }),
    /** The change that both make beyond the sum of each. */
    pair: (at: Place): number =>
      memo(idOf(at, 0, 0), () => {
        const [both, read, put] = [at.floor | READ | PUT, at.floor | READ, at.floor | PUT];
        return {
          counts: difference(countAt(at, both), countAt(at, read), countAt(at, put)),
          marginal: difference(marginalAt(at, both), marginalAt(at, read), marginalAt(at, put)),
        };
      }),
  };
}
