/** A policy's earlier version may say more than the one in force: `SetDefaultPolicyVersion` brings it back. */
import { compilePolicy, IDENTITY_POLICY, type Policy } from '../../../iam/aws/document.ts';
import type { Held } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { Board } from './path.ts';

/** A principal as it would be, and how surely it can be made so. */
export interface Change {
  readonly changed: Principal;
  readonly held: Held;
  readonly reason: string;
}

export const BRING_BACK = 'iam:SetDefaultPolicyVersion';

export function* dormantVersions(board: Board, actor: Principal, over: Principal): Generator<Change> {
  const action = BRING_BACK;
  if (!board.estate.mentions(actor, action)) return;
  for (const { name, policy } of over.attached) {
    const versions = board.estate.book.record(name)?.versions ?? [];
    if (versions.length < 2 || name.includes(':iam::aws:')) continue;
    const held = board.can(actor, { action, resource: name });
    if (!held) continue;
    for (const version of versions.filter((one) => !one.isDefault)) {
      const other = compilePolicy(name, version.document, IDENTITY_POLICY);
      yield { changed: withPolicy(over, policy, other), held, reason: `${action}: ${version.id} of ${name}` };
    }
  }
}

function withPolicy(principal: Principal, old: Policy, other: Policy): Principal {
  const attached = principal.attached.map((one) => (one.policy === old ? { ...one, policy: other } : one));
  return { ...principal, attached, identity: attached.map((one) => one.policy) };
}
