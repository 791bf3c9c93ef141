/**
 * The graph of entities and relationships in typed arrays: what every analysis walks.
 *
 * Entity i is `keys[i]`; its relationships are `starts[i] .. starts[i + 1]` of the relationship arrays, which are sorted by
 * source. Facets (read, put, write, control) are not vertices of their own but bits of a mask per entity, so that an entity costs
 * one byte per walk whatever its levels; a relationship is followed when the bits that are *new* at its source meet `needs`.
 * `inStarts`/`inRelationships` are the same relationships by target.
 *
 * Memory: about 14 bytes a relationship and 12 an entity, keys aside. Building is linear.
 */
import type { Alternative, RelationshipName, Time } from '../model/entity.ts';
import {
  BASES,
  type Basis,
  CERTAINTIES,
  type Certainty,
  ENTITY_KINDS,
  type EntityKind,
  type FacetMask,
  IMPLIED,
  LEVEL_BIT,
  LEVELS,
  type Level,
  RELATIONSHIP_KINDS,
  type RelationshipKind,
  spreadsFrom,
  type Tier,
} from '../model/kinds.ts';
import { relationshipId } from '../model/relationship-id.ts';

const UNKNOWN_TIER = -1;
/** In `gives`: the relationship gives at the target the level that it needed at the source. */
export const SAME = 0xff;

/** What only a few relationships carry, and outage and ambiguity ask for. */
export interface RelationshipDetail {
  readonly alternative?: Alternative;
  /** Of observed use: event times. */
  readonly firstSeen?: Time;
  readonly lastUsed?: Time;
  readonly uses?: number;
  readonly version?: 'current' | 'previous';
  readonly condition?: string;
}

export interface AccessGraph {
  readonly generation: number;
  readonly now: Time;
  /** Entities. */
  readonly order: number;
  readonly keys: readonly string[];
  /** Index in ENTITY_KINDS. */
  readonly kinds: Uint8Array;
  readonly tiers: Int8Array;
  /** 1 where the entity is inactive or expired at `now`: it spreads nothing. */
  readonly over: Uint8Array;
  /** Relationships. */
  readonly size: number;
  readonly starts: Uint32Array;
  readonly sources: Uint32Array;
  readonly targets: Uint32Array;
  /** Index in RELATIONSHIP_KINDS. */
  readonly relationshipKinds: Uint8Array;
  /** Facet bit that the source must have; for SAME the set of levels; 0 where nothing spreads. */
  readonly needs: Uint8Array;
  /** Facets that the target gets, implied ones included, or SAME. */
  readonly gives: Uint8Array;
  /** Index in CERTAINTIES. */
  readonly certainties: Uint8Array;
  /** Index in BASES. */
  readonly bases: Uint8Array;
  readonly details: ReadonlyMap<number, RelationshipDetail>;
  readonly inStarts: Uint32Array;
  readonly inRelationships: Uint32Array;
  indexOf(key: string): number | undefined;
}

/** For SAME: bits at the source that meet the relationship's levels → facets at the target. */
export const SAME_GIVES: Uint8Array = Uint8Array.from({ length: 16 }, (_, bits) =>
  LEVELS.reduce((mask, level) => (bits & LEVEL_BIT[level] ? mask | IMPLIED[level] : mask), 0),
);

export interface GraphInput {
  readonly generation: number;
  readonly now: Time;
  readonly entities: Iterable<{
    readonly key: string;
    readonly kind: EntityKind;
    readonly tier?: Tier;
    readonly state?: string;
    readonly expiresAt?: Time;
  }>;
  readonly relationships: Iterable<
    RelationshipName &
      RelationshipDetail & { readonly basis: Basis; readonly certainty: Certainty; readonly levels?: readonly Level[] }
  >;
}

/** Relationships whose end is not an entity are an error of the store; they are refused by name. */
export function buildAccessGraph(input: GraphInput): AccessGraph {
  const builder = createGraphBuilder(input.generation, input.now);
  for (const entity of input.entities) builder.addEntity(entity);
  for (const relationship of input.relationships) builder.addRelationship(relationship);
  return builder.finish();
}

