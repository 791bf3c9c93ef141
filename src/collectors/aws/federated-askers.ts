/** Subjects of identity providers that a role's trust policy lets in, as the graph names them. */
import { VERDICTS, type Verdict } from '../../iam/aws/evaluate.ts';
import { oidcSubject } from '../../model/keys.ts';
import { claimsOfSubject, meetsTests } from '../../model/oidc-claims.ts';
import { claimTestsOf, claimTestsText } from '../../model/subject-pattern.ts';
import { matchedBy } from '../../model/wildcard.ts';
import type { Asker, Wish } from './askers.ts';
import type { Estate } from './estate.ts';
import { federatedSubjects } from './federation.ts';
import type { Assumption } from './trust.ts';

const OIDC = 'external:oidc/';

export const isFederated = (key: string): boolean => key.startsWith(OIDC) || key.includes(':saml-provider/');

/** None for what is no collected role. */
export function federatedAskers(estate: Estate, resource: string): Asker[] {
  return trustedBy(estate, resource).map((one) => ({
    key: one.from,
    judge: ({ action }) => (action.toLowerCase() === actionFor(one.from) ? verdictOf(one) : NOT_TRUSTED),
  }));
}

function trustedBy(estate: Estate, resource: string): Assumption[] {
  const role = estate.byArn.get(resource);
  if (!role?.trust) return [];
  return [...new Map([...federatedSubjects(role, role.trust)].map((one) => [one.from, one])).values()];
}

const actionFor = (key: string): string => (key.startsWith(OIDC) ? 'sts:assumerolewithwebidentity' : 'sts:assumerolewithsaml');

/** A subject that no trust policy names. */
const NOT_TRUSTED: Verdict = { verdict: 'implicit-deny', because: [], conditions: [] };

function verdictOf({ role, held: { certainty, condition }, properties }: Assumption): Verdict {
  const statement = properties?.['statement'];
  const named = typeof statement === 'string' ? statement : '';
  const because = [{ policy: role.trust?.name ?? role.arn, statement: named, effect: 'Allow' as const }];
  if (certainty === 'definite') return { verdict: 'allowed', because, conditions: [] };
  return onCondition(
    { verdict: 'allowed', because, conditions: [] },
    condition ?? 'the token is one that the trust policy means',
  );
}

function onCondition(verdict: Verdict, text: string): Verdict {
  return { ...verdict, verdict: 'conditional', conditions: [...verdict.conditions, { text, key: '', class: 'unknown' }] };
}

/** A subject of a token, or a pattern of subjects as the graph names it, asked about a role. */
export function federatedAsker(estate: Estate, key: string): Asker {
  return {
    key,
    gap: `of ${key} only the subject is known: what else a trust policy asks of its token is not`,
    judge: (wish) =>
      trustedBy(estate, wish.resource)
        .filter((one) => wish.action.toLowerCase() === actionFor(one.from))
        .map((one) => verdictFor(key, one, wish))
        .sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict))[0] ?? NOT_TRUSTED,
  };
}

/** What the subject does not tell of its token, and the question does not either, is a condition. */
function verdictFor(key: string, one: Assumption, { facts }: Wish): Verdict {
  if (one.from === key) return verdictOf(one);
  const { issuer, subject, claims } = one.entity ?? {};
  if (typeof issuer !== 'string' || typeof subject !== 'string' || !key.startsWith(oidcSubject(issuer, ''))) return NOT_TRUSTED;
  const sub = key.slice(oidcSubject(issuer, '').length);
  const tests = claimTestsOf(claims);
  const matched = matchedBy(sub, subject);
  const met = meetsTests(new Map([...claimsOfSubject(issuer, sub), ...claimsTold(issuer, facts)]), tests);
  if (matched === 'none' || met === 'none') return NOT_TRUSTED;
  const verdict = verdictOf(one);
  return matched === 'all' && met === 'all' ? verdict : onCondition(verdict, `its token fits ${subject}${claimTestsText(tests)}`);
}

function* claimsTold(issuer: string, facts: Wish['facts']): Generator<[string, string]> {
  const prefix = `${issuer.toLowerCase()}:`;
  for (const [key, fact] of facts)
    if (key.startsWith(prefix) && fact.kind === 'values' && fact.values.length === 1)
      yield [key.slice(prefix.length), fact.values[0] as string];
}
