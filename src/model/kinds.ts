/**
 * The one table of what the graph may hold. Stores, analyses, guards and documentation read it.
 *
 * Access has a level. In the in-memory graph an entity is up to four vertices (facets), joined
 *
 *     control ──► write ──┬──► read
 *                         └──► put
 *
 * and a relationship leaves the facet that it *needs* and enters the facet that it *gives*.
 */

export const ENTITY_KINDS = [
  'User',
  'ServiceAccount',
  'Role',
  'Agent',
  'Group',
  'External',
  'Credential',
  'Session',
  'Secret',
  'Repository',
  'Pipeline',
  'Workload',
  'Permission',
  'Resource',
  'Scope',
  'Owner',
  'Origin',
] as const;

export type EntityKind = (typeof ENTITY_KINDS)[number];

/** Kinds that act: what a credential can stand for. */
export const IDENTITY_KINDS = [
  'User',
  'ServiceAccount',
  'Role',
  'Agent',
  'Group',
  'External',
] as const satisfies readonly EntityKind[];

/** Kinds that prove: what plans act on first. */
export const PROOF_KINDS = ['Credential', 'Session'] as const satisfies readonly EntityKind[];

/** Kinds whose reach is worth a number: somebody can hold them. */
export const SUBJECT_KINDS = [
  ...IDENTITY_KINDS,
  ...PROOF_KINDS,
  'Workload',
  'Pipeline',
  'Repository',
] as const satisfies readonly EntityKind[];

/** Kinds listed by `exposure`. */
export const EXPOSED_KINDS = [...SUBJECT_KINDS, 'Origin'] as const satisfies readonly EntityKind[];

/** Kinds that carry weight in attack reach. */
export const WEIGHED_KINDS = ['Resource', 'Secret'] as const satisfies readonly EntityKind[];

export const LEVELS = ['read', 'put', 'write', 'control'] as const;
export type Level = (typeof LEVELS)[number];

/** A set of facets as bits; bit i is `LEVELS[i]`. */
export type FacetMask = number;
export const READ: FacetMask = 1;
export const PUT: FacetMask = 2;
export const WRITE: FacetMask = 4;
export const CONTROL: FacetMask = 8;

export const LEVEL_BIT: Readonly<Record<Level, FacetMask>> = { read: READ, put: PUT, write: WRITE, control: CONTROL };

/** The facets that holding one level brings with it. */
export const IMPLIED: Readonly<Record<Level, FacetMask>> = {
  read: READ,
  put: PUT,
  write: WRITE | READ | PUT,
  control: CONTROL | WRITE | READ | PUT,
};

/** The level that a set of facets amounts to: read and put together are write. Undefined for the empty set. */
export function levelOf(facets: FacetMask): Level | undefined {
  if (facets & CONTROL) return 'control';
  if (facets & WRITE || (facets & READ && facets & PUT)) return 'write';
  if (facets & PUT) return 'put';
  return facets & READ ? 'read' : undefined;
}

export const BASES = ['declared', 'entitled', 'observed', 'inferred'] as const;
export type Basis = (typeof BASES)[number];

/** From the surest to the least sure. */
export const CERTAINTIES = ['definite', 'conditional', 'possible'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

export const CONDITION_CLASSES = ['choosable', 'possession', 'position', 'approval', 'time', 'combined', 'unknown'] as const;
export type ConditionClass = (typeof CONDITION_CLASSES)[number];

export interface RelationshipRule {
  /** Levels at source and target, `same` for parallel edges of equal level, null where nothing spreads. */
  readonly spreads: { readonly needs: Level; readonly gives: Level } | 'same' | null;
  /**
   * Whether one end stops working when the other dies: `target` means the source depends on the target,
   * `source` the reverse; `observed` only where the relationship was seen in use.
   */
  readonly depends?: { readonly on: 'target' | 'source'; readonly when?: 'observed'; readonly grade?: 'degraded' };
}

const spread = (needs: Level, gives: Level, depends?: RelationshipRule['depends']): RelationshipRule =>
  depends ? { spreads: { needs, gives }, depends } : { spreads: { needs, gives } };
const still = (depends?: RelationshipRule['depends']): RelationshipRule =>
  depends ? { spreads: null, depends } : { spreads: null };
const onTarget = { on: 'target' } as const;

export const RELATIONSHIPS = {
  AUTHENTICATES_AS: spread('control', 'control'),
  ACTS_FOR: still(onTarget),
  MEMBER_OF: spread('control', 'control'),
  CAN_ASSUME: spread('control', 'control', { on: 'target', when: 'observed' }),
  HAS_GRANT: spread('control', 'control'),
  CAN_READ: spread('control', 'read'),
  CAN_PUT: spread('control', 'put'),
  CAN_WRITE: spread('control', 'write'),
  CAN_CONTROL: spread('control', 'control'),
  CONTAINS: { spreads: 'same' },
  EXPOSES: spread('read', 'control'),
  HOLDS: spread('control', 'control'),
  USES: spread('control', 'control', onTarget),
  READS: spread('control', 'read', onTarget),
  DEFINES: spread('put', 'control'),
  STEERS: spread('put', 'control'),
  HOSTS: spread('control', 'control', { on: 'source' }),
  ESCAPES_TO: spread('control', 'control'),
  DEPLOYS: spread('control', 'control', { on: 'source', grade: 'degraded' }),
  RUNS_AS: spread('control', 'control', onTarget),
  ACCESSED: still(),
  MINTED: spread('control', 'control'),
  DEPENDS_ON: still(onTarget),
  OWNED_BY: still(),
  LEAKED_IN: still(),
} as const satisfies Record<string, RelationshipRule>;

export type RelationshipKind = keyof typeof RELATIONSHIPS;
export const RELATIONSHIP_KINDS = Object.keys(RELATIONSHIPS) as RelationshipKind[];

export function ruleOf(kind: RelationshipKind): RelationshipRule {
  return RELATIONSHIPS[kind];
}

/** An Origin consumes a credential; it is a place, not somebody who holds it. */
export function spreadsFrom(kind: RelationshipKind, sourceKind: EntityKind): RelationshipRule['spreads'] {
  return kind === 'USES' && sourceKind === 'Origin' ? null : ruleOf(kind).spreads;
}

export const ENVIRONMENTS = ['prod', 'staging', 'dev', 'test', 'unknown'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const STATES = ['active', 'inactive', 'expired', 'unknown'] as const;
export type State = (typeof STATES)[number];

export const TIERS = [0, 1, 2, 3] as const;
export type Tier = (typeof TIERS)[number];

export const EXTERNAL_ANYONE = 'external:anyone';
