/**
 * The incident page: what the subjects could reach, what they did, what they made, what of it lives, who breaks when it is cut, and
 * what to do now. Pure and read-only: one plan, one reach and one outage.
 */
import type { AccessGraph } from '../graph/access-graph.ts';
import { entityKindAt, nameAt, tierAt } from '../graph/access-graph.ts';
import { preferredPath } from '../graph/paths.ts';
import type { RelationshipName, Time } from '../model/entity.ts';
import { type EntityKind, type Level, type Tier, WEIGHED_KINDS } from '../model/kinds.ts';
import type { Bounds, Grade, Plan, StepCommands } from '../model/plan.ts';
import { attackReach, type KindCounts, type ReachItem } from './attack-reach.ts';
import { type Created, createdBy } from './incident/created.ts';
import { type UsedFrom, usedFrom } from './incident/used-from.ts';
import { footholds as footholdsOf } from './plan/footholds.ts';
import type { PlanInput } from './plan/input.ts';
import { fencesOf } from './plan/lower-rungs.ts';
import { outageOf } from './plan/outage.ts';
import { revocationPlan } from './plan/revocation-plan.ts';
import { touches } from './plan/touched.ts';
import { effectsOf } from './plan/what-if.ts';

export interface IncidentInput extends Omit<PlanInput, 'mode' | 'since' | 'targets'> {
  readonly subjects: readonly string[];
  readonly since: Time;
}

export interface IncidentSubject {
  readonly key: string;
  readonly kind: EntityKind;
  readonly name: string;
  readonly state: string;
  readonly owner: string | null;
  readonly contact: string | null;
}

export interface CouldReachItem {
  readonly key: string;
  readonly kind: EntityKind;
  readonly tier: Tier | null;
  readonly level: Level;
  readonly certainty: ReachItem['certainty'];
  readonly path: readonly RelationshipName[];
}

export interface DidTouchItem {
  readonly key: string;
  readonly kind: EntityKind;
  readonly tier: Tier | null;
  readonly by: string;
  readonly actions: readonly string[];
  readonly lastUsed: Time | null;
}

export interface BrokenItem {
  readonly key: string;
  readonly grade: Grade;
  /** `lo`: for certain, as far as the evidence goes. */
  readonly bound: 'lo' | 'hi';
  readonly owner: string | null;
  readonly contact: string | null;
}

export interface Fence {
  readonly target: string;
  readonly networks: readonly string[];
  readonly commands: StepCommands;
}

export interface Incident {
  readonly subjects: readonly string[];
  readonly who: readonly IncidentSubject[];
  readonly since: Time;
  readonly at: Time;
  readonly couldReach: {
    readonly counts: Bounds<KindCounts>;
    readonly weight: Bounds<number>;
    readonly share: Bounds<number>;
    readonly top: readonly CouldReachItem[];
    /** Data, secrets and whatever is of tier 0, the ones beyond `top` included. */
    readonly total: number;
  };
  readonly didTouch: readonly DidTouchItem[];
  readonly usedFrom: readonly UsedFrom[];
  readonly created: readonly Created[];
  /** Null: until somebody ends it. */
  readonly aliveUntil: readonly { readonly key: string; readonly until: Time | null }[];
  readonly breaks: readonly BrokenItem[];
  /** Instead of the cut, where cutting breaks too much: empty where the legitimate networks are not known. */
  readonly fence: readonly Fence[];
  readonly plan: Plan;
}

const MOST_TOP = 8;

/** Throws UnknownEntityError for a subject that the graph does not hold. */
export function incident(input: IncidentInput): Incident {
  const { graph, since, facts, subjects } = input;
  const question: PlanInput = { ...input, targets: subjects, mode: 'contain' };
  const footholds = footholdsOf(graph, subjects, { since, facts });
  const held = [...footholds.joined];
  const plan = revocationPlan(question);
  return {
    subjects: footholds.targets.map((one) => graph.keys[one]!),
    who: footholds.targets.map((one) => subjectAt(input, one)),
    since,
    at: input.now,
    couldReach: couldReach(input, footholds.targets, held),
    didTouch: didTouch(input, held),
    usedFrom: usedFrom(input, held),
    created: createdBy(graph, { footholds, since, facts }),
    aliveUntil: footholds.held
      .filter((one) => !graph.over[one])
      .map((one) => ({ key: graph.keys[one]!, until: facts.entity(graph.keys[one]!)?.expiresAt ?? null })),
    breaks: breaksOf(input, plan),
    fence: fencesOf(question, footholds.targets).map(({ target, parameters, commands }) => ({
      target: graph.keys[target]!,
      networks: (parameters['networks'] ?? []) as readonly string[],
      commands,
    })),
    plan,
  };
}

