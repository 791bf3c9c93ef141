import type { PlanStep, StepRecord, StepState } from './plan.ts';

type Recorded = Pick<StepRecord, 'state' | 'preImage'>;

/** Irreversible: nothing was saved by which it could come back, or there is no inverse, whatever was saved for its probe. */
export const isFinal = ({ reversibility, commands }: PlanStep, record: Recorded | undefined): boolean =>
  reversibility === 'R2' && (record?.preImage === undefined || commands.inverse === '');

/** Called, and not seen to have done nothing. */
const MAY_HAVE_HAPPENED: readonly StepState[] = ['requested', 'accepted', 'propagating', 'effective', 'partial'];

/**
 * The step, of all of a plan, that has deleted for good (or may have) what this one acts on, or what it issues or hands out a replacement
 * of; undefined where none has. What depended on the old one has nothing but the new one then.
 */
export function deletionOf(
  step: PlanStep,
  steps: readonly PlanStep[],
  recordOf: (id: string) => Recorded | undefined,
): PlanStep | undefined {
  const gone = isPreparation(step) ? (step.for ?? step.target) : step.target;
  return steps.find((other) => {
    const record = recordOf(other.id);
    if (other === step || other.action !== 'delete' || other.target !== gone || !record) return false;
    return MAY_HAVE_HAPPENED.includes(record.state) && isFinal(other, record);
  });
}

/** Makes or hands out what takes the place of a credential. */
export const isPreparation = ({ action }: Pick<PlanStep, 'action'>): boolean => action === 'issue' || action === 'distribute';
