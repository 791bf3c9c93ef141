import { sha256 } from '../../model/ledger.ts';
import type { Action } from '../../model/plan.ts';

/** The same step of the same question has the same id: the action, and ten digits of what it is for. */
export function stepId(action: Action, target: string, purpose = ''): string {
  return `${action}-${sha256(`${action}\n${target}\n${purpose}`).slice(0, 10)}`;
}
