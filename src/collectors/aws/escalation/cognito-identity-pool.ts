import { evaluate } from '../../../iam/aws/evaluate.ts';
import { unknown, values } from '../../../iam/aws/facts.ts';
import { keyClass } from '../../../iam/aws/keys.ts';
import { both, type Held, heldBy } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { Thing } from '../things.ts';
import type { EscalationPath } from './path.ts';

const ISSUER = 'cognito-identity.amazonaws.com';
const UPDATE = 'cognito-identity:UpdateIdentityPool';

/**
 * Whoever sets up an identity pool chooses who signs in, and lets the basic flow hand out the pool's tokens: roles that trust the
 * pool are theirs, without PassRole.
 */
export const cognitoIdentityPool: EscalationPath = {
  id: 'cognito-identity-pool',
  source: 'https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html',
  actions: [UPDATE],
  *find(board, principal) {
    if (!board.mentionsAll(principal, [UPDATE])) return;
    for (const pool of board.things(['AWS::Cognito::IdentityPool'], principal.account)) {
      const set = board.can(principal, { action: UPDATE, resource: pool.arn });
      if (!set) continue;
      for (const role of board.roles) {
        const trusted = tokenHeld(role, pool);
        if (trusted)
          yield { target: role.key, held: both(set, trusted), reason: `${UPDATE}: ${role.name} trusts ${pool.item.name}` };
      }
    }
  },
};

/** Whether a token of the pool, of a known or unknown visitor, lets into the role. */
function tokenHeld(role: Principal, pool: Thing): Held | undefined {
  if (!role.trust?.statements.some(({ principals }) => principals?.federated.includes(ISSUER))) return undefined;
  const known = new Map([
    [`${ISSUER}:aud`, values(pool.arn.slice(pool.arn.indexOf('/') + 1))],
    [`${ISSUER}:amr`, values('authenticated', 'unauthenticated')],
  ]);
  const verdict = evaluate(
    {
      who: { arn: null, type: 'federated', name: ISSUER },
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: role.arn,
      resourceAccount: role.account,
      facts: (key) => known.get(key) ?? unknown(keyClass(key)),
    },
    { identity: [], resource: role.trust, resourceControl: role.guardrails.resourceControl ?? [] },
  );
  return heldBy([verdict], false);
}
