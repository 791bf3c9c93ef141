/** What a plan is made from, and the words that its parts share. */
import type { AccessGraph } from '../../graph/access-graph.ts';
import type { Entity, Relationship, RelationshipName, Time } from '../../model/entity.ts';
import type { Action, Mode, Reversibility, SplitRights, StepCommands, StepParameters } from '../../model/plan.ts';
import type { Weights } from '../../model/weights.ts';
import type { Lifeline } from './lifeline.ts';

/** What the graph does not hold. Both may answer undefined: a plan is made from what is known. */
export interface PlanFacts {
  entity(key: string): Entity | undefined;
  relationship?(name: RelationshipName): Pick<Relationship, 'firstSeen' | 'lastUsed' | 'properties'> | undefined;
}

export interface PlanInput {
  readonly id: string;
  readonly graph: AccessGraph;
  /** Keys of credentials, sessions and identities. */
  readonly targets: readonly string[];
  readonly mode: Mode;
  /** Begin of the incident; without it everything that the targets minted is theirs, and the attacker starts now. */
  readonly since?: Time;
  /** `down`: how many things may stop (lower bound). Absent: no limit. All of them are part of the hash. */
  readonly budgets: Readonly<Record<string, number>>;
  /** Things that may stop for certain without two people agreeing: the configured budget. No part of the hash. Absent: no limit. */
  readonly downBudget?: number;
  readonly weights: Weights;
  readonly now: Time;
  readonly generation: number;
  /** The configured enforcer that takes such a step on a key, or `manual`. */
  readonly connectorOf: (key: string, control: Pick<Control, 'action' | 'byHand'>) => string;
  readonly facts: PlanFacts;
  /** Configured budgets, of which those who must agree depend; no part of the hash. Absent: no limit. */
  readonly limits?: Limits;
  /** How sure it is who made the uses of a proof that are new since then, 0 … 1; undefined: none was seen, or nobody looked. */
  readonly attributionOf?: (proof: number, since: Time) => number | undefined;
  /** What no step may take away; none is known unless given. */
  readonly lifeline?: Lifeline;
  /** Mean time of one hop of the attacker; one minute unless given. */
  readonly hopMs?: number;
  /** `retire`: each consumer of a credential gets one of its own. */
  readonly split?: SplitQuestion;
}

export interface SplitQuestion {
  readonly rights: SplitRights;
  /** In which uses were looked for. */
  readonly window: { readonly end: Time; readonly days: number };
  /** Who consumes a credential, and how surely. */
  readonly consumersOf: (credential: number) => readonly LikelyConsumer[];
}

export interface LikelyConsumer {
  readonly key: string;
  /** That it is a consumer. */
  readonly probability: number;
  readonly isAbleOnly: boolean;
  readonly evidence: readonly string[];
  /** Whose use can hardly be anybody else's. */
  readonly origins: readonly string[];
}

/** Above these more people must agree. */
export interface Limits {
  /** Things of tier 0 that may break for certain. */
  readonly tier0?: number;
  /** Steps that cannot be undone: two people agree to any, three to more than this; 0: two always suffice. */
  readonly irreversible?: number;
  readonly ambiguityBits?: number;
  /** Doubt about who used a credential, in bits. */
  readonly doubtOf?: (credential: number) => number;
}

/** What one system can do to one thing: everything about a step but its place in the plan. */
export interface Control {
  readonly action: Action;
  readonly parameters: StepParameters;
  readonly reversibility: Reversibility;
  readonly commands: StepCommands;
  /** What shows that it is effective, in words. */
  readonly probe: string;
  /** One call or one act of a person. */
  readonly callMs: number;
  /** From the call until a probe can see the effect. */
  readonly settleMs: number;
  /** No enforcer carries it out, whichever is configured. */
  readonly byHand?: true;
  /** Of what spreads from its target, it ends only what goes to keys that begin so: the rest is elsewhere, and stays. */
  readonly endsWithin?: string;
  /** It ends its target for everybody, not only for those whom the step is for. */
  readonly endsTarget?: true;
}

/** A step before it has its wave and its figures. Entities and relationships are indices. */
export interface Draft extends Control {
  readonly id: string;
  readonly target: number;
  readonly for?: number;
  /** Keys of the consumers that it serves, where not all get the same. */
  readonly forConsumers?: readonly string[];
  /** Steps of one lane run one after another. */
  readonly lane: string;
  readonly connector: string;
  readonly cuts: readonly number[];
  /** What the step ends: proofs and identities that serve their consumers no more. */
  readonly kills: readonly number[];
  /** Of `kills`: whose open connections the step leaves alone. */
  readonly keptOpen: readonly number[];
  /** Of `cuts`: rights that somebody was perhaps seen using. */
  readonly removes: readonly number[];
  /** Dependences that end well: their consumers have moved on. */
  readonly releases: readonly number[];
  /** Effective in an earlier wave. */
  readonly needs: readonly string[];
  /** In an earlier wave, though not needed for it. */
  readonly after: readonly string[];
  /** In the same wave or an earlier one. */
  readonly notBefore: readonly string[];
  /** Sessions that outlive it. */
  readonly residual: readonly number[];
  readonly approvals: number;
  /** Its refusal does not stop the plan. */
  readonly continue?: true;
  readonly why: string;
}
