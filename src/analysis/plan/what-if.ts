/** The figures of any set of a plan's steps that a person picks. */
import { type AccessGraph, entityKindAt, nameAt, relationshipIndex } from '../../graph/access-graph.ts';
import { deathBy } from '../../model/deaths.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Bounds, OutageCounts, Plan, PlanStep } from '../../model/plan.ts';
import type { Weights } from '../../model/weights.ts';
import { createFigures } from './figures.ts';
import { footholds as footholdsOf, identitiesOf, isProof, sourcesBy, targetsBy } from './footholds.ts';
import type { Draft, PlanFacts } from './input.ts';
import { type Harm, keptOpenBy } from './outage.ts';
import { dependenceOn } from './replacement.ts';

export interface WhatIfInput {
  readonly graph: AccessGraph;
  readonly weights: Weights;
  readonly facts: PlanFacts;
}

export interface WhatIf {
  readonly steps: readonly string[];
  readonly reach: Bounds<number>;
  readonly outage: Bounds<OutageCounts>;
}

/** Refuses ids that are not in the plan, and cuts that are no longer in the graph. */
export function whatIf({ graph, weights, facts }: WhatIfInput, plan: Plan, steps: readonly string[]): WhatIf {
  const all = new Map(plan.waves.flatMap((wave) => wave.steps).map((step) => [step.id, step]));
  const { held } = footholdsOf(graph, plan.targets, { since: plan.since, facts });
  const chosen = steps.map((id) => {
    const step = all.get(id);
    if (!step) throw new RefusedError(`plan ${plan.id}: no step ${id}; its steps are ${[...all.keys()].join(', ')}`);
    return step;
  });
  const [figures] = createFigures({ graph, held, weights }).of([effectsOf(graph, plan, chosen)]);
  return { steps: [...steps], reach: figures!.reach, outage: figures!.outage };
}

type Effect = Pick<Draft, 'cuts'> & Harm;

/** What some steps of a plan do to the graph, told from the plan alone. */
export function effectsOf(graph: AccessGraph, plan: Plan, steps: readonly PlanStep[]): Effect[] {
  const chosen = new Set(steps.map(({ id }) => id));
  const confirms = plan.waves.flatMap((wave) => wave.steps).filter(({ action }) => action === 'confirm');
  const confirmed = new Set(confirms.map(({ for: serves }) => serves));
  // Of a credential that is split each consumer is confirmed by itself.
  for (const { id, for: serves } of confirms) if (!chosen.has(id)) confirmed.delete(serves);
  const targets = plan.targets.flatMap((key) => graph.indexOf(key) ?? []);
  return steps.map((step) => effectOf(graph, step, { targets, isReplaced: confirmed.has(step.target) }));
}

const ENDS: ReadonlySet<string> = new Set(['quarantine', 'rotate', 'revoke', 'disable']);

function effectOf(
  graph: AccessGraph,
  step: PlanStep,
  { targets, isReplaced }: { targets: readonly number[]; isReplaced: boolean },
): Effect {
  const target = graph.indexOf(step.target);
  const cuts = step.cuts.map((name) => {
    const index = relationshipIndex(graph, name);
    if (index === undefined)
      throw new RefusedError(`step ${step.id}: ${name.source} ${name.kind} ${name.target} is gone; plan again`);
    return index;
  });
  if (target === undefined) throw new RefusedError(`step ${step.id}: ${step.target} is gone; plan again`);
  const ends = ENDS.has(step.action) || (step.action === 'block' && isProof(graph, target));
  const act = { ...step, key: step.target };
  const minted = deathBy(act).minted === 'gone' ? targetsBy(graph, target, ['MINTED']).filter((one) => !graph.over[one]) : [];
  const kills = ends ? [...new Set([...endedBy(graph, target, cuts), ...minted])] : [];
  return {
    cuts,
    kills,
    keptOpen: keptOpenBy(act, kills),
    removes: step.action === 'block' && !ends ? cuts.filter((r) => nameAt(graph, r).kind === 'CAN_ASSUME') : [],
    releases: isReplaced ? dependenceOn(graph, target, targets).releases : [],
  };
}

/** A session is cut with all sessions of its identity: the cutoff knows no names. */
function endedBy(graph: AccessGraph, target: number, cuts: readonly number[]): number[] {
  if (entityKindAt(graph, target) !== 'Session') return [target];
  const ended = new Set([target, ...cuts.map((r) => graph.sources[r]!)]);
  for (const identity of identitiesOf(graph, target)) {
    for (const one of sourcesBy(graph, identity, ['AUTHENTICATES_AS', 'ACTS_FOR'])) {
      if (entityKindAt(graph, one) === 'Session' && !graph.over[one]) ended.add(one);
    }
  }
  return [...ended];
}
