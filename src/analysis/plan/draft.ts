import type { AccessGraph } from '../../graph/access-graph.ts';
import { entityKindAt } from '../../graph/access-graph.ts';
import { identitiesOf, isProof } from './footholds.ts';
import type { Control, Draft, PlanInput } from './input.ts';
import { keptOpenBy } from './outage.ts';
import { stepId } from './step-id.ts';
import { systemOf } from './steps/index.ts';
import type { Subject } from './steps/subject.ts';

export interface DraftParts
  extends Partial<
    Pick<Draft, 'for' | 'forConsumers' | 'cuts' | 'kills' | 'releases' | 'removes' | 'needs' | 'after' | 'notBefore' | 'residual'>
  > {
  readonly target: number;
  readonly control: Control;
  readonly why: string;
  /** Tells two steps of one action on one target apart. */
  readonly purpose?: string;
}

/** People who must agree to what cannot be undone. */
const APPROVALS_FOR_R2 = 2;

export function draftOf({ graph, connectorOf }: Pick<PlanInput, 'graph' | 'connectorOf'>, parts: DraftParts): Draft {
  const { target, control, why, purpose, for: serves, ...rest } = parts;
  const key = graph.keys[target]!;
  const served = serves === undefined ? '' : graph.keys[serves]!;
  return {
    ...control,
    id: stepId(control.action, key, `${served}\n${purpose ?? rest.forConsumers?.join('\n') ?? ''}`),
    target,
    ...(serves !== undefined && { for: serves }),
    lane: laneOf(key),
    connector: connectorOf(key, control),
    kills: [],
    keptOpen: keptOpenBy({ key, ...control }, parts.kills ?? []),
    releases: [],
    removes: [],
    needs: [],
    after: [],
    notBefore: [],
    residual: [],
    ...rest,
    cuts: (rest.cuts ?? []).filter((r) => graph.keys[graph.targets[r]!]!.startsWith(control.endsWithin ?? '')),
    approvals: control.reversibility === 'R2' ? APPROVALS_FOR_R2 : 0,
    why,
  };
}

/** One system works through its steps one by one; two databases are two systems. The same whether or not an enforcer is configured. */
const laneOf = (key: string): string => /^(?:postgres|k8s):[^/]+/.exec(key)?.[0] ?? systemOf(key).name;

export function subjectOf({ graph, facts }: Pick<PlanInput, 'graph' | 'facts'>, entity: number): Subject {
  const key = graph.keys[entity]!;
  return {
    key,
    kind: entityKindAt(graph, entity),
    entity: facts.entity(key),
    identities: isProof(graph, entity) ? keysOf(graph, identitiesOf(graph, entity)) : [],
  };
}

export const keysOf = (graph: AccessGraph, entities: readonly number[]): string[] =>
  entities.map((one) => graph.keys[one]!).sort();
