/**
 * What a statement of a trust policy asks of a web identity token: patterns of its subject, tests of its other claims, and the rest
 * of the conditions, which the token does not decide.
 *
 * A Deny says what must not be: its single test turns round into a test of the token; several at once are only told in words.
 */
import type { ConditionTest, Residue } from '../../iam/aws/condition.ts';
import { keyClass } from '../../iam/aws/keys.ts';
import { type ClaimTest, literalPattern } from '../../model/subject-pattern.ts';
import { isFreeAudience, passesClaim } from './oidc-issuers.ts';

export interface TokenTests {
  /** One of these must be met; `*` where nothing asks for the subject. */
  readonly subjects: readonly string[];
  readonly claims: readonly ClaimTest[];
  readonly residues: readonly Residue[];
  /** Whether something asks for `aud`. */
  readonly audience: boolean;
}

/** Undefined: no token can meet the tests. */
export function tokenTests(issuer: string, tests: readonly ConditionTest[]): TokenTests | undefined {
  const found: ClaimTest[] = [];
  const residues: Residue[] = [];
  for (const test of tests) {
    const read = tokenTest(issuer, test);
    if (read === 'never') return undefined;
    if (read === 'always') continue;
    if (isClaimTest(read)) found.push(read);
    else residues.push(read);
  }
  const audience = found.some(({ claim, not }) => claim === 'aud' && !not);
  const kept = found.filter((test) => test.claim !== 'aud' || !isFreeAudience(issuer, test));
  const [subjects, rest] = narrowestSubjects(kept);
  return { subjects, claims: rest, residues: [...residues, ...rest.flatMap((test) => notPassed(issuer, test))], audience };
}

export const isClaimTest = (read: ClaimTest | Residue): read is ClaimTest => 'claim' in read;

/** The list with the fewest and the plainest patterns names the subject; the other tests of it stay tests. */
function narrowestSubjects(tests: readonly ClaimTest[]): [readonly string[], readonly ClaimTest[]] {
  const [first] = tests
    .filter(({ claim, not, ignoreCase }) => claim === 'sub' && !not && !ignoreCase)
    .sort((a, b) => a.patterns.length - b.patterns.length || wildcards(a.patterns) - wildcards(b.patterns));
  return first ? [first.patterns, tests.filter((test) => test !== first)] : [['*'], tests];
}

const wildcards = (patterns: readonly string[]): number => patterns.filter((pattern) => pattern.includes('*')).length;

/** A claim that STS may not offer to conditions: then the statement lets nobody in. */
const notPassed = (issuer: string, { claim }: ClaimTest): Residue[] =>
  passesClaim(issuer, claim) === false
    ? [{ text: `AWS STS passes on the claim ${claim} of ${issuer}`, key: `${issuer}:${claim}`.toLowerCase(), class: 'unknown' }]
    : [];

function tokenTest(issuer: string, test: ConditionTest): ClaimTest | Residue | 'always' | 'never' {
  const claim = claimOf(issuer, test);
  if (claim === undefined || test.texts.some((text) => holdsVariable(text, test))) return residueOf(test);
  if (test.operator === null) return nullTest(claim, test);
  const operator = OPERATORS[test.operator.name.toLowerCase()];
  if (!operator) return residueOf(test);
  // `amr` lists how the caller signed in: of a list, a test of every value is none of a text.
  if (test.every && claim !== 'sub' && claim !== 'aud') return residueOf(test);
  const patterns = [...new Set(operator.like ? test.texts : test.texts.map(literalPattern))];
  return {
    claim,
    patterns,
    ...(test.operator.negated && { not: true }),
    ...(operator.ignoreCase && { ignoreCase: true }),
  };
}

interface TextOperator {
  readonly like?: boolean;
  readonly ignoreCase?: boolean;
}

const OPERATORS: Readonly<Record<string, TextOperator>> = {
  stringequals: {},
  stringnotequals: {},
  stringlike: { like: true },
  stringnotlike: { like: true },
  stringequalsignorecase: { ignoreCase: true },
  stringnotequalsignorecase: { ignoreCase: true },
};

/** Every token has a subject and an audience. */
function nullTest(claim: string, test: ConditionTest): Residue | 'always' | 'never' {
  if (claim !== 'sub' && claim !== 'aud') return residueOf(test);
  return test.texts.some((text) => text.toLowerCase() === 'false') ? 'always' : 'never';
}

/** The issuer's keys are written with its host and path: `<issuer>:<claim>`. */
function claimOf(issuer: string, { key, keyText }: ConditionTest): string | undefined {
  const prefix = `${issuer}:`;
  return key.startsWith(prefix.toLowerCase()) ? keyText.slice(prefix.length).toLowerCase() : undefined;
}

/** Other variables than the escapes of the wildcards; before version 2012-10-17 there are neither. */
const holdsVariable = (text: string, { variables }: ConditionTest): boolean =>
  text.replace(/\$\{[*?$]\}/g, variables ? '' : '$&').includes('${');

export const residueOf = (test: ConditionTest): Residue => ({
  text: `${test.keyText} ${test.operatorText} ${test.texts.join(' or ')}`,
  key: test.key,
  class: keyClass(test.key),
});

/** What a Deny leaves: undefined when it leaves nothing. */
export function deniedTests(issuer: string, tests: readonly ConditionTest[]): ClaimTest | Residue | 'nothing' | 'everything' {
  const [only] = tests;
  if (!only) return 'nothing';
  const words: Residue = {
    text: `not (${tests.map((test) => residueOf(test).text).join(' and ')})`,
    key: only.key,
    class: tests.every((test) => keyClass(test.key) === 'choosable') ? 'choosable' : 'unknown',
  };
  if (tests.length > 1) return words;
  const read = tokenTest(issuer, only);
  if (read === 'always') return 'nothing';
  if (read === 'never') return 'everything';
  if (!isClaimTest(read) || only.ifExists || only.some || only.every) return words;
  const { not, ...turned } = read;
  return not ? turned : { ...turned, not: true };
}
