/** What the answers of the escalation paths depend on, so that principals whose policies say the same of it share them. */
import type { Policy } from '../../../iam/aws/document.ts';
import type { Estate } from '../estate.ts';
import type { Principal } from '../principals.ts';
import { isNamedOn, namesIn } from '../shelves.ts';
import { type Digest, digestOf, signatureOf, type Topic } from '../signature.ts';
import { BRING_BACK } from './dormant-version.ts';
import { EDIT_ACTIONS } from './edit-policy.ts';
import { WORKLOAD_PATHS } from './existing-workload-paths.ts';
import { ESCALATION_PATHS } from './index.ts';
import { JOIN } from './join-group.ts';
import { LOOSEN_ACTIONS } from './loosen.ts';
import { NEW_MEMBER_ACTIONS } from './new-member.ts';

const OBEDIENT: ReadonlySet<string> = new Set(WORKLOAD_PATHS.flatMap((row) => row.types));

const tellsAskersApart = ({ byName, byKind, principalTags }: Digest): boolean => byName || byKind || principalTags.length > 0;

/** What takes something away from another identity, or brings an old version back. */
export const REWRITES: readonly string[] = [BRING_BACK, ...LOOSEN_ACTIONS];

/** Every action that this register asks about. */
const TOPIC: Topic = [
  ...new Set(
    [...ESCALATION_PATHS.flatMap((path) => path.actions), ...EDIT_ACTIONS, ...REWRITES, JOIN, ...NEW_MEMBER_ACTIONS].map((one) =>
      one.toLowerCase(),
    ),
  ),
];

/** Tells principals apart as far as escalation goes. */
export function escalationSignature(estate: Estate): (principal: Principal) => string {
  const policies = [...estate.things.values()].flatMap((thing) =>
    thing.policy && OBEDIENT.has(thing.item.type) ? [thing.policy] : [],
  );
  const around = policies.filter((policy: Policy) => tellsAskersApart(digestOf(policy, TOPIC)));
  const governed = { names: new Set(policies.flatMap((policy) => [...namesIn(policy)])) };
  return (principal) => signatureOf(principal, { own: isNamedOn(governed, principal), topic: TOPIC, around });
}