type InputEntity = GraphInput['entities'] extends Iterable<infer E> ? E : never;
type InputRelationship = GraphInput['relationships'] extends Iterable<infer R> ? R : never;

export interface GraphBuilder {
  addEntity(entity: InputEntity): void;
  /** After the entities. */
  addRelationship(relationship: InputRelationship): void;
  finish(): AccessGraph;
}

const KIND_INDEX = new Map<string, number>(ENTITY_KINDS.map((kind, i) => [kind, i]));
const RELATIONSHIP_INDEX = new Map<string, number>(RELATIONSHIP_KINDS.map((kind, i) => [kind, i]));

export function createGraphBuilder(generation: number, now: Time): GraphBuilder {
  const indices = new Map<string, number>();
  const keys: string[] = [];
  const kinds = new Column(Uint8Array);
  const tiers = new Column(Int8Array);
  const over = new Column(Uint8Array);
  const sources = new Column(Uint32Array);
  const targets = new Column(Uint32Array);
  const relationshipKinds = new Column(Uint8Array);
  const needs = new Column(Uint8Array);
  const gives = new Column(Uint8Array);
  const certainties = new Column(Uint8Array);
  const bases = new Column(Uint8Array);
  const details = new Map<number, RelationshipDetail>();

  const endOf = (relationship: InputRelationship, key: string): number => {
    const index = indices.get(key);
    if (index === undefined) {
      throw new RangeError(`${relationshipId(relationship)}: ${key} is not an entity`);
    }
    return index;
  };

  return {
    addEntity({ key, kind, tier, state, expiresAt }) {
      indices.set(key, keys.length);
      keys.push(key);
      kinds.push(KIND_INDEX.get(kind) as number);
      tiers.push(tier ?? UNKNOWN_TIER);
      over.push(state === 'inactive' || state === 'expired' || (expiresAt !== undefined && expiresAt < now) ? 1 : 0);
    },
    addRelationship(relationship) {
      const source = endOf(relationship, relationship.source);
      const { need, give } = facetsOf(relationship, ENTITY_KINDS[kinds.at(source)] as EntityKind);
      const detail = detailOf(relationship);
      if (detail) details.set(sources.length, detail);
      sources.push(source);
      targets.push(endOf(relationship, relationship.target));
      relationshipKinds.push(RELATIONSHIP_INDEX.get(relationship.kind) as number);
      needs.push(need);
      gives.push(give);
      certainties.push(CERTAINTIES.indexOf(relationship.certainty));
      bases.push(BASES.indexOf(relationship.basis));
    },
    finish() {
      const order = keys.length;
      const size = sources.length;
      const bySource = groupBy(sources.view(), order);
      const place = bySource.members;
      const permute = <A extends Uint8Array | Uint32Array>(values: A): A => {
        const out = new (values.constructor as new (n: number) => A)(size);
        for (let i = 0; i < size; i++) out[i] = values[place[i]!]!;
        return out;
      };
      const permutedTargets = permute(targets.view());
      const byTarget = groupBy(permutedTargets, order);
      const moved = new Map<number, RelationshipDetail>();
      if (details.size > 0) {
        for (let i = 0; i < size; i++) {
          const detail = details.get(place[i]!);
          if (detail) moved.set(i, detail);
        }
      }
      return {
        generation,
        now,
        order,
        keys,
        kinds: kinds.view(),
        tiers: tiers.view(),
        over: over.view(),
        size,
        starts: bySource.starts,
        sources: permute(sources.view()),
        targets: permutedTargets,
        relationshipKinds: permute(relationshipKinds.view()),
        needs: permute(needs.view()),
        gives: permute(gives.view()),
        certainties: permute(certainties.view()),
        bases: permute(bases.view()),
        details: moved,
        inStarts: byTarget.starts,
        inRelationships: byTarget.members,
        indexOf: (key) => indices.get(key),
      };
    },
  };
}