/** Paths begin at a subject where one does; else at what it minted. */
function couldReach(
  { graph, weights }: IncidentInput,
  subjects: readonly number[],
  held: readonly number[],
): Incident['couldReach'] {
  const { counts, weight, share, items } = attackReach(graph, held, { weights });
  const isWeighed = (kind: EntityKind): boolean => (WEIGHED_KINDS as readonly EntityKind[]).includes(kind);
  // Somebody may have said of an identity that it is among what counts most: a user of a database that was not collected.
  const weighed = items.filter(({ kind, tier }) => isWeighed(kind) || tier === 0);
  const pathFrom = (to: number, level: Level): number[] => {
    const path = shortestFrom(graph, subjects, { to, level });
    return path.length > 0 ? path : shortestFrom(graph, held, { to, level });
  };
  const top = weighed.slice(0, MOST_TOP).map(({ key, kind, tier, level, certainty }) => ({
    key,
    kind,
    tier,
    level,
    certainty,
    path: pathFrom(graph.indexOf(key)!, level).map((r) => nameAt(graph, r)),
  }));
  return { counts, weight, share, top, total: weighed.length };
}

function shortestFrom(graph: AccessGraph, held: readonly number[], { to, level }: { to: number; level: Level }): number[] {
  const paths = held.flatMap((from) => {
    const path = preferredPath(graph, from, to, level);
    return path ? [path] : [];
  });
  const guesses = (path: readonly number[]): number => path.reduce((sum, r) => sum + graph.certainties[r]!, 0);
  return paths.sort((a, b) => guesses(a) - guesses(b) || a.length - b.length)[0] ?? [];
}

function didTouch({ graph, since, facts }: IncidentInput, held: readonly number[]): DidTouchItem[] {
  return touches(graph, { held, since, facts })
    .map(({ actor, thing, actions, lastUsed }) => ({
      key: graph.keys[thing]!,
      kind: entityKindAt(graph, thing),
      tier: tierAt(graph, thing) ?? null,
      by: graph.keys[actor]!,
      actions: [...actions].sort(),
      lastUsed: lastUsed ?? null,
    }))
    .sort(
      (a, b) => (a.tier ?? 4) - (b.tier ?? 4) || ((a.lastUsed ?? '') > (b.lastUsed ?? '') ? -1 : 1) || (a.key < b.key ? -1 : 1),
    );
}

/** What the plan as a whole stops, with whom to call. */
function breaksOf(input: IncidentInput, plan: Plan): BrokenItem[] {
  const steps = plan.waves.flatMap((wave) => wave.steps);
  return outageOf(input.graph, effectsOf(input.graph, plan, steps)).items.map(({ key, grade, bound, owners }) => {
    const owner = owners[0] ?? input.facts.entity(key)?.owner ?? null;
    return { key, grade, bound, owner, contact: contactOf(input, owner) };
  });
}

function subjectAt(input: IncidentInput, subject: number): IncidentSubject {
  const { graph, facts } = input;
  const key = graph.keys[subject]!;
  const entity = facts.entity(key);
  const owned = [...ownersAt(graph, subject)][0] ?? entity?.owner ?? null;
  return {
    key,
    kind: entityKindAt(graph, subject),
    name: entity?.name ?? key,
    state: entity?.state ?? 'unknown',
    owner: owned,
    contact: contactOf(input, owned),
  };
}

function* ownersAt(graph: AccessGraph, entity: number): Generator<string> {
  for (let r = graph.starts[entity]!; r < graph.starts[entity + 1]!; r++) {
    const { kind, target } = nameAt(graph, r);
    if (kind === 'OWNED_BY') yield target;
  }
}

/** How the owner wants to be reached, where a source says so. */
function contactOf({ facts }: IncidentInput, owner: string | null): string | null {
  const properties = owner === null ? undefined : facts.entity(owner)?.properties;
  for (const name of ['contact', 'email', 'slack', 'pager']) {
    const value = properties?.[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
