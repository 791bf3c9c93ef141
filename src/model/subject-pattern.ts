/**
 * The language of the subject in `external:oidc/<issuer>/<subject pattern>`, and of the other claims that a trust asks for: `*` is
 * any text, `?` one character, and `${*}` `${?}` `${$}` are the characters themselves, as in IAM policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
 *
 * So a StringEquals of `repo:acme/*` (which no token meets) and a StringLike of it have keys of their own.
 */
import type { Json } from './entity.ts';

/** A wildcard of a pattern; never equal to a character of a text. */
export const ANY_TEXT = '*any';
export const ONE_CHARACTER = '?one';

/** The code points of a pattern, its wildcards as the two marks. */
export function patternPlaces(pattern: string): readonly string[] {
  const places: string[] = [];
  for (const [piece, escaped] of pattern.matchAll(/\$\{([*?$])\}|[\s\S]/gu))
    places.push(escaped ?? (piece === '*' ? ANY_TEXT : piece === '?' ? ONE_CHARACTER : piece));
  return places;
}

/** The pattern that only this text meets; escapes that the text holds already stay what they are. */
export const literalPattern = (text: string): string =>
  text.replace(/\$\{[*?$]\}|[*?]/g, (found) => (found.length > 1 ? found : `\${${found}}`));

/** What a trust asks of one claim of the token, beside the pattern of its subject. All of a trust's tests must hold. */
export interface ClaimTest {
  /** As the issuer names it: `job_workflow_ref`, `aud`, `sub`. */
  readonly claim: string;
  /** One of these must be met; with `not`, none. */
  readonly patterns: readonly string[];
  readonly not?: boolean;
  readonly ignoreCase?: boolean;
}

/** The tests that a property holds, as `claimTestsJson` wrote them. */
export function claimTestsOf(property: Json | undefined): readonly ClaimTest[] {
  return Array.isArray(property) ? property.filter(isClaimTest) : [];
}

export const claimTestsJson = (tests: readonly ClaimTest[]): Json => tests.map((test) => ({ ...test }));

function isClaimTest(value: unknown): value is ClaimTest {
  if (typeof value !== 'object' || value === null) return false;
  const { claim, patterns } = value as Record<string, unknown>;
  return typeof claim === 'string' && Array.isArray(patterns) && patterns.every((one) => typeof one === 'string');
}

/** Tests as the tail of a key: equal exactly when the tests are. */
export const claimTestsText = (tests: readonly ClaimTest[]): string =>
  tests
    .map(
      ({ claim, patterns, not, ignoreCase }) =>
        `;${claim}${not ? '!' : ''}${ignoreCase ? '~' : ''}=${[...patterns].sort().join('|')}`,
    )
    .sort()
    .join('');
