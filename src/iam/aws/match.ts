/** Whether a statement speaks of a request, and what must still hold for it to. */
import { conditionResidue } from './condition.ts';
import { actionStatements, type Policy, type Statement } from './document.ts';
import type { KeyFacts } from './facts.ts';
import { resourceMatcher } from './glob.ts';
import { notPrincipalMatch } from './not-principal.ts';
import { type PrincipalMatch, principalMatch, type Requester, type Strength } from './principal.ts';
import type { Residue } from './residue.ts';
import { substituteResource } from './variables.ts';

/** A request as statements are asked of it. */
export interface Asked {
  readonly who: Requester;
  /** Lower case. */
  readonly action: string;
  readonly resource: string;
  readonly facts: KeyFacts;
  /** Whether the requester has a permissions boundary. */
  readonly isBounded: boolean;
}

export interface Match {
  readonly policy: string;
  readonly statement: Statement;
  readonly residues: readonly Residue[];
  /** How the Principal element means the requester, where there is one. */
  readonly strength?: Strength | undefined;
}

/** The Allow or Deny statements of policies that match, added to a list. */
export function addMatches(found: Match[], policies: readonly Policy[], asked: Asked, effect: Statement['effect']): Match[] {
  for (const policy of policies) {
    const statements = actionStatements(policy, asked.action);
    for (const statement of effect === 'Allow' ? statements.allows : statements.denies) {
      const match = statementMatch(policy, statement, asked);
      if (match) found.push(match);
    }
  }
  return found;
}

function statementMatch(policy: Policy, statement: Statement, asked: Asked): Match | undefined {
  const principal = statement.principals && meantBy(statement, asked);
  if (statement.principals && !principal) return undefined;
  const resource = resourceResidue(statement, asked);
  if (!resource) return undefined;
  const condition = conditionResidue(statement.conditions, asked.facts);
  if (!condition) return undefined;
  const extra = principal?.residues ?? NONE;
  const residues = resource.length + extra.length === 0 ? condition : [...resource, ...extra, ...condition];
  return { policy: policy.name, statement, residues, strength: principal?.strength };
}

const NONE: readonly Residue[] = [];

function meantBy({ principals, effect }: Statement, { who, isBounded }: Asked): PrincipalMatch | undefined {
  if (!principals) return undefined;
  return principals.not ? notPrincipalMatch(principals, who, { effect, isBounded }) : principalMatch(principals, who);
}

/** Undefined when the statement's resources do not take in the resource; a variable that only the caller decides leaves a residue. */
function resourceResidue({ resources, notResource }: Statement, { resource, facts }: Asked): readonly Residue[] | undefined {
  if (!resources) return NONE;
  let unsure: Residue[] | undefined;
  for (const pattern of resources) {
    if (pattern.matches) {
      if (pattern.matches(resource)) return notResource ? undefined : NONE;
      continue;
    }
    const substituted = substituteResource(pattern.text, facts);
    if (!substituted || !resourceMatcher(substituted.glob)(resource)) continue;
    if (substituted.unknown.length === 0) return notResource ? undefined : NONE;
    unsure = [...(unsure ?? []), ...substituted.unknown.map((key) => fits(key, pattern.text, notResource))];
  }
  return notResource ? (unsure ?? NONE) : unsure;
}

function fits(key: string, text: string, isNot: boolean): Residue {
  const [plain, not] = [`${key} fits ${text}`, `not (${key} fits ${text})`];
  return { text: isNot ? not : plain, negation: isNot ? plain : not, key, class: 'unknown' };
}
