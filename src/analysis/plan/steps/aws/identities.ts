/** Users, roles and their sessions: what is denied, fenced, bounded, untrusted or deleted as a whole. */
import { AWS_CUTOFF_POLICY, AWS_DENY_POLICY, AWS_FENCE_POLICY, AWS_STOP_ASSUME_POLICY } from '../../../../model/aws-documents.ts';
import { awsPrincipalOf } from '../../../../model/aws-principal.ts';
import { arnOf, awsAccount } from '../../../../model/keys.ts';
import type { StepParameters } from '../../../../model/plan.ts';
import type { Control } from '../../input.ts';
import type { Subject, System } from '../subject.ts';
import { awsControl, changeable, REREAD, SLOW } from './control.ts';

/** What UpdateRole takes at least. */
const SHORTEST_SESSION_SECONDS = 3600;

export function identityDenied({ key }: Subject): Control | undefined {
  const found = changeable(key);
  return (
    found &&
    awsControl({
      control: AWS_DENY_POLICY,
      action: 'quarantine',
      parameters: found.holder,
      reversibility: 'R0',
      probe: `the policy ${AWS_DENY_POLICY} is there: ${REREAD}; its own calls end in AccessDenied`,
    })
  );
}

/** Of an account that an organization was seen to have; not of the management account, which service control policies do not bind. */
export const outerDenied: NonNullable<System['outer']> = ({ key }, entityOf) => {
  const root = /^aws:(arn:[\w-]+:iam::(\d{12}):root)$/.exec(key);
  const account = root?.[2] ?? changeable(key)?.principal.account;
  if (account === undefined) return undefined;
  const { organization, management } = entityOf(awsAccount(account))?.properties ?? {};
  if (typeof organization !== 'string' || management === true) return undefined;
  return awsControl({
    control: 'service-control-policy',
    action: 'quarantine',
    parameters: { account, principal: arnOf(key) },
    reversibility: 'R0',
    probe: `list-policies-for-target shows the policy at the account: ${REREAD}; calls of this principal end in AccessDenied`,
    ...SLOW,
  });
};

export function sessionsEnded({ key }: Subject): Control | undefined {
  const found = changeable(key);
  return (
    found &&
    awsControl({
      control: AWS_CUTOFF_POLICY,
      action: 'quarantine',
      parameters: found.holder,
      reversibility: 'R!',
      probe: `CloudTrail shows AccessDenied for the old session names, and no new session from the suspect source; ${REREAD}`,
      ...SLOW,
    })
  );
}

export function fenced({ identities }: Subject, networks: readonly string[]): Control | undefined {
  const user = identities.find((one) => awsPrincipalOf(one)?.type === 'user');
  const found = user === undefined || networks.length === 0 ? undefined : changeable(user);
  return (
    found &&
    awsControl({
      control: AWS_FENCE_POLICY,
      action: 'reduce',
      parameters: { ...found.holder, networks: [...networks].sort() },
      reversibility: 'R0',
      probe: `calls from anywhere else end in AccessDenied; ${REREAD}`,
    })
  );
}

export function assumingDenied({ key }: Subject, roles: readonly string[]): Control | undefined {
  const found = changeable(key);
  if (found?.principal.type !== 'user') return undefined;
  return awsControl({
    control: AWS_STOP_ASSUME_POLICY,
    action: 'block',
    parameters: { ...found.holder, roles: roles.map(arnOf).sort() },
    reversibility: 'R0',
    probe: `AssumeRole by this user ends in AccessDenied; ${REREAD}`,
  });
}

/**
 * Actions that the managed policy `ReadOnlyAccess` allows for sure. It is no list of all reads: the values of secrets and decryption are
 * not in it. https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ReadOnlyAccess.html
 */
const READS =
  /^(s3:(Get|List)|dynamodb:(BatchGet|Describe|Get|List|Query$|Scan$)|sqs:(Get|List)|sns:(Get|List)|ec2:Describe|rds:(Describe|List)|cloudwatch:(Describe|Get|List)|logs:(Describe|Get|FilterLogEvents)|iam:(Get|List)|lambda:(Get|List)|sts:GetCallerIdentity$)/;

/** By the boundary `ReadOnlyAccess`, for who was seen to need no more. */
export const bounded: NonNullable<System['bound']> = ({ key }, seen) => {
  const found = seen.length > 0 && seen.every((action) => READS.test(action)) ? changeable(key) : undefined;
  const partition = /^aws:arn:([\w-]+):/.exec(key)?.[1];
  return (
    found &&
    awsControl({
      control: 'permissions-boundary',
      action: 'reduce',
      parameters: { ...found.holder, boundary: `arn:${partition}:iam::aws:policy/ReadOnlyAccess` },
      reversibility: 'R1',
      probe: `get-${found.principal.type} shows the boundary: ${REREAD}; calls beyond it end in AccessDenied, those of live sessions too`,
    })
  );
};

/** Principals and accounts of AWS, or subjects of one OIDC provider: whoever is of another kind is left out, which is undefined here. */
export const untrusted: NonNullable<System['untrust']> = ({ key }, assumers) => {
  const found = changeable(key);
  const who = untrustedOf(assumers, key);
  if (found?.principal.type !== 'role' || !who) return undefined;
  return awsControl({
    control: 'trust-policy',
    action: 'block',
    parameters: { ...found.holder, ...who },
    reversibility: 'R1',
    probe: `get-role shows the statement in the trust policy: ${REREAD}; assuming the role ends in AccessDenied`,
  });
};

function untrustedOf(assumers: readonly string[], role: string): StepParameters | undefined {
  const sorted = [...new Set(assumers)].sort();
  if (sorted.length === 0) return undefined;
  if (sorted.every((one) => awsPrincipalOf(one))) return { principals: sorted.map(arnOf) };
  const accounts = sorted.flatMap((one) => /^external:aws\/(\d{12})$/.exec(one)?.[1] ?? []);
  if (accounts.length === sorted.length) return { accounts };
  return sorted.length === 1 ? oidcProviderOf(sorted[0] as string, role) : undefined;
}

/**
 * `external:oidc/<issuer>/<subject>`. An issuer may have a path (EKS: `oidc.eks.eu-west-1.amazonaws.com/id/…`): the subject begins at the
 * first part after the host that has a colon or a wildcard in it, as the subjects of clusters and CI systems have.
 */
function oidcProviderOf(key: string, role: string): StepParameters | undefined {
  const found = /^external:oidc\/([\w.-]+(?:\/[^/:*]+(?=\/[^:*]*[:*]))*)\/(.+)$/.exec(key);
  const place = /^aws:arn:([\w-]+):iam::(\d{12}):/.exec(role);
  if (!found || !place) return undefined;
  return { provider: `arn:${place[1]}:iam::${place[2]}:oidc-provider/${found[1]}`, subjects: [found[2] as string] };
}

export function sessionsShortened({ key }: Subject): Control | undefined {
  const found = changeable(key);
  if (found?.principal.type !== 'role') return undefined;
  return awsControl({
    control: 'max-session',
    action: 'shorten',
    parameters: { ...found.holder, seconds: SHORTEST_SESSION_SECONDS },
    reversibility: 'R1',
    probe: 'get-role says how long a session may last; those that were taken before keep their end',
  });
}

export function identityDeleted({ key }: Subject): Control | undefined {
  const found = changeable(key);
  return (
    found &&
    awsControl({
      control: 'existence',
      action: 'delete',
      parameters: found.holder,
      reversibility: 'R2',
      probe: `get-${found.principal.type} answers NoSuchEntity`,
    })
  );
}
