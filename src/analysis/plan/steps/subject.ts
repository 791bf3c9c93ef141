import type { Entity } from '../../../model/entity.ts';
import type { EntityKind } from '../../../model/kinds.ts';
import type { Control } from '../input.ts';

/** A thing that a step acts on, as a system sees it. */
export interface Subject {
  readonly key: string;
  readonly kind: EntityKind;
  readonly entity: Entity | undefined;
  /** What a proof stands for, in the order of keys. */
  readonly identities: readonly string[];
}

/** Where a replacement has to go, and who has to be seen using it. */
export interface Replacement {
  readonly places: readonly string[];
  readonly consumers: readonly string[];
  /** Origins that no known workload explains. */
  readonly unexplained: readonly string[];
  /** Name of the identity that the new proof is for, where it is another one. */
  readonly issuedTo?: string;
  /** The new proofs are all of other identities: whoever used the old one has left its identity too. */
  readonly isElsewhere?: boolean;
}

/** A use that was seen: what `ACCESSED` says. */
export interface SeenUse {
  readonly thing: string;
  /** In the words of the log; empty where it says none. */
  readonly actions: readonly string[];
  readonly uses: number;
  readonly lastUsed?: string;
}

/** Some of the consumers of a shared proof, who get one of their own. */
export interface OwnProof {
  readonly consumers: readonly string[];
  /** What they were seen using, if the new proof is to do no more; absent: all that the shared one may. */
  readonly seen?: readonly SeenUse[];
}

export interface OwnIssue {
  readonly control: Control;
  /** Key of the identity that the new proof will stand for, by which its use is told from that of the others. */
  readonly identity?: string;
  /** The name of that, as its system has it. */
  readonly name?: string;
  /** What the new proof may do, and why that. */
  readonly rights: string;
  /** The rights come from the old identity, which has to stay. */
  readonly needsOld?: boolean;
  /** Its consumers need another name with the new value: a place gets both, or none. */
  readonly hasNewName?: boolean;
}

/** What one system can do. Undefined where it cannot. */
export interface System {
  /** Steps of one lane run one after another. */
  readonly name: string;
  /** Reads the state of the control before it is changed. */
  save(subject: Subject): Control | undefined;
  /** The main cut of `contain`: reversible where the system has such a control. */
  contain(subject: Subject): Control | undefined;
  /** Denies a whole identity: used when it can prove itself anew. */
  denyIdentity?(identity: Subject): Control | undefined;
  /**
   * Denies a whole identity by a control that nobody in the identity's own realm can lift, whatever rights it has there (AWS: a service
   * control policy of the organisation). Undefined where the system has none, where it does not bind this identity, or where nothing that was
   * collected shows that it is there: what would be refused is not proposed. The sessions of the identity are denied too.
   */
  outer?(identity: Subject, entityOf: (key: string) => Entity | undefined): Control | undefined;
  /** Ends the sessions of an identity that were issued before now. */
  endSessions?(session: Subject, identity: Subject): Control | undefined;
  /** Lets only these networks use the proof. */
  fence?(subject: Subject, networks: readonly string[]): Control | undefined;
  /** Takes the right to assume these roles from an identity. */
  denyAssume?(identity: Subject, roles: readonly string[]): Control | undefined;
  /** Takes from these (keys of principals, of external accounts, or of one OIDC subject) the right to assume a role, at the role itself. */
  untrust?(role: Subject, assumers: readonly string[]): Control | undefined;
  /**
   * Caps what an identity may do, live sessions too, at the least that the system offers without a policy of one's own (AWS: reading).
   * `seen`: all actions that it was seen doing, in the provider's words; undefined where the cap would stop one of them.
   */
  bound?(identity: Subject, seen: readonly string[]): Control | undefined;
  /** Gives proofs that are issued from now on the shortest life that the system has. */
  shorten?(subject: Subject): Control | undefined;
  issue(subject: Subject, replacement: Replacement): Control | undefined;
  /** A proof, and an identity where the system has such, of its own for some of the consumers. Undefined where there is none: by hand. */
  issueOwn?(subject: Subject, own: OwnProof): OwnIssue | undefined;
  distribute(subject: Subject, replacement: Replacement): Control;
  /**
   * Writes the new value of a credential into one place of this system, which held the old one: `action: 'distribute'`, with
   * `parameters.field` (which part of a NewCredential goes there; `value` unless the place is plainly for another part).
   * Undefined where no enforcer could; a person does it then. `hasNewName`: the user's name is written with it.
   */
  deliver?(place: Subject, credential: Subject, how?: { readonly hasNewName: boolean }): Control | undefined;
  confirm(subject: Subject, replacement: Replacement): Control;
  /** `replacement`: what was issued in its place, where somebody needs it. */
  disable(subject: Subject, replacement?: Replacement): Control | undefined;
  soak(subject: Subject): Control;
  delete(subject: Subject, replacement?: Replacement): Control | undefined;
  /** Its main cut ends the live sessions, which are evidence: they are saved before. */
  readonly endsSessions?: boolean;
  /** A replaced identity stays, as the group that carries the rights of its successor. */
  readonly carriesRights?: boolean;
  /** `issue` makes an identity of a new name: whoever gets the new proof needs that name too. */
  readonly issuesNewName?: boolean;
  /** How many live proofs of this kind an identity may have, inactive ones included. */
  readonly most?: (subject: Subject) => number | undefined;
}

export const SOAK_DAYS = 7;
