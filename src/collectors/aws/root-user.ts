/**
 * The root user, of which only the credential report tells: it controls the account, within service control policies where the
 * account is a member of an organization. Its access keys have no id there: they are counted.
 */
import { awsAccount, awsArn } from '../../model/keys.ts';
import type { Estate } from './estate.ts';
import { guardrailsOf } from './guardrails.ts';
import { conditional, type Held, SURE } from './held.ts';
import { emptyFacts, type Facts } from './identities.ts';
import type { Account } from './inventory.ts';
import { PermissionBook } from './permissions.ts';

export function rootFacts(estate: Estate, account: Account): Facts {
  const facts = emptyFacts();
  const line = [...account.report.values()].find(({ arn }) => arn.endsWith(':root'));
  if (!line) return facts;
  const key = awsArn(line.arn);
  facts.entities.push({
    key,
    kind: 'User',
    name: 'root user',
    provider: 'aws',
    state: 'active',
    properties: {
      type: 'root',
      activeAccessKeys: line.keys.filter(({ active }) => active).length,
      ...(line.mfa !== undefined && { mfa: line.mfa }),
      ...(line.passwordLastUsed && { passwordLastUsed: line.passwordLastUsed }),
    },
  });
  const reason = 'the root user of the account';
  const edge = { kind: 'CAN_CONTROL', target: awsAccount(account.id), held: leftToRoot(estate, account.id), reason } as const;
  const permission = new PermissionBook().keyOf(`root user of ${account.id}`, [edge], ({ entity, relationships }) => {
    facts.entities.push(entity);
    facts.relationships.push(...relationships);
  });
  if (permission)
    facts.relationships.push({
      source: key,
      kind: 'HAS_GRANT',
      target: permission,
      basis: 'entitled',
      certainty: 'definite',
      reason,
    });
  return facts;
}

function leftToRoot({ inventory }: Estate, account: string): Held {
  const policies = (guardrailsOf(inventory, account).serviceControl ?? []).flat();
  const limits = policies.some(({ statements }) => statements.some(({ effect }) => effect === 'Deny'));
  return limits ? conditional('service control policies leave it to the root user', 'unknown') : SURE;
}
