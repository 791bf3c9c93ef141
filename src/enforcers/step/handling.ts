import { RefusedError } from '../../model/errors.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { Applied, Enforcer, EnforcerContext, Preflight, Probed } from '../../ports/enforcer.ts';
import { orRefused } from './refused.ts';

/** How the steps of one control are carried out, where a system has many; `W`: one call of the enforcer, with its step. */
export interface StepHandling<W> {
  preflight(work: W): Promise<Preflight>;
  apply(work: W): Promise<Applied>;
  probe(work: W): Promise<Probed>;
  /** `preImage`: as `preflight` told it. Absent where nothing brings it back. */
  undo?(work: W, preImage: string): Promise<Applied>;
}

/** Makes the work of a step ready and finds its handling; what it throws keeps the step from being carried out. */
export type OnStep<W> = <T>(
  planned: PlanStep,
  context: EnforcerContext,
  use: (work: W, handling: StepHandling<W>) => Promise<T>,
) => Promise<T>;

/** An enforcer's methods, each of which leaves its step to the step's handling. */
export const byHandling = <W>(on: OnStep<W>): Pick<Enforcer, 'preflight' | 'apply' | 'probe' | 'undo'> => ({
  preflight: (planned, context) => orRefused(() => on(planned, context, (work, handling) => handling.preflight(work))),
  apply: (planned, context) => on(planned, context, (work, handling) => handling.apply(work)),
  probe: (planned, context) => on(planned, context, (work, handling) => handling.probe(work)),
  undo: (planned, preImage, context) =>
    on(planned, context, (work, handling) => {
      if (handling.undo) return handling.undo(work, preImage);
      throw new RefusedError(`step ${planned.id}: ${planned.action} of ${planned.target} cannot be undone`);
    }),
});
