/** Service control policies: they are changed from the management account, and bind every account but that one. */
import type { Session } from '../../apis/aws/session.ts';
import { awsOuterName } from '../../model/aws-actions.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Accounts } from './accounts.ts';
import { ask, calls } from './operations.ts';

const SCP = 'SERVICE_CONTROL_POLICY';

/** A session in the management account. Throws a RefusedError where the account cannot be bound, or we may not bind it. */
export async function managementSession(accounts: Accounts, account: string, signal: AbortSignal): Promise<Session> {
  const { home } = await accounts.connection();
  const { Organization } = await ask(home, calls.describeOrganization, {}, signal);
  const management = Organization?.MasterAccountId;
  if (management === undefined) throw new RefusedError(`account ${home.account} is in no organization`);
  if (account === management)
    throw new RefusedError(`${account} is the management account: service control policies do not bind it`);
  if (Organization?.FeatureSet !== 'ALL')
    throw new RefusedError(`organization ${Organization?.Id} has no service control policies: enable all features`);
  return accounts.in(management, signal);
}

/** Whether the type of policy is enabled at the root. */
export async function outerRefusals(session: Session, signal: AbortSignal): Promise<string[]> {
  const { Roots = [] } = await ask(session, calls.listRoots, {}, signal);
  const isEnabled = Roots.some(({ PolicyTypes = [] }) =>
    PolicyTypes.some(({ Type, Status }) => Type === SCP && Status === 'ENABLED'),
  );
  return isEnabled ? [] : ['service control policies are not enabled: aws organizations enable-policy-type'];
}

export interface OuterNow {
  readonly id: string | null;
  readonly isAttached: boolean;
}

export async function outerNow(
  session: Session,
  { account, principal }: { readonly account: string; readonly principal: string },
  signal: AbortSignal,
): Promise<OuterNow> {
  const name = awsOuterName(principal);
  const attached = await policyIdIn(name, (NextToken) =>
    ask(session, calls.listPoliciesForTarget, { TargetId: account, Filter: SCP, NextToken }, signal),
  );
  if (attached !== undefined) return { id: attached, isAttached: true };
  const made = await policyIdIn(name, (NextToken) => ask(session, calls.listPolicies, { Filter: SCP, NextToken }, signal));
  return { id: made ?? null, isAttached: false };
}

interface PolicyPage {
  readonly Policies?: readonly { readonly Id?: string | undefined; readonly Name?: string | undefined }[] | undefined;
  readonly NextToken?: string | undefined;
}

async function policyIdIn(name: string, page: (mark: string | undefined) => Promise<PolicyPage>): Promise<string | undefined> {
  let mark: string | undefined;
  do {
    const { Policies = [], NextToken } = await page(mark);
    const found = Policies.find((policy) => policy.Name === name)?.Id;
    if (found !== undefined) return found;
    mark = NextToken;
  } while (mark !== undefined && mark !== '');
  return undefined;
}
