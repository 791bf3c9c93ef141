import type { EscalationPath } from './path.ts';

const MOST_KEYS = 2;

/** A user may have two keys: with both slots full, one must be deleted first. */
export const createAccessKey: EscalationPath = {
  id: 'create-access-key',
  source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html',
  actions: ['iam:CreateAccessKey', 'iam:DeleteAccessKey'],
  *find(board, principal) {
    if (!board.mentionsAll(principal, ['iam:CreateAccessKey'])) return;
    for (const user of board.users) {
      if (user.account !== principal.account) continue;
      const keys = board.estate.inventory.accounts.get(user.account)?.keys.get(user.name)?.size ?? 0;
      const actions = keys >= MOST_KEYS ? ['iam:CreateAccessKey', 'iam:DeleteAccessKey'] : ['iam:CreateAccessKey'];
      const held = board.canAll(
        principal,
        actions.map((action) => ({ action, resource: user.arn })),
      );
      if (held) yield { target: user.key, held, reason: `${actions.join(' and ')}: a new access key of ${user.name}` };
    }
  },
};
