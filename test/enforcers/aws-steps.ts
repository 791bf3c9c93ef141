/** Steps of AWS as a plan has them, and the context in which an enforcer gets them. */
import { createHandOver } from '../../src/app/execute/hand-over.ts';
import { awsCommands } from '../../src/model/aws-commands.ts';
import type { AwsControl } from '../../src/model/aws-controls.ts';
import type { Action, PlanStep, StepParameters } from '../../src/model/plan.ts';
import type { EnforcerContext } from '../../src/ports/enforcer.ts';
import { makeStep } from '../app/execute/plans.ts';

export const PLANNED = '2026-03-01T12:00:00.000Z';
const AFTERWARDS = '2026-03-01T11:00:00.000Z';

export const context = (change: Partial<EnforcerContext> = {}): EnforcerContext => ({
  signal: new AbortController().signal,
  idempotencyKey: 'a1b2c3',
  handOver: createHandOver(),
  now: () => new Date(PLANNED),
  ...change,
});

export interface StepParts {
  readonly target: string;
  readonly action: Action;
  readonly control: AwsControl;
  readonly parameters: StepParameters;
}

export function stepOf({ target, action, control, parameters }: StepParts, change: Partial<PlanStep> = {}): PlanStep {
  const all = { control, ...parameters };
  // R! steps are lifted once what was minted is over.
  const residualUntil = change.reversibility === 'R!' ? AFTERWARDS : null;
  const commands = awsCommands(action, all);
  return makeStep({ id: 's', target, action, parameters: all, connector: 'cloud', commands, residualUntil, ...change });
}
