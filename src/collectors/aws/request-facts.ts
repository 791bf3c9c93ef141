/** What is known of a request's condition keys before the caller makes it: who asks, and about what. */
import { ABSENT, type KeyFact, type KeyFacts, unknown, values } from '../../iam/aws/facts.ts';
import { keyClass } from '../../iam/aws/keys.ts';
import { type Requester, sessionOf } from '../../iam/aws/principal.ts';
import { HOUR_MS } from '../../model/durations.ts';
import type { Guardrails } from './guardrails.ts';
import type { Principal } from './principals.ts';

/** The longest life of a session token. */
const LONGEST_SESSION_MS = 36 * HOUR_MS;

/** Keys that only a service which acts for somebody's resource brings. */
const OF_SERVICES = ['aws:sourcearn', 'aws:sourceaccount', 'aws:sourceorgid', 'aws:sourceorgpaths', 'aws:principalservicename'];

/** Of a user or role; tags are looked up apart. */
export function principalFacts(principal: Principal, now: Date): Map<string, KeyFact> {
  const { guardrails, kind } = principal;
  const issued = now.getTime() - LONGEST_SESSION_MS;
  const time: KeyFact = { kind: 'unknown', class: 'time', notBefore: now.getTime(), present: true };
  const facts = new Map<string, KeyFact>([
    ['aws:principalarn', values(principal.arn)],
    ['aws:principalaccount', values(principal.account)],
    ['aws:principaltype', values(isRoot(principal) ? 'Account' : kind === 'user' ? 'User' : 'AssumedRole')],
    ['kms:calleraccount', values(principal.account)],
    ['aws:userid', userId(principal)],
    ['aws:username', kind === 'user' && !isRoot(principal) ? values(principal.name) : ABSENT],
    ['aws:principalisawsservice', values('false')],
    ['aws:viaawsservice', values('false')],
    ['aws:currenttime', time],
    ['aws:epochtime', time],
    // A user may ask for a session token; whether one is used is the caller's choice.
    [
      'aws:tokenissuetime',
      { kind: 'unknown', class: kind === 'role' ? 'time' : 'unknown', notBefore: issued, present: kind === 'role' },
    ],
    ...OF_SERVICES.map((key) => [key, ABSENT] as const),
    ...organizationFacts('principal', guardrails),
  ]);
  return facts;
}

const isRoot = ({ arn }: Principal): boolean => arn.endsWith(':root');

/**
 * A role's sessions are `<unique id of the role>:<name of the session>`, the root user is its account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
 */
function userId(principal: Principal): KeyFact {
  const { kind, record, requester } = principal;
  if (isRoot(principal)) return values(principal.account);
  if (!record.uniqueId) return unknown('unknown');
  if (kind === 'user') return values(record.uniqueId);
  const session = sessionOf(requester.arn ?? '');
  if (session) return values(`${record.uniqueId}:${session.name}`);
  return { kind: 'unknown', class: 'choosable', startsWith: `${record.uniqueId}:`, present: true };
}

/** `aws:PrincipalOrgID` and its like; not known of an account that no organization export names. */
export const organizationFacts = (
  of: 'principal' | 'resource',
  { organization, organizationPath }: Guardrails,
): [string, KeyFact][] => [
  [`aws:${of}orgid`, organization ? values(organization) : unknown('unknown')],
  [`aws:${of}orgpaths`, organizationPath ? values(organizationPath) : unknown('unknown')],
];

/** Somebody with an account of their own, outside every organization that a condition could name. */
export const STRANGER: Requester = { arn: 'arn:aws:iam::000000000000:role/anyone', type: 'iam', account: '000000000000' };

const UNKNOWN_ROLE = ':role/unknown';

/** Stands for whichever principal an account that was not collected chooses. */
export const unknownRole = (account: string): string => `arn:aws:iam::${account}${UNKNOWN_ROLE}`;

const OF_NO_ORGANIZATION: readonly (readonly [string, KeyFact])[] = [
  ['aws:principalorgid', values('o-none')],
  ['aws:principalorgpaths', values('o-none/')],
];

/** Of a request by a stranger, a service, or an account that was not collected, about something of an account. */
export function outsideFacts(who: Requester, resourceAccount: string, guardrails: Guardrails): KeyFacts {
  const stranger = who === STRANGER;
  const account: KeyFact = who.account ? values(who.account) : unknown('unknown');
  const known = new Map<string, KeyFact>([
    ['aws:principalaccount', account],
    ['kms:calleraccount', account],
    ['aws:principalarn', who.arn && !who.arn.endsWith(UNKNOWN_ROLE) ? values(who.arn) : unknown('unknown')],
    ...(stranger ? OF_NO_ORGANIZATION : organizationFacts('principal', guardrails)),
    ['aws:principalisawsservice', values(String(who.type === 'service'))],
    ['aws:resourceaccount', values(resourceAccount)],
    ['aws:viaawsservice', values('false')],
  ]);
  // A service sets these to the account and the thing that it acts for: the resource's own account is the honest case.
  if (who.type === 'service') {
    known.set('aws:sourceaccount', values(resourceAccount)).set('aws:sourcearn', unknown('choosable'));
    known.set('aws:principalservicename', values(who.name ?? ''));
    for (const [key] of OF_NO_ORGANIZATION) known.set(key, ABSENT);
  } else for (const key of OF_SERVICES) known.set(key, ABSENT);
  return (key) => known.get(key) ?? unknown(keyClass(key));
}

const RESOURCE_TAG = /^[a-z0-9-]+:resourcetag\/(.+)$/;

/** The tag that a condition key speaks of, when it is a resource's. */
export const resourceTagOf = (key: string): string | undefined =>
  key.includes('resourcetag/') ? RESOURCE_TAG.exec(key)?.[1] : undefined;

/** A collected thing's tags are facts; of anything else they are not known. Undefined for keys of another kind. */
export function resourceTagFact(key: string, tags: ReadonlyMap<string, string> | undefined): KeyFact | undefined {
  const name = resourceTagOf(key);
  return name === undefined ? undefined : tags ? tagValue(tags, name) : unknown('unknown');
}

/** Tag keys ignore case in conditions. `name` in lower case. */
export function tagValue(tags: ReadonlyMap<string, string>, name: string): KeyFact {
  for (const [tag, value] of tags) if (tag.toLowerCase() === name) return values(value);
  return ABSENT;
}
