import { both, conditional, type Held, SURE } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { Board, EscalationPath } from './path.ts';

const NOT_KNOWN: Held = { certainty: 'possible' };

/**
 * `CreateLoginProfile` works on a user without a console password, `UpdateLoginProfile` on one with it; which it is, only the
 * credential report tells. A user with a second factor is not taken over by the password alone.
 */
export const resetPassword: EscalationPath = {
  id: 'reset-password',
  source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html',
  actions: ['iam:CreateLoginProfile', 'iam:UpdateLoginProfile', 'iam:DeactivateMFADevice'],
  *find(board, principal) {
    const [create, update] = ['iam:CreateLoginProfile', 'iam:UpdateLoginProfile'].map((action) =>
      board.estate.mentions(principal, action),
    );
    if (!create && !update) return;
    for (const user of board.users) {
      if (user.account !== principal.account) continue;
      const found = passwordOf(board, principal, user);
      if (found) yield { target: user.key, ...found };
    }
  },
};

function passwordOf(board: Board, principal: Principal, user: Principal): { held: Held; reason: string } | undefined {
  const line = board.estate.inventory.accounts.get(user.account)?.report.get(user.arn);
  const create =
    line?.password !== true ? board.can(principal, { action: 'iam:CreateLoginProfile', resource: user.arn }) : undefined;
  const update =
    line?.password !== false ? board.can(principal, { action: 'iam:UpdateLoginProfile', resource: user.arn }) : undefined;
  const way = create ?? update;
  if (!way) return undefined;
  const known = line?.password !== undefined || (create && update) ? SURE : NOT_KNOWN;
  const factor = line?.mfa ? factorOf(board, principal, user) : SURE;
  const action = create ? 'iam:CreateLoginProfile' : 'iam:UpdateLoginProfile';
  return { held: both(both(way, known), factor), reason: `${action}: a console password of ${user.name}` };
}

/** The second factor is held, or taken away: a password may be set before it is. */
function factorOf(board: Board, principal: Principal, user: Principal): Held {
  const taken = board.can(principal, { action: 'iam:DeactivateMFADevice', resource: user.arn });
  return taken ?? conditional(`the second factor of ${user.name}`, 'possession');
}
