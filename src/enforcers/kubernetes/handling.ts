import type { KubernetesStep } from '../../model/kubernetes-actions.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Applied, EnforcerContext, Preflight, Probed } from '../../ports/enforcer.ts';
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
export interface Handling<S extends KubernetesStep> {
  preflight(work: Work<S>): Promise<Preflight>;
  apply(work: Work<S>): Promise<Applied>;
  probe(work: Work<S>): Promise<Probed>;
  /** `preImage`: as `preflight` told it. Absent where nothing brings it back. */
  undo?(work: Work<S>, preImage: string): Promise<Applied>;
}

export const refused = (...refusals: readonly string[]): Preflight => ({ refusals, preImage: '', preexisting: false });
