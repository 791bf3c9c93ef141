/**
 * What breaks once things are dead: the least fixed point of the rule at `Alternative` in `src/model/entity.ts`, in one bound.
 *
 * Severities only fall along a chain, so failures are taken from the worst severity down, and by depth within one: the first to
 * break a thing is the worst, by the shortest chain. Each relationship fails at most once and each option is spent once: linear.
 */
import { type AccessGraph, entityKindAt, relationshipKindAt } from '../../graph/access-graph.ts';
import { hasConnections } from '../../model/deaths.ts';
import type { Time } from '../../model/entity.ts';
import { ruleOf } from '../../model/kinds.ts';
import type { Bounds, Grade } from '../../model/plan.ts';
import { consumptionOf } from './consumers.ts';
import { type Cause, type Death, deaths, empties, isIdentity, isProof } from './deaths.ts';
import { isDefinite, isObserved } from './evidence.ts';
import { createFallbacks } from './fallbacks.ts';
import { DEAD, DEAD_LATENT, DOWN, gradeOf, INTERRUPTED, severityAt, UNHARMED } from './grades.ts';

export interface BreakQuestion {
  readonly dead: readonly number[];
  readonly removed: Uint8Array | undefined;
  /** 1 where a dependence has ended: its consumer has moved on. */
  readonly released: Uint8Array | undefined;
  /** Whether open connections of databases and brokers end with their credential. */
  readonly connections: 'ended' | 'kept';
  /** Of the dead: those whose act leaves open connections alone. */
  readonly keptOpen: ReadonlySet<number> | undefined;
  readonly since: Time | undefined;
  /** Of `lostRights`. */
  readonly lost: Bounds<readonly number[]>;
}

export interface Break {
  readonly grade: Grade;
  readonly cause: Cause | undefined;
}

/** A dependence whose cause is dead or broken. */
interface Failure {
  readonly relationship: number;
  /** Who depends, when it is not the relationship's own end. */
  readonly dependent?: number;
  /** Severity of the cause. */
  readonly severity: number;
  readonly depth: number;
  readonly before: Cause | undefined;
}

/** Entity → how it breaks, the dead themselves left out. */
export function breaks(graph: AccessGraph, question: BreakQuestion, bound: 'lo' | 'hi'): Map<number, Break> {
  const dead = deaths(graph, { dead: question.dead, removed: question.removed, bound });
  const queue = createQueue(graph, bound);
  for (const failure of firstFailures(graph, { question, bound, dead })) queue.add(failure);
  const breaksBy = createFallbacks(graph, { bound, released: question.released, since: question.since });
  const broken = new Map<number, Break>();
  for (const { failure, entity, severity } of queue.drain()) {
    const { relationship, depth, before } = failure;
    if (broken.has(entity) || dead.has(entity) || question.released?.[relationship]) continue;
    if (failure.dependent === undefined && !breaksBy(relationship)) continue;
    const cause: Cause = { relationship, before };
    broken.set(entity, { grade: gradeOf(severity), cause });
    for (const r of dependences(graph, entity)) queue.add({ relationship: r, severity, depth: depth + 1, before: cause });
  }
  return broken;
}

/** Relationships by which others depend on the entity. */
function* dependences(graph: AccessGraph, entity: number): Generator<number> {
  for (let k = graph.inStarts[entity]!; k < graph.inStarts[entity + 1]!; k++) {
    const r = graph.inRelationships[k]!;
    const rule = ruleOf(relationshipKindAt(graph, r)).depends;
    if (rule?.on === 'target' && !rule.when) yield r;
  }
  for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
    if (ruleOf(relationshipKindAt(graph, r)).depends?.on === 'source') yield r;
  }
}

function endsOf(graph: AccessGraph, r: number): { readonly dependent: number; readonly on: number } {
  const source = graph.sources[r]!;
  const target = graph.targets[r]!;
  const isReversed = ruleOf(relationshipKindAt(graph, r)).depends?.on === 'source';
  return isReversed ? { dependent: target, on: source } : { dependent: source, on: target };
}

