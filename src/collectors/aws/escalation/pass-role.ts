/**
 * PassRole to a service that runs what the caller tells it: control of the role. Each row needs *all* its actions on its things, a
 * role whose trust policy accepts the service, and PassRole under `iam:PassedToService`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
import { both, conditional, type Held, SURE, surer } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { PassRolePath, Step } from './pass-role-path.ts';
import { PASS_ROLE_PATHS } from './pass-role-paths.ts';
import { anyOf, type Board, type Escalation, type EscalationPath } from './path.ts';

const INSTANCE_PROFILE = ['iam:CreateInstanceProfile', 'iam:AddRoleToInstanceProfile'];

export const passRolePaths: readonly EscalationPath[] = PASS_ROLE_PATHS.map((row) => ({
  id: row.id,
  source: row.source,
  actions: actionsOf(row),
  find: (board, principal) => passed(board, principal, row),
}));

function* passed(board: Board, principal: Principal, row: PassRolePath): Generator<Escalation> {
  const actions = [...new Set(row.steps.flatMap((step) => step.actions))];
  if (!board.mentionsAll(principal, ['iam:PassRole', ...actions])) return;
  const candidates = board.passable(principal, row.service);
  const made = candidates.length > 0 ? madeBy(board, principal, row) : undefined;
  if (!made) return;
  for (const { role, held: pass } of candidates) {
    const profile = row.instanceProfile ? profileFor(board, principal, role) : SURE;
    if (!profile) continue;
    const held = both(both(pass, profile), made);
    const reason = `iam:PassRole of ${role.name} with ${actions.join(', ')}`;
    if (row.yields !== 'assumed') yield { target: role.key, held, reason };
    else
      for (const { role: target, held: assumed } of board.assumedBy(role))
        yield { target: target.key, held: both(held, assumed), reason: `${reason}; it assumes ${target.name}` };
  }
}

function madeBy(board: Board, principal: Principal, row: PassRolePath): Held | undefined {
  let held: Held = SURE;
  for (const step of row.steps) {
    const one = heldFor(board, principal, step);
    if (!one) return undefined;
    held = both(held, one);
  }
  const helped = row.helper ? anyOf(board.passable(principal, row.helper.service).map((one) => one.held)) : SURE;
  if (!helped) return undefined;
  const { startedBy, gate } = row;
  const started = startedBy
    ? (anyOf(startedBy.anyOf.map((step) => heldFor(board, principal, step))) ?? conditional(startedBy.waits, 'time'))
    : SURE;
  return [helped, started, gate ? conditional(gate.text, gate.class) : SURE].reduce(both, held);
}

/** Everything that a row asks for. */
export function actionsOf({ steps, startedBy, instanceProfile }: PassRolePath): string[] {
  const made = [...steps, ...(startedBy?.anyOf ?? [])].flatMap((step) => step.actions);
  return ['iam:PassRole', ...made, ...(instanceProfile ? INSTANCE_PROFILE : [])];
}

export const REGION = 'us-east-1';

export function heldFor(board: Board, principal: Principal, step: Step): Held | undefined {
  if ('existing' in step) return onExisting(board, principal, step);
  let held: Held = SURE;
  for (const template of step.on) {
    const one = board.canCreate(principal, step.actions, placed(template, REGION, principal.account));
    if (!one) return undefined;
    held = both(held, one);
  }
  return held;
}

export const placed = (template: string, region: string, account: string): string =>
  template.replaceAll('{region}', region).replaceAll('{account}', account);

/** The surest thing of them; where none was collected, one whose name would fit. */
function onExisting(board: Board, principal: Principal, step: Extract<Step, { existing: unknown }>): Held | undefined {
  const things = board.things(step.existing, principal.account);
  const gate = conditional(step.else, 'unknown');
  if (things.length === 0) return step.actions.every((action) => board.estate.mentions(principal, action)) ? gate : undefined;
  let found: Held | undefined;
  for (const thing of things) {
    const resource = step.below?.(thing.arn) ?? thing.arn;
    found = surer(
      found,
      board.canAll(
        principal,
        step.actions.map((action) => ({ action, resource })),
      ),
    );
    if (found?.certainty === 'definite') break;
  }
  return found;
}

/** The profile that the role has, or a new one. */
function profileFor(board: Board, principal: Principal, role: Principal): Held | undefined {
  if ('trust' in role.record && role.record.instanceProfiles.length > 0) return SURE;
  if (!board.mentionsAll(principal, INSTANCE_PROFILE)) return undefined;
  return board.canCreate(principal, INSTANCE_PROFILE, `arn:aws:iam::${principal.account}:instance-profile/probe`);
}