function facetsOf(
  { kind, levels }: Pick<InputRelationship, 'kind' | 'levels'>,
  sourceKind: EntityKind,
): { need: FacetMask; give: FacetMask } {
  const spreads = spreadsFrom(kind, sourceKind);
  if (spreads === null) return { need: 0, give: 0 };
  if (spreads === 'same') return { need: (levels ?? LEVELS).reduce((mask, level) => mask | LEVEL_BIT[level], 0), give: SAME };
  return { need: LEVEL_BIT[spreads.needs], give: IMPLIED[spreads.gives] };
}

function detailOf(r: RelationshipDetail): RelationshipDetail | undefined {
  const isBare = !r.alternative && !r.firstSeen && !r.lastUsed && r.uses === undefined && !r.version && !r.condition;
  if (isBare) return undefined;
  return {
    ...(r.alternative && { alternative: r.alternative }),
    ...(r.firstSeen !== undefined && { firstSeen: r.firstSeen }),
    ...(r.lastUsed !== undefined && { lastUsed: r.lastUsed }),
    ...(r.uses !== undefined && { uses: r.uses }),
    ...(r.version && { version: r.version }),
    ...(r.condition && { condition: r.condition }),
  };
}

/** Counting sort: members of group g are `members[starts[g] .. starts[g + 1])`, in their old order. */
export function groupBy(groups: Uint32Array, order: number): { starts: Uint32Array; members: Uint32Array } {
  const starts = new Uint32Array(order + 1);
  for (let i = 0; i < groups.length; i++) starts[groups[i]! + 1]!++;
  for (let g = 0; g < order; g++) starts[g + 1]! += starts[g]!;
  const next = starts.slice();
  const members = new Uint32Array(groups.length);
  for (let i = 0; i < groups.length; i++) members[next[groups[i]!]!++] = i;
  return { starts, members };
}

/** A typed array that grows. */
class Column<A extends Uint8Array | Int8Array | Uint32Array> {
  length = 0;
  readonly #type: new (
    n: number,
  ) => A;
  #data: A;
  constructor(type: new (n: number) => A) {
    this.#type = type;
    this.#data = new type(1024);
  }
  push(value: number): void {
    if (this.length === this.#data.length) {
      const grown = new this.#type(this.length * 2);
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data[this.length++] = value;
  }
  at(index: number): number {
    return this.#data[index] as number;
  }
  view(): A {
    return this.#data.subarray(0, this.length) as A;
  }
}

export const entityKindAt = (graph: AccessGraph, entity: number): EntityKind => ENTITY_KINDS[graph.kinds[entity]!]!;
export const relationshipKindAt = (graph: AccessGraph, relationship: number): RelationshipKind =>
  RELATIONSHIP_KINDS[graph.relationshipKinds[relationship]!]!;
export const certaintyAt = (graph: AccessGraph, relationship: number): Certainty =>
  CERTAINTIES[graph.certainties[relationship]!]!;
export const basisAt = (graph: AccessGraph, relationship: number): Basis => BASES[graph.bases[relationship]!]!;
export const tierAt = (graph: AccessGraph, entity: number): Tier | undefined => {
  const tier = graph.tiers[entity]!;
  return tier === UNKNOWN_TIER ? undefined : (tier as Tier);
};
export const nameAt = (graph: AccessGraph, relationship: number): RelationshipName => ({
  source: graph.keys[graph.sources[relationship]!]!,
  kind: relationshipKindAt(graph, relationship),
  target: graph.keys[graph.targets[relationship]!]!,
});

/** The index of a named relationship, or undefined. Linear in the source's degree. */
export function relationshipIndex(graph: AccessGraph, { source, kind, target }: RelationshipName): number | undefined {
  const from = graph.indexOf(source);
  const to = graph.indexOf(target);
  if (from === undefined || to === undefined) return undefined;
  const wanted = RELATIONSHIP_INDEX.get(kind);
  for (let r = graph.starts[from]!; r < graph.starts[from + 1]!; r++) {
    if (graph.targets[r] === to && graph.relationshipKinds[r] === wanted) return r;
  }
  return undefined;
}
