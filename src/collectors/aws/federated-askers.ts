/** Subjects of identity providers that a role's trust policy lets in, as the graph names them. */
import { VERDICTS, type Verdict } from '../../iam/aws/evaluate.ts';
import { matchesGlob, toGlob } from '../../iam/aws/glob.ts';
import type { Asker } from './askers.ts';
import type { Estate } from './estate.ts';
import { federatedSubjects } from './federation.ts';
import type { Assumption } from './trust.ts';

const OIDC = 'external:oidc/';

export const isFederated = (key: string): boolean => key.startsWith(OIDC) || key.includes(':saml-provider/');

/** None for what is no collected role. */
export function federatedAskers(estate: Estate, resource: string): Asker[] {
  const role = estate.byArn.get(resource);
  if (!role?.trust) return [];
  const found = new Map([...federatedSubjects(role, role.trust)].map((one) => [one.from, one]));
  return [...found.values()].map((one) => ({
    key: one.from,
    judge: ({ action }) => (action.toLowerCase() === actionFor(one.from) ? verdictOf(one) : NOT_TRUSTED),
  }));
}

const actionFor = (key: string): string => (key.startsWith(OIDC) ? 'sts:assumerolewithwebidentity' : 'sts:assumerolewithsaml');

/** A subject that no trust policy names. */
const NOT_TRUSTED: Verdict = { verdict: 'implicit-deny', because: [], conditions: [] };

function verdictOf({ role, held: { certainty, condition }, properties }: Assumption): Verdict {
  const statement = properties?.['statement'];
  const named = typeof statement === 'string' ? statement : '';
  const because = [{ policy: role.trust?.name ?? role.arn, statement: named, effect: 'Allow' as const }];
  if (certainty === 'definite') return { verdict: 'allowed', because, conditions: [] };
  const text = condition ?? 'the token is one that the trust policy means';
  return { verdict: 'conditional', because, conditions: [{ text, key: '', class: 'unknown' }] };
}

/** A subject of a token, or a pattern of subjects as the graph names it, asked about a role. */
export function federatedAsker(estate: Estate, key: string): Asker {
  return {
    key,
    gap: `of ${key} only the subject is known: what else a trust policy asks of its token is not`,
    judge: (wish) =>
      federatedAskers(estate, wish.resource)
        .filter((one) => one.key === key || matchesGlob(toGlob(one.key), key))
        .map((one) => one.judge(wish))
        .sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict))[0] ?? NOT_TRUSTED,
  };
}
