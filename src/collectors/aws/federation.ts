/** Federated trust: which subjects of an identity provider may become a role. */
import type { ConditionTest, Residue } from '../../iam/aws/condition.ts';
import { coversAction, type Policy, type Statement } from '../../iam/aws/document.ts';
import { keyClass } from '../../iam/aws/keys.ts';
import { awsArn, oidcSubject } from '../../model/keys.ts';
import { heldBy } from './held.ts';
import type { Principal } from './principals.ts';
import type { Assumption } from './trust.ts';

/**
 * One External for each subject pattern of a statement. `sub` becomes the key; `aud` is what AWS registers for the provider;
 * whatever else a statement asks of the token stays a condition.
 */
export function* federatedSubjects(role: Principal, trust: Policy): Generator<Assumption> {
  if (trust.statements.some(deniesFederation)) return;
  for (const statement of trust.statements) {
    if (statement.effect !== 'Allow') continue;
    for (const provider of statement.principals?.federated ?? []) yield* subjectsOf(role, statement, provider);
  }
}

/** A Deny in such a trust policy is rare, and the subjects it leaves are not patterns: nothing is drawn then. */
const deniesFederation = (statement: Statement): boolean =>
  statement.effect === 'Deny' && statement.conditions.length === 0 && (statement.principals?.anyone ?? false);

function* subjectsOf(role: Principal, statement: Statement, provider: string): Generator<Assumption> {
  const issuer = issuerOf(provider);
  if (!coversAction(statement, issuer ? 'sts:assumerolewithwebidentity' : 'sts:assumerolewithsaml')) return;
  const subjectKey = `${issuer ?? ''}:sub`.toLowerCase();
  const asks = statement.conditions.filter((test) => test.key === subjectKey && isPositive(test));
  const rest = statement.conditions.filter((test) => !asks.includes(test) && test.key !== `${issuer ?? ''}:aud`.toLowerCase());
  const residues = rest.map(residueOf);
  const held = heldBy([{ verdict: residues.length > 0 ? 'conditional' : 'allowed', because: [], conditions: residues }], false);
  if (!held) return;
  const reason = `trust policy of ${role.name}, statement ${statement.id}`;
  if (!issuer) yield { from: awsArn(provider), external: true, role, held, reason };
  else for (const subject of subjectsIn(asks)) yield { from: oidcSubject(issuer, subject), external: true, role, held, reason };
}

const isPositive = (test: ConditionTest): boolean => test.operator !== null && !test.operator.negated && !test.every;

/** Several tests of `sub` must all hold: the narrowest list stands for them. No test: any subject. */
function subjectsIn(tests: readonly ConditionTest[]): readonly string[] {
  const lists = tests.map((test) => test.texts).sort((a, b) => a.length - b.length || wildcards(a) - wildcards(b));
  return lists[0] ?? ['*'];
}

const wildcards = (texts: readonly string[]): number => texts.filter((text) => text.includes('*')).length;

/** `arn:aws:iam::<account>:oidc-provider/<host and path>`, or the host itself; undefined for SAML. */
function issuerOf(provider: string): string | undefined {
  if (provider.includes(':saml-provider/')) return undefined;
  const mark = provider.indexOf(':oidc-provider/');
  return mark < 0 ? provider : provider.slice(mark + ':oidc-provider/'.length);
}

const residueOf = (test: ConditionTest): Residue => ({
  text: `${test.keyText} ${test.operatorText} ${test.texts.join(' or ')}`,
  key: test.key,
  class: keyClass(test.key),
});
