/** What a row of the workload tables says. */
import type { ConditionClass } from '../../../model/kinds.ts';

export interface WorkloadPath {
  readonly id: string;
  readonly source: string;
  /** Config resource types. */
  readonly types: readonly string[];
  /** All of them, on the thing. */
  readonly actions: readonly string[];
  /** Needed besides: on a name of the caller's choice, on one of these, or on some collected thing of a type. */
  readonly also?: readonly Besides[];
  /** One of these lets the principal start what it changed. */
  readonly startedBy?: readonly string[];
  /** Needed first where the thing is stopped. */
  readonly startsFirst?: string;
  /** Works through the Systems Manager agent. */
  readonly agent?: true;
  /** What the configuration of the thing must say, or `else` must be held on it; where it says nothing, the text is a gate. */
  readonly setting?: Setting;
  readonly gate?: { readonly text: string; readonly class: ConditionClass };
  readonly says: string;
}

export type Besides =
  | { readonly action: string; readonly named: string }
  | { readonly action: string; readonly oneOf: readonly string[] }
  /** Something of another account, whose own policy lets anybody. */
  | { readonly action: string; readonly abroad: string }
  | { readonly action: string; readonly existing: string };

export interface Setting {
  /** Any of these places. */
  readonly at: readonly (readonly string[])[];
  readonly is: readonly unknown[];
  readonly else?: string;
  readonly text: string;
}

export const docs = (page: string): string => `https://docs.aws.amazon.com/${page}`;
