/** The revocation plan and the life of its steps. Names and shapes are the contract of the CLI's JSON and of GraphQL. */
import type { RelationshipName, Time } from './entity.ts';

export const MODES = ['contain', 'retire'] as const;
export type Mode = (typeof MODES)[number];

/** What the credentials may do that a shared one is split into: what each consumer was seen using, or all that the shared one may. */
export const SPLIT_RIGHTS = ['seen', 'same'] as const;
export type SplitRights = (typeof SPLIT_RIGHTS)[number];

/** The ladder, least first. */
export const RUNGS = ['notify', 'step-up', 'shorten', 'reduce', 'block', 'quarantine', 'rotate', 'revoke'] as const;
/** Parts of a rung. */
export const PARTS = ['save', 'issue', 'distribute', 'confirm', 'disable', 'soak', 'delete', 'detach'] as const;
export const ACTIONS = [...RUNGS, ...PARTS] as const;
export type Action = (typeof ACTIONS)[number];

/** R0 reversible · R1 with a saved pre-image · R2 irreversible · R! undoing re-arms the attacker. */
export const REVERSIBILITIES = ['R0', 'R1', 'R2', 'R!'] as const;
export type Reversibility = (typeof REVERSIBILITIES)[number];

export const GRADES = ['down', 'latent', 'blocked', 'interrupted', 'degraded'] as const;
export type Grade = (typeof GRADES)[number];
export type OutageCounts = Readonly<Record<Grade, number>>;

export interface Bounds<T> {
  readonly lo: T;
  readonly hi: T;
}

export interface StepCommands {
  /** Literal provider command, to be pasted. */
  readonly apply: string;
  /** Empty where nothing brings it back. */
  readonly inverse: string;
  readonly probe: string;
}

/** What a connector reads; each action documents its own. Never a secret. */
export type StepParameters = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface PlanStep {
  /** Stable within the same question: derived from target, action and purpose. */
  readonly id: string;
  readonly target: string;
  /** The credential that a preparation serves. */
  readonly for?: string;
  /** The consumers that it serves, where a shared credential is split: others get another one. */
  readonly forConsumers?: readonly string[];
  readonly action: Action;
  readonly parameters: StepParameters;
  /** The configured enforcer's name, or `manual`. */
  readonly connector: string;
  readonly reversibility: Reversibility;
  readonly needs: readonly string[];
  readonly cuts: readonly RelationshipName[];
  readonly reachAfter: Bounds<number>;
  readonly outageAfter: Bounds<OutageCounts>;
  readonly startsAt: Time;
  readonly effectiveBy: Time;
  readonly residualUntil: Time | null;
  /** What shows that it is effective, in words. */
  readonly probe: string;
  /** Distinct people. */
  readonly approvals: number;
  readonly commands: StepCommands;
  readonly why: string;
  /** Its refusal or failure does not stop the plan. */
  readonly continue?: true;
}

export interface Wave {
  readonly steps: readonly PlanStep[];
}

export interface TradeoffPoint {
  readonly steps: readonly string[];
  readonly reach: Bounds<number>;
  readonly outage: Bounds<OutageCounts>;
  readonly recommended: boolean;
  /** Of the recommended one. */
  readonly why?: string;
  /** A lower rung instead of one of the plan's steps: `steps` names it, and the plan does not hold it. */
  readonly alternative?: TradeoffAlternative;
}

export interface TradeoffAlternative {
  readonly id: string;
  /** The step that it stands for. */
  readonly instead: string;
  readonly target: string;
  readonly action: Action;
  readonly commands: StepCommands;
  readonly why: string;
}

export interface Refusal {
  readonly target: string;
  readonly rule: string;
  readonly reason: string;
}

export interface Plan {
  readonly id: string;
  readonly hash: string;
  readonly mode: Mode;
  readonly targets: readonly string[];
  readonly since?: Time;
  /** `retire`: each consumer gets a credential of its own. */
  readonly split?: SplitRights;
  readonly budgets: Readonly<Record<string, number>>;
  readonly createdAt: Time;
  readonly generation: number;
  readonly waves: readonly Wave[];
  readonly tradeoff: readonly TradeoffPoint[];
  readonly refusals: readonly Refusal[];
  /** What cannot be undone any more, in words: reached before the first step can act. */
  readonly assumeTaken?: readonly string[];
  /** Whether the order holds for an attacker five times faster or slower. */
  readonly sensitivity?: string;
}

export const STEP_STATES = [
  'planned',
  'approved',
  'requested',
  'accepted',
  'propagating',
  'effective',
  'partial',
  'refused',
  'failed',
  'skipped',
  'undone',
] as const;
export type StepState = (typeof STEP_STATES)[number];

export interface StepRecord {
  readonly plan: string;
  readonly step: string;
  readonly state: StepState;
  readonly attempts: number;
  /** The same for every try of this step: what providers are told, and what the ledger joins on. */
  readonly idempotencyKey: string;
  /** Sealed (AES-256-GCM); never returned by the API. */
  readonly preImage?: string;
  readonly evidence: readonly string[];
  /** When its last call was about to be made. */
  readonly requestedAt?: Time;
  /** What its own work is known again by at its target: ids, versions, times; never a secret. */
  readonly traces?: readonly string[];
  readonly residualUntil?: Time;
  /** Between the call and its proof: when it must be seen, by what its provider promises. */
  readonly effectiveBy?: Time;
  /** Who answers for the target, as the graph said when the step was admitted. */
  readonly owner?: string;
  /** The control was there, and somebody has removed it. */
  readonly drift?: Drift;
  readonly updatedAt: Time;
}

export interface Drift {
  readonly since: Time;
  readonly evidence: readonly string[];
}

export const PLAN_STATES = ['draft', 'approved', 'running', 'done', 'partial', 'stopped', 'undone'] as const;
export type PlanState = (typeof PLAN_STATES)[number];

export interface Approval {
  readonly plan: string;
  /** Approvals are bound to the plan's hash. */
  readonly hash: string;
  readonly by: string;
  readonly at: Time;
  readonly expiresAt: Time;
}

export interface StoredPlan {
  readonly plan: Plan;
  readonly state: PlanState;
  readonly requestedBy: string;
  readonly approvals: readonly Approval[];
  readonly steps: readonly StepRecord[];
}

/** A reversible control, owned by one incident (a plan). The last holder released restores the pre-image. */
export interface Hold {
  readonly id: string;
  readonly target: string;
  /** What is held, such as `login`, `connection-limit`. */
  readonly control: string;
  readonly holder: string;
  readonly step: string;
  readonly since: Time;
  readonly expires: Time | null;
  /** True when the control was already in place before us: never restored by us. */
  readonly preexisting: boolean;
  /** Sealed; kept on the first hold of (target, control). */
  readonly preImage?: string;
  /** Expired, but lifting it would re-arm whoever holds what was minted: it stays until a person lifts it, or it is safe. */
  readonly due?: Time;
  readonly released?: Time;
}