interface Beginning {
  readonly question: BreakQuestion;
  readonly bound: 'lo' | 'hi';
  readonly dead: ReadonlyMap<number, Death>;
}

function* firstFailures(graph: AccessGraph, beginning: Beginning): Generator<Failure> {
  const { question, bound, dead } = beginning;
  for (const [entity, death] of dead) {
    const severity = severityOfDeath(graph, entity, beginning);
    const depth = death.depth + 1;
    for (const r of dependences(graph, entity)) yield { relationship: r, severity, depth, before: death.cause };
    const kind = entityKindAt(graph, entity);
    if (isIdentity(kind)) yield* lostAssumptions(graph, { identity: entity, death, bound });
    if (isProof(kind) && bound === 'hi') yield* ghosts(graph, entity, death);
  }
  for (const r of cutDependences(graph, question.removed)) {
    if (relationshipKindAt(graph, r) === 'CAN_ASSUME') yield* lossOf(graph, { right: r, depth: 1, before: undefined, bound });
    else yield { relationship: r, severity: DOWN, depth: 1, before: undefined };
  }
  for (const right of question.lost[bound]) yield* lossOf(graph, { right, depth: 1, before: undefined, bound });
}

/** Dependences that are themselves cut. */
function* cutDependences(graph: AccessGraph, removed: Uint8Array | undefined): Generator<number> {
  if (!removed) return;
  for (let r = 0; r < graph.size; r++) {
    if (!removed[r]) continue;
    const rule = ruleOf(relationshipKindAt(graph, r)).depends;
    if (rule && (!rule.when || isObserved(graph, r, undefined))) yield r;
  }
}

/** Who was seen to assume a dead identity, and works by it. */
function* lostAssumptions(
  graph: AccessGraph,
  { identity, death, bound }: { identity: number; death: Death; bound: 'lo' | 'hi' },
): Generator<Failure> {
  for (let k = graph.inStarts[identity]!; k < graph.inStarts[identity + 1]!; k++) {
    const right = graph.inRelationships[k]!;
    if (relationshipKindAt(graph, right) !== 'CAN_ASSUME' || !isObserved(graph, right, undefined)) continue;
    yield* lossOf(graph, { right, depth: death.depth + 1, before: death.cause, bound });
  }
}

interface Loss {
  /** The relationship that was seen in use and is gone. */
  readonly right: number;
  readonly depth: number;
  readonly before: Cause | undefined;
  readonly bound: 'lo' | 'hi';
}

/**
 * A right is lost by an identity or a proof; who worked by it was not seen, unless it has one consumer only. hi counts them all, or
 * the identity itself where none is known; a workload that used the right itself is sure.
 */
function* lossOf(graph: AccessGraph, { right, depth, before, bound }: Loss): Generator<Failure> {
  if (bound === 'lo' && !isDefinite(graph, right)) return;
  const actor = graph.sources[right]!;
  const kind = entityKindAt(graph, actor);
  if (!isIdentity(kind) && !isProof(kind)) {
    yield { relationship: right, dependent: actor, severity: DOWN, depth, before };
    return;
  }
  const uses = consumptionOf(graph, actor);
  const consumers = new Set(uses.map((r) => graph.sources[r]!));
  if (bound === 'lo' && consumers.size !== 1) return;
  if (consumers.size === 0) yield { relationship: right, dependent: actor, severity: DOWN, depth, before };
  for (const r of uses) yield { relationship: r, severity: DOWN, depth: depth + 1, before: { relationship: right, before } };
}

/** Readers who were seen at a place of the value once and may have kept it. */
function* ghosts(graph: AccessGraph, proof: number, death: Death): Generator<Failure> {
  for (let k = graph.inStarts[proof]!; k < graph.inStarts[proof + 1]!; k++) {
    const place = graph.inRelationships[k]!;
    if (relationshipKindAt(graph, place) !== 'EXPOSES') continue;
    const at = graph.sources[place]!;
    for (let i = graph.inStarts[at]!; i < graph.inStarts[at + 1]!; i++) {
      const right = graph.inRelationships[i]!;
      if (relationshipKindAt(graph, right) !== 'ACCESSED') continue;
      const before: Cause = { relationship: place, before: death.cause };
      yield* lossOf(graph, { right, depth: death.depth + 2, before, bound: 'hi' });
    }
  }
}

