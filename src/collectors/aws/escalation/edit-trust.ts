import type { EscalationPath } from './path.ts';

/** Whoever writes a role's trust policy names himself in it; within one account no further permission is needed to assume it. */
export const editTrust: EscalationPath = {
  id: 'edit-trust',
  source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html',
  actions: ['iam:UpdateAssumeRolePolicy'],
  *find(board, principal) {
    if (!board.mentionsAll(principal, ['iam:UpdateAssumeRolePolicy'])) return;
    for (const role of board.roles) {
      if (role.account !== principal.account) continue;
      const held = board.can(principal, { action: 'iam:UpdateAssumeRolePolicy', resource: role.arn });
      if (held) yield { target: role.key, held, reason: `iam:UpdateAssumeRolePolicy: ${role.name} can be made to trust anybody` };
    }
  },
};
