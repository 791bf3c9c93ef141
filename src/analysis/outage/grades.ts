/**
 * How a break shows at the thing that depends. Severities fall along every chain, which is what makes the worst grade of each thing
 * computable in one pass from the worst down:
 *
 *     dead (proofs, identities, places) > down > blocked > latent > interrupted > degraded
 */
import type { EntityKind, RelationshipKind } from '../../model/kinds.ts';
import { ruleOf } from '../../model/kinds.ts';
import type { Grade } from '../../model/plan.ts';

/** Of a place or a password that is gone while those who have taken it work on: a cause only, never a grade. */
export const DEAD_LATENT = 7;
export const DEAD = 6;
export const DOWN = 5;
export const BLOCKED = 4;
export const LATENT = 3;
export const INTERRUPTED = 2;
export const DEGRADED = 1;
export const UNHARMED = 0;

const GRADE_BY_SEVERITY = ['degraded', 'interrupted', 'latent', 'blocked', 'down'] as const satisfies readonly Grade[];
/** Of a severity from DEGRADED to DOWN. */
export const gradeOf = (severity: number): Grade => GRADE_BY_SEVERITY[severity - 1] as Grade;

export interface Dependence {
  readonly kind: RelationshipKind;
  readonly dependent: EntityKind;
  /** What it depends on, unless that is a right. */
  readonly on: EntityKind | undefined;
  /** Severity of what it depends on. */
  readonly cause: number;
}

/**
 * | cause | at a Pipeline | elsewhere | since |
 * |---|---|---|---|
 * | dead, down | blocked | down | a pipeline runs now and then: its next run fails; a workload needs it all the time |
 * | latent | latent | latent | it breaks when its cause does |
 * | latent death (a place, a password) | blocked | latent | every run takes it anew; what runs has it already |
 * | interrupted | interrupted | interrupted | it recovers with its cause |
 * | degraded | | | a thing that works, but cannot be changed, serves as before |
 *
 * What a Pipeline makes is still there when it breaks, but no longer renewed: whoever depends on it, other than a Pipeline, is
 * `degraded`, and not even that where the pipeline recovers. By DEPLOYS it is the same, as the table of kinds says.
 *
 * A worse cause never harms less, so that an outage never shrinks when more dies.
 */
export function severityAt({ kind, dependent, on, cause }: Dependence): number {
  if (cause <= DEGRADED) return UNHARMED;
  const isProduct = on === 'Pipeline' && cause <= BLOCKED && dependent !== 'Pipeline';
  if (isProduct || ruleOf(kind).depends?.grade === 'degraded') return cause === INTERRUPTED ? UNHARMED : DEGRADED;
  if (cause === DEAD_LATENT) return dependent === 'Pipeline' ? BLOCKED : LATENT;
  if (cause <= LATENT) return cause;
  return dependent === 'Pipeline' ? BLOCKED : DOWN;
}
