/**
 * NotPrincipal: everybody but those who are named.
 *
 * With Deny, AWS checks the account of the requester as well as the user, or the role: one who is to be spared must be named with
 * their account, and one with a permissions boundary is never spared.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
import {
  isAccount,
  isNameOfSession,
  type PrincipalElement,
  type PrincipalMatch,
  principalMatch,
  type Requester,
} from './principal.ts';

export interface NotPrincipalCase {
  readonly effect: 'Allow' | 'Deny';
  readonly isBounded: boolean;
}

/** Undefined when the element leaves the requester out. */
export function notPrincipalMatch(
  element: PrincipalElement,
  who: Requester,
  asked: NotPrincipalCase,
): PrincipalMatch | undefined {
  const named = principalMatch(element, who);
  if (asked.effect === 'Allow') return named && named.residues.length === 0 ? undefined : OTHERS;
  if (who.type !== 'iam' || element.anyone) return named ? undefined : OTHERS;
  if (asked.isBounded || !isAccountNamed(element, who)) return OTHERS;
  return unlessNamed(element, who, who.arn ?? '');
}

const OTHERS: PrincipalMatch = { strength: 'others', residues: [] };

const isAccountNamed = ({ aws }: PrincipalElement, { account }: Requester): boolean =>
  account !== undefined && aws.some((text) => isAccount(text, account));

/** The account is named; whether the requester is, too. The root user is the account. */
function unlessNamed(element: PrincipalElement, who: Requester, arn: string): PrincipalMatch | undefined {
  if (arn.endsWith(':root')) return undefined;
  const others = element.aws.filter((text) => !isAccount(text, who.account ?? ''));
  const named = principalMatch({ ...element, aws: others }, who);
  if (!named) return OTHERS;
  if (named.residues.length === 0) return undefined;
  return { strength: 'others', residues: others.filter((text) => isNameOfSession(text, who, arn)).map(notNamed) };
}

const notNamed = (text: string) => {
  const name = text.slice(text.lastIndexOf('/') + 1);
  return {
    text: `the role session is not named ${name}`,
    negation: `the role session is named ${name}`,
    key: 'sts:rolesessionname',
    class: 'choosable' as const,
  };
};
