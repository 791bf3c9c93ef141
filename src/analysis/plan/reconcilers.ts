/**
 * Rule 4, its other half: what nobody means ill, and what puts back all the same what a step takes away (GitOps, infrastructure code,
 * operators). It is paused in the wave of the step.
 */
import { type AccessGraph, entityKindAt } from '../../graph/access-graph.ts';
import { draftOf, subjectOf } from './draft.ts';
import { isIdentity, sourcesBy } from './footholds.ts';
import type { Draft, PlanInput } from './input.ts';
import { pausing } from './steps/pausing.ts';

/** The steps, each not before what would put it back is paused, and the pauses. */
export function withReconcilersPaused(input: PlanInput, drafts: readonly Draft[]): Draft[] {
  const pauses = new Map<number, Draft>();
  const steps = drafts.map((draft) => {
    const others = draft.cuts.length === 0 && draft.kills.length === 0 ? [] : reconcilersOf(input.graph, draft.target);
    const mine = others.filter((one) => !drafts.some(({ kills }) => kills.includes(one)));
    for (const one of mine) if (!pauses.has(one)) pauses.set(one, pauseOf(input, one, draft.target));
    return mine.length === 0 ? draft : { ...draft, notBefore: [...draft.notBefore, ...mine.map((one) => pauses.get(one)!.id)] };
  });
  return [...steps, ...pauses.values()];
}

/**
 * Who deploys or defines the target, and of an identity: who deploys what runs as it where both come from one manifest, as in a cluster,
 * and the pipelines whose own identity was seen at work on it.
 */
function reconcilersOf(graph: AccessGraph, target: number): number[] {
  const found = new Set(deployersOf(graph, target));
  if (isIdentity(graph, target)) {
    const isOfCluster = graph.keys[target]!.startsWith('k8s:');
    const runners = sourcesBy(graph, target, ['RUNS_AS']).filter((one) => entityKindAt(graph, one) === 'Workload');
    for (const runner of isOfCluster ? runners : []) for (const one of deployersOf(graph, runner)) found.add(one);
    for (const actor of sourcesBy(graph, target, ['ACCESSED'])) {
      for (const one of sourcesBy(graph, actor, ['RUNS_AS'])) if (entityKindAt(graph, one) === 'Pipeline') found.add(one);
    }
  }
  return [...found].filter((one) => !graph.over[one]).sort((a, b) => (graph.keys[a]! < graph.keys[b]! ? -1 : 1));
}

const deployersOf = (graph: AccessGraph, target: number): number[] =>
  entityKindAt(graph, target) === 'Workload' || entityKindAt(graph, target) === 'Pipeline'
    ? sourcesBy(graph, target, ['DEPLOYS', 'DEFINES'])
    : [];

function pauseOf(input: PlanInput, reconciler: number, target: number): Draft {
  const { graph } = input;
  return draftOf(input, {
    target: reconciler,
    control: pausing(subjectOf(input, reconciler)),
    purpose: 'pause',
    why: `${graph.keys[reconciler]} makes or deploys what the plan changes (${graph.keys[target]}): while it runs it may put it back`,
  });
}
