/**
 * PassRole to a service that runs what the caller tells it: control of the role. Each row needs *all* its actions on one new
 * thing, a role whose trust policy accepts the service, and PassRole under `iam:PassedToService`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
import { values } from '../../../iam/aws/facts.ts';
import { both, conditional, type Held, SURE } from '../held.ts';
import type { Principal } from '../principals.ts';
import { PASS_ROLE_PATHS, type PassRolePath } from './pass-role-paths.ts';
import type { Board, Escalation, EscalationPath } from './path.ts';

export const passRolePaths: readonly EscalationPath[] = PASS_ROLE_PATHS.map((row) => ({
  id: row.id,
  source: row.source,
  find: (board, principal) => passed(board, principal, row),
}));

function* passed(board: Board, principal: Principal, row: PassRolePath): Generator<Escalation> {
  const actions = row.steps.flatMap((step) => step.actions);
  if (!board.mentionsAll(principal, ['iam:PassRole', ...actions])) return;
  let created: Held | undefined;
  for (const role of board.roles) {
    if (role.account !== principal.account) continue;
    const trusted = board.trusts(role, row.service);
    const profile = !row.instanceProfile || ('trust' in role.record && role.record.instanceProfiles.length > 0);
    if (!trusted || !profile) continue;
    const pass = board.can(principal, {
      action: 'iam:PassRole',
      resource: role.arn,
      facts: new Map([['iam:passedtoservice', values(row.service)]]),
    });
    if (!pass) continue;
    created ??= creates(board, principal, row);
    if (!created) return;
    yield {
      target: role.key,
      held: both(both(pass, trusted), created),
      reason: `iam:PassRole of ${role.name} with ${actions.join(', ')}`,
    };
  }
}

function creates(board: Board, principal: Principal, row: PassRolePath): Held | undefined {
  let held: Held = SURE;
  for (const { actions, on } of row.steps) {
    for (const template of on) {
      const step = board.canCreate(principal, actions, template.replaceAll('{account}', principal.account));
      if (!step) return undefined;
      held = both(held, step);
    }
  }
  if (!row.existing) return row.gate ? both(held, conditional(row.gate, 'unknown')) : held;
  return board.things([row.existing], principal.account).length > 0 ? held : undefined;
}