/** What a death means for those who depend on the dead thing. */
function severityOfDeath(graph: AccessGraph, entity: number, beginning: Beginning): number {
  const { question, dead, bound } = beginning;
  const kind = entityKindAt(graph, entity);
  if (kind === 'Secret') return severityOfPlace(graph, entity, beginning);
  if (kind === 'Session') return severityOfCutSession(graph, entity, { dead, bound });
  if (!isIdentity(kind) && !isProof(kind)) return DOWN;
  const isKept = question.keptOpen?.has(entity) || (question.connections === 'kept' && hasConnections(graph.keys[entity]!));
  // Connections that are open when a password dies serve on until they are closed.
  return isKept ? DEAD_LATENT : DEAD;
}

/** As bad as the worst of the dead values that it holds; a place that is merely gone is missed when it is read anew. */
function severityOfPlace(graph: AccessGraph, place: number, beginning: Beginning): number {
  let worst = UNHARMED;
  for (let r = graph.starts[place]!; r < graph.starts[place + 1]!; r++) {
    const value = graph.targets[r]!;
    if (!beginning.dead.has(value) || !empties(graph, r, beginning.bound)) continue;
    const severity = severityOfDeath(graph, value, beginning);
    if (severity === DEAD) return DEAD;
    worst = Math.max(worst, severity);
  }
  return worst === UNHARMED ? DEAD_LATENT : worst;
}

/** A session is taken again while what it was minted from lives. Where that is not known: lo hopes, hi does not. */
function severityOfCutSession(
  graph: AccessGraph,
  session: number,
  { dead, bound }: { dead: ReadonlyMap<number, Death>; bound: 'lo' | 'hi' },
): number {
  let isMinterKnown = false;
  for (let k = graph.inStarts[session]!; k < graph.inStarts[session + 1]!; k++) {
    const r = graph.inRelationships[k]!;
    if (relationshipKindAt(graph, r) !== 'MINTED') continue;
    const minter = graph.sources[r]!;
    if (!dead.has(minter) && !graph.over[minter]) return INTERRUPTED;
    isMinterKnown = true;
  }
  return isMinterKnown || bound === 'hi' ? DEAD : INTERRUPTED;
}

interface Due {
  readonly failure: Failure;
  readonly entity: number;
  readonly severity: number;
}

/** Failures by severity at the dependent, worst first, then by depth. Nothing is added above what is being drained. */
function createQueue(graph: AccessGraph, bound: 'lo' | 'hi') {
  const due: Due[][][] = Array.from({ length: DEAD + 1 }, () => []);
  return {
    add(failure: Failure): void {
      const { relationship, depth } = failure;
      const ends = endsOf(graph, relationship);
      const entity = failure.dependent ?? ends.dependent;
      const dependent = entityKindAt(graph, entity);
      const on = failure.dependent === undefined ? entityKindAt(graph, ends.on) : undefined;
      if (isProof(dependent) || (bound === 'lo' && !isDefinite(graph, relationship))) return;
      const severity = severityAt({ kind: relationshipKindAt(graph, relationship), dependent, on, cause: failure.severity });
      if (severity === UNHARMED) return;
      const byDepth = due[severity]!;
      byDepth[depth] ??= [];
      byDepth[depth].push({ failure, entity, severity });
    },
    *drain(): Generator<Due> {
      for (let severity = DEAD; severity > UNHARMED; severity--) {
        const byDepth = due[severity]!;
        for (let depth = 0; depth < byDepth.length; depth++) {
          const now = byDepth[depth];
          if (now) yield* now;
        }
      }
    },
  };
}
