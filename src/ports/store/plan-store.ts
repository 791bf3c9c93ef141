import type { Time } from '../../model/entity.ts';
import type { LedgerDraft } from '../../model/ledger.ts';
import type { Approval, Hold, Plan, PlanState, StepRecord, StepState, StoredPlan } from '../../model/plan.ts';

export interface StepTransition {
  readonly record: StepRecord;
  /** The states it may come from; otherwise nothing happens and the answer is false. */
  readonly from: readonly StepState[];
  readonly ledger: readonly LedgerDraft[];
  /** Placed with the transition, so that an intent and its hold are one. */
  readonly hold?: Hold;
}

/** Plans, how far each step is, and which controls are held. */
export interface PlanStore {
  savePlan(plan: Plan, requestedBy: string, ledger: LedgerDraft): Promise<void>;
  plan(id: string): Promise<StoredPlan | undefined>;
  plans(limit: number): Promise<StoredPlan[]>;
  setPlanState(plan: string, state: PlanState): Promise<void>;
  approve(approval: Approval, ledger: LedgerDraft): Promise<void>;
  /** False when this person had not approved the plan: then nothing happens. */
  withdrawApproval(plan: string, by: string, ledger: LedgerDraft): Promise<boolean>;
  moveStep(transition: StepTransition): Promise<boolean>;
  /** Each by itself as moveStep; all that move, move at once. Steps of one plan, each once. */
  moveSteps(transitions: readonly StepTransition[]): Promise<boolean[]>;
  /** Plans of which some step is in one of these states, by id. */
  plansWithSteps(states: readonly StepState[]): Promise<string[]>;
  /**
   * Steps of other plans that count against budgets of actions, by owner: called at or after a time, or approved since and about to be called.
   */
  actionsSince(at: Time, exceptPlan: string): Promise<{ readonly owner: string | null; readonly actions: number }[]>;
  holds(filter?: {
    readonly id?: string;
    readonly target?: string;
    readonly control?: string;
    readonly holder?: string;
    readonly open?: boolean;
  }): Promise<Hold[]>;
  /** Of a hold that is open: another end, or that it is due. False when it is not open. */
  changeHold(id: string, change: Pick<Hold, 'expires'> | Pick<Hold, 'due'>, ledger: LedgerDraft): Promise<boolean>;
  /** Marks it released. Returns the holds of the same target and control that are still open. */
  releaseHold(id: string, at: Time, ledger: LedgerDraft): Promise<Hold[]>;
  paused(): Promise<boolean>;
  setPaused(paused: boolean, ledger: LedgerDraft): Promise<void>;
}
