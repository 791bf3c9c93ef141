import type { Session } from '../../apis/aws/session.ts';
import { messageOf } from '../../model/errors.ts';
import type { Checked } from '../../ports/checked.ts';
import type { Accounts } from './accounts.ts';
import { calls, look, permissions } from './operations.ts';
import { deniedRights } from './own-rights.ts';
import { said } from './words.ts';

/** Of each account: who acts there, and which rights lack. Only reads. */
export async function* checkAccounts(
  accounts: Accounts,
  configured: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Checked> {
  const { home, caller, partition } = await accounts.connection().catch((error) => {
    throw said(error);
  });
  for (const account of new Set([home.account, ...configured])) {
    const session = await accounts.in(account, signal).catch((error: unknown) => messageOf(said(error)));
    if (typeof session === 'string') {
      yield { type: 'missing', text: `aws account ${account}: ${session}` };
      continue;
    }
    yield* rightsIn(accounts, { session, partition, signal });
    const who = (await accounts.ourselves()).arnIn(account) ?? caller;
    yield { type: 'works', text: `aws account ${account} as ${who}` };
  }
  yield* organizationOf(home, signal);
}

async function* rightsIn(
  accounts: Accounts,
  { session, partition, signal }: { readonly session: Session; readonly partition: string; readonly signal: AbortSignal },
): AsyncGenerator<Checked> {
  const { account } = session;
  const resources = ['user', 'role'].map((type) => `arn:${partition}:iam::${account}:${type}/*`);
  const actions = permissions().filter((right) => right.startsWith('iam:'));
  const answer = await deniedRights({ accounts, session, actions, resources, signal });
  if (answer === 'not known') {
    const who = (await accounts.ourselves()).arnIn(account);
    if (who?.endsWith(':root')) return;
    yield {
      type: 'missing',
      text: `aws account ${account}: which rights ${who} has cannot be told: grant it iam:SimulatePrincipalPolicy`,
    };
    return;
  }
  for (const action of answer.denied)
    yield {
      type: 'missing',
      text: `${action}: not allowed on every user and role of account ${account}; grant it to ${answer.who}`,
    };
}

/** Service control policies need the management account. */
async function* organizationOf(home: Session, signal: AbortSignal): AsyncGenerator<Checked> {
  const found = await look(home, calls.describeOrganization, {}, signal).catch(() => undefined);
  const management = found?.Organization?.MasterAccountId;
  if (management === undefined || management === home.account) return;
  yield {
    type: 'missing',
    text: `service control policies are changed from account ${management}: name a role for it (accounts) to use them`,
  };
}
