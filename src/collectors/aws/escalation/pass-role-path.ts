/** What a row of the pass-role tables says. */
import type { ConditionClass } from '../../../model/kinds.ts';

/** All actions are needed together, on one thing. `{region}` and `{account}` stand for those of the caller or of the thing. */
export type Step =
  | {
      readonly actions: readonly string[];
      /** New things, of each of which a name is chosen. */
      readonly on: readonly string[];
    }
  | {
      readonly actions: readonly string[];
      /** Config types: one collected thing of them. */
      readonly existing: readonly string[];
      /** What the actions are asked on instead, below the thing: its ARN with these parts replaced. */
      readonly below?: (arn: string) => string;
      /** Asked where nothing of these types was collected: whether there is one is not known. */
      readonly else: string;
    };

export interface PassRolePath {
  readonly id: string;
  readonly source: string;
  /** The service principal that the role must trust. */
  readonly service: string;
  readonly steps: readonly Step[];
  /** One of these besides makes it run; without any, `waits` says for what it waits. */
  readonly startedBy?: { readonly anyOf: readonly Step[]; readonly waits: string };
  /** EC2 takes roles only through an instance profile. */
  readonly instanceProfile?: true;
  /** A service that must be passed some role of its own too. */
  readonly helper?: { readonly service: string };
  /** The role itself is only used to assume others: those are what it yields. */
  readonly yields?: 'assumed';
  /** What must come together besides, in words. */
  readonly gate?: { readonly text: string; readonly class: ConditionClass };
}

export const docs = (service: string): string =>
  `https://docs.aws.amazon.com/service-authorization/latest/reference/list_${service}.html`;

export const make = (actions: readonly string[], ...on: readonly string[]): Step => ({ actions, on });
