/** What our own identity may do, asked of AWS's policy simulator: it changes nothing. */
import type { Session } from '../../apis/aws/session.ts';
import type { Accounts } from './accounts.ts';
import { calls, look } from './operations.ts';

export interface RightsQuestion {
  readonly accounts: Accounts;
  readonly session: Session;
  /** As policies name them. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly signal: AbortSignal;
}

export type RightsAnswer = { readonly who: string; readonly denied: readonly string[] } | 'not known';

/** Which of these are denied. What the simulator cannot tell is not known: conditions on the caller, a root user, no right to ask. */
export async function deniedRights({ accounts, session, actions, resources, signal }: RightsQuestion): Promise<RightsAnswer> {
  const who = await simulatedArn(accounts, session, signal);
  if (who === undefined || actions.length === 0) return 'not known';
  try {
    const input = { PolicySourceArn: who, ActionNames: [...actions], ResourceArns: [...resources] };
    const { EvaluationResults = [] } = await session.call(calls.simulate, input, signal);
    const denied = EvaluationResults.filter(
      ({ EvalDecision, MissingContextValues = [] }) =>
        EvalDecision === 'explicitDeny' || (EvalDecision === 'implicitDeny' && MissingContextValues.length === 0),
    ).flatMap(({ EvalActionName }) => EvalActionName ?? []);
    return { who, denied: [...new Set(denied)].sort() };
  } catch {
    signal.throwIfAborted();
    return 'not known';
  }
}

/** The simulator takes users and roles; a session's ARN does not name its role's path. */
async function simulatedArn(accounts: Accounts, session: Session, signal: AbortSignal): Promise<string | undefined> {
  const arn = (await accounts.ourselves()).arnIn(session.account);
  if (arn === undefined || arn.endsWith(':root')) return undefined;
  const role = /:assumed-role\/([^/]+)/.exec(arn)?.[1];
  if (role === undefined) return arn;
  return (await look(session, calls.getRole, { RoleName: role }, signal).catch(() => undefined))?.Role?.Arn;
}
