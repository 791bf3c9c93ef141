import type { KubernetesStep } from '../../model/kubernetes-actions.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { EnforcerContext } from '../../ports/enforcer.ts';
import type { StepHandling } from '../step/handling.ts';
import type { Cluster } from './cluster.ts';

/** One call of the enforcer on one cluster. */
export interface Work<S> {
  readonly step: S;
  readonly planned: PlanStep;
  readonly cluster: Cluster;
  readonly context: EnforcerContext;
  /** Uids that this process deleted, by idempotency key and path: lost with it. */
  readonly deleted: Map<string, string>;
}

/** How the steps of one control are carried out. */
export type Handling<S extends KubernetesStep> = StepHandling<Work<S>>;
