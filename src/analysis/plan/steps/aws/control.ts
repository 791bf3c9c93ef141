import { awsCommands } from '../../../../model/aws-commands.ts';
import { type AwsControl, parseAwsStep } from '../../../../model/aws-controls.ts';
import { type AwsPlacedPrincipal, awsPrincipalOf, isServiceLinked } from '../../../../model/aws-principal.ts';
import { MINUTE_MS, SECOND_MS } from '../../../../model/durations.ts';
import type { StepParameters } from '../../../../model/plan.ts';
import type { Control } from '../../input.ts';

/** IAM is eventually consistent: most changes are seen within seconds, cutoffs within minutes. */
export const CALL = { callMs: 5 * SECOND_MS, settleMs: MINUTE_MS };
export const SLOW = { callMs: 5 * SECOND_MS, settleMs: 5 * MINUTE_MS };
export const REREAD = 'read it again after 10 s, 60 s and 5 min: it must still be there';

export interface AwsControlParts extends Pick<Control, 'action' | 'reversibility' | 'probe'>, Partial<typeof CALL> {
  readonly control: AwsControl;
  readonly parameters: StepParameters;
}

/** Undefined where the parameters are none of the control's, as with a user of no account. */
export function awsControl({ control, parameters, ...rest }: AwsControlParts): Control | undefined {
  const all = { control, ...parameters };
  try {
    parseAwsStep(rest.action, all);
  } catch {
    return undefined;
  }
  return { ...CALL, ...rest, parameters: all, commands: awsCommands(rest.action, all) };
}

/** A user or role that may be changed, and how its parameters name it. */
export function changeable(key: string): { readonly principal: AwsPlacedPrincipal; readonly holder: StepParameters } | undefined {
  const principal = awsPrincipalOf(key);
  if (!principal || isServiceLinked(principal)) return undefined;
  return { principal, holder: { account: principal.account, [`${principal.type}Name`]: principal.name } };
}
