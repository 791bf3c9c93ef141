/**
 * What a plan has left of everything that comes from its targets:
 *
 *     identity ◄─AUTHENTICATES_AS─ proof ──MINTED──► session ──MINTED──► …
 *                                    ▲
 *                                    └─EXPOSES── place that holds a copy
 *
 * Each is dead, alive, or not known to be dead yet, until when. Linear in what is reached and its relationships.
 */
import { type AccessGraph, nameAt } from '../graph/access-graph.ts';
import { deathBy } from '../model/deaths.ts';
import type { Time } from '../model/entity.ts';
import type { PlanStep, StepRecord } from '../model/plan.ts';
import { relationshipId } from '../model/relationship-id.ts';
import { isCurrentPlace } from './outage/consumers.ts';
import { isIdentity, isProof, leavingOf, proofsOf, sourcesBy, targetsBy } from './plan/footholds.ts';
import type { PlanFacts } from './plan/input.ts';

export type Life = 'dead' | 'alive' | 'unknown';

export interface CascadeRow {
  /** The plan's target that it comes from. */
  readonly target: string;
  readonly key: string;
  readonly part: 'target' | 'proof' | 'derived' | 'copy';
  readonly life: Life;
  /** When it ends by itself, or when it will be known; null: nothing ends it, or nobody knows. */
  readonly until: Time | null;
  readonly because: string;
}

export interface CascadeQuestion {
  readonly graph: AccessGraph;
  readonly facts: PlanFacts;
  readonly targets: readonly string[];
  readonly steps: readonly PlanStep[];
  readonly records: ReadonlyMap<string, StepRecord>;
  readonly now: Time;
}

/** Rows by target, each with what comes from it, nearest first. Targets that the graph does not know have none. */
export function cascade(question: CascadeQuestion): CascadeRow[] {
  const { graph, targets } = question;
  const cuts: Cuts = { cuts: cutsOf(question), ends: endsOf(question) };
  return [...targets].sort().flatMap((target) => {
    const root = graph.indexOf(target);
    if (root === undefined) return [];
    return membersOf(graph, root).flatMap(([entity, part]) => rowsOf(question, cuts, { target, entity, part }));
  });
}

type Part = Exclude<CascadeRow['part'], 'copy'>;

/** The target, the proofs of an identity, and what they minted. */
function membersOf(graph: AccessGraph, root: number): [entity: number, part: Part][] {
  const parts = new Map<number, Part>([[root, 'target']]);
  if (isIdentity(graph, root)) for (const proof of proofsOf(graph, root)) parts.set(proof, 'proof');
  for (const [parent] of parts) {
    for (const child of targetsBy(graph, parent, ['MINTED'])) if (!parts.has(child)) parts.set(child, 'derived');
  }
  return [...parts];
}

interface Cut {
  readonly step: PlanStep;
  readonly life: 'dead' | 'unknown';
  readonly until: Time | null;
}

interface Cuts {
  /** By relationship. */
  readonly cuts: ReadonlyMap<string, Cut>;
  /** By target. */
  readonly ends: ReadonlyMap<string, Cut>;
}

/** What steps have cut, or are about to, by relationship; what is seen counts before what is on its way. */
function cutsOf({ steps, records }: CascadeQuestion): Map<string, Cut> {
  const cuts = new Map<string, Cut>();
  for (const step of steps) {
    const cut = cutBy(step, records.get(step.id));
    if (!cut) continue;
    for (const name of step.cuts) {
      const id = relationshipId(name);
      if (cuts.get(id)?.life !== 'dead') cuts.set(id, cut);
    }
  }
  return cuts;
}

function cutBy(step: PlanStep, record: StepRecord | undefined): Cut | undefined {
  const { state, residualUntil, effectiveBy, drift } = record ?? {};
  const waitsForPerson = state === 'accepted' && step.connector === 'manual';
  if (drift || waitsForPerson) return undefined;
  if (state === 'effective') return { step, life: 'dead', until: null };
  if (state === 'partial') return { step, life: 'unknown', until: residualUntil ?? null };
  if (state === 'accepted' || state === 'propagating') return { step, life: 'unknown', until: effectiveBy ?? null };
  return state === 'requested' ? { step, life: 'unknown', until: null } : undefined;
}

/** Steps that end their target, by it: what it minted dies with it, or lives on, as the table of deaths says. */
function endsOf({ steps, records }: CascadeQuestion): Map<string, Cut> {
  const ends = new Map<string, Cut>();
  for (const step of steps) {
    const cut = step.cuts.length > 0 ? cutBy(step, records.get(step.id)) : undefined;
    if (cut && ends.get(step.target)?.life !== 'dead') ends.set(step.target, cut);
  }
  return ends;
}

interface Member {
  readonly target: string;
  readonly entity: number;
  readonly part: Part;
}

function rowsOf(question: CascadeQuestion, cuts: Cuts, { target, entity, part }: Member): CascadeRow[] {
  const { graph } = question;
  const key = graph.keys[entity]!;
  const life = lifeOf(question, cuts, entity);
  const own: CascadeRow = { target, key, part, ...life };
  if (!isProof(graph, entity)) return [own];
  const copies = sourcesBy(graph, entity, ['EXPOSES']).filter((place) => holdsNow(graph, place, entity));
  const because = life.life === 'dead' ? `what it holds is worth nothing: ${key} is dead` : `it holds ${key}`;
  return [own, ...copies.map((place): CascadeRow => ({ ...own, key: graph.keys[place]!, part: 'copy', because }))];
}

function holdsNow(graph: AccessGraph, place: number, proof: number): boolean {
  for (let r = graph.starts[place]!; r < graph.starts[place + 1]!; r++) {
    if (graph.targets[r] === proof && (isCurrentPlace(graph, r) || graph.details.get(r)?.version !== 'previous')) return true;
  }
  return false;
}

type State = Pick<CascadeRow, 'life' | 'until' | 'because'>;

/** Dead is what is over, or from which nothing leads on any more. */
function lifeOf(question: CascadeQuestion, { cuts, ends }: Cuts, entity: number): State {
  const { graph, facts, now } = question;
  const { expiresAt, state } = facts.entity(graph.keys[entity]!) ?? {};
  if (expiresAt !== undefined && expiresAt <= now) return { life: 'dead', until: null, because: `it ended at ${expiresAt}` };
  if (graph.over[entity]) return { life: 'dead', until: null, because: `it was ${state ?? 'over'} when it was collected` };
  const until = expiresAt ?? null;
  const leaving = leavingOf(graph, entity).map((relationship) => relationshipId(nameAt(graph, relationship)));
  const found = leaving.map((id) => cuts.get(id));
  if (leaving.length === 0) return { life: 'unknown', until, because: 'no relationship shows what it gives' };
  const open = found.filter((cut) => cut === undefined).length;
  if (open > 0) {
    if (open === leaving.length) return mintedState(question, ends, { entity, until });
    return { life: 'alive', until, because: `${open} of the ${leaving.length} ways that it gives are open` };
  }
  const pending = found.find((cut) => cut?.life === 'unknown');
  if (pending) return { life: 'unknown', until: earlier(pending.until, until), because: `${saidOf(pending)} has yet to be seen` };
  return { life: 'dead', until: null, because: `${saidOf(found[0] as Cut)} was seen` };
}

/** Of what no step has cut itself: what the acts on its minters leave of it. */
function mintedState(
  { graph }: CascadeQuestion,
  ends: ReadonlyMap<string, Cut>,
  { entity, until }: { entity: number; until: Time | null },
): State {
  const found = sourcesBy(graph, entity, ['MINTED']).flatMap((minter) => ends.get(graph.keys[minter]!) ?? []);
  const rows = found.map((cut) => ({ cut, row: deathBy({ ...cut.step, key: cut.step.target }) }));
  const mortal = rows.find(({ row }) => row.minted === 'gone');
  if (mortal) {
    const { cut } = mortal;
    return cut.life === 'dead'
      ? { life: 'dead', until: null, because: `it died with what minted it: ${saidOf(cut)} was seen` }
      : {
          life: 'unknown',
          until: earlier(cut.until, until),
          because: `it dies with what minted it: ${saidOf(cut)} has yet to be seen`,
        };
  }
  const kept = rows[0];
  const because = kept ? `no step has cut it; ${saidOf(kept.cut)} leaves alive: ${kept.row.survives}` : 'no step has cut it';
  return { life: 'alive', until, because };
}

const saidOf = ({ step: { action, target } }: Cut): string => `${action} ${target}`;

const earlier = (one: Time | null, other: Time | null): Time | null =>
  one === null || (other !== null && other < one) ? other : one;
