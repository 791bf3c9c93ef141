/**
 * Who asks, and whether a Principal element means them.
 *
 * How it means them decides what else must allow: a user or a session that is named needs no identity policy and no boundary;
 * a named role is still held by its boundary; an account delegates to its own identity policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-request-context.html
 */
import type { Residue } from './condition.ts';

export interface Requester {
  /** The ARN of a user, role, role session, federated user or account root; null when anonymous. */
  readonly arn: string | null;
  readonly type: 'iam' | 'anonymous' | 'service' | 'federated';
  readonly account?: string;
  /** `lambda.amazonaws.com`, or the identity provider's ARN or host. */
  readonly name?: string;
  /** AIDA… or AROA…: what a Principal element turns into when its principal is deleted. */
  readonly uniqueId?: string;
  /** The ARN of the role behind a session, when it is known with its path. */
  readonly roleArn?: string;
}

const STRENGTHS = ['session', 'user', 'role', 'anyone', 'service', 'federated', 'account'] as const;
export type Strength = (typeof STRENGTHS)[number];

export interface PrincipalElement {
  readonly not: boolean;
  readonly anyone: boolean;
  readonly aws: readonly string[];
  readonly services: readonly string[];
  readonly federated: readonly string[];
  readonly canonical: readonly string[];
}

export interface PrincipalMatch {
  readonly strength: Strength;
  readonly residues: readonly Residue[];
}

const ACCOUNT = /^\d{12}$/;
const IAM_ARN = /^arn:aws[a-z-]*:(iam|sts)::(\d{12}):(root|(user|role|assumed-role|federated-user)\/[^*?]+)$/;
const UNIQUE_ID = /^A(IDA|ROA|KIA|GPA|SIA|NPA)[A-Z0-9]{6,}$/;

export const accountOfArn = (arn: string): string | undefined => arn.split(':', 6)[4] || undefined;

/** Whether an AWS principal is one that AWS accepts: an account, a full ARN without wildcards, a unique id, or `*`. */
const isPrincipal = (text: string): boolean => text === '*' || ACCOUNT.test(text) || IAM_ARN.test(text) || UNIQUE_ID.test(text);

export function compilePrincipals(
  source: Record<string, unknown>,
  wanted: boolean,
): { element?: PrincipalElement; problems: readonly string[] } {
  const [plain, not] = [source['Principal'], source['NotPrincipal']];
  if (!wanted) return { problems: plain === undefined && not === undefined ? [] : ['an identity policy names no Principal'] };
  const value = plain ?? not;
  if (value === undefined) return { problems: ['Principal is missing'] };
  if (value === '*') return { element: { ...NOBODY, not: plain === undefined, anyone: true }, problems: [] };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problems: [`Principal ${JSON.stringify(value)} must be "*" or an object such as {"AWS": "arn:…"}`] };
  const problems = Object.keys(value).flatMap((kind) => (kind in KINDS ? [] : [`principal type ${kind} is unknown`]));
  const read = (kind: string) => textsOf((value as Record<string, unknown>)[kind]);
  const aws = read('AWS');
  problems.push(...aws.filter((one) => !isPrincipal(one)).map((one) => `principal ${one} is not one that AWS accepts`));
  return {
    problems,
    element: {
      not: plain === undefined,
      anyone: aws.includes('*'),
      aws,
      services: read('Service'),
      federated: read('Federated'),
      canonical: read('CanonicalUser'),
    },
  };
}

const NOBODY: PrincipalElement = { not: false, anyone: false, aws: [], services: [], federated: [], canonical: [] };
const KINDS: Readonly<Record<string, true>> = { AWS: true, Service: true, Federated: true, CanonicalUser: true };

const textsOf = (value: unknown): string[] => [value].flat().filter((one): one is string => typeof one === 'string');

/** Undefined when the element does not mean the requester. The strongest way of being meant wins. */
export function principalMatch(element: PrincipalElement, who: Requester): PrincipalMatch | undefined {
  const named = namedMatch(element, who);
  if (!element.not) return named;
  return named && named.residues.length === 0 ? undefined : { strength: 'anyone', residues: [] };
}

function namedMatch(element: PrincipalElement, who: Requester): PrincipalMatch | undefined {
  if (who.type === 'service') return element.services.includes(who.name ?? '') || element.anyone ? sure('service') : undefined;
  if (who.type === 'federated')
    return element.federated.includes(who.name ?? '') || element.anyone ? sure('federated') : undefined;
  const found = who.arn === null ? [] : element.aws.flatMap((text) => awsMatch(text, who, who.arn as string));
  if (element.anyone) found.push(sure('anyone'));
  return found.sort(
    (a, b) => a.residues.length - b.residues.length || STRENGTHS.indexOf(a.strength) - STRENGTHS.indexOf(b.strength),
  )[0];
}

const sure = (strength: Strength): PrincipalMatch => ({ strength, residues: [] });

function awsMatch(text: string, who: Requester, arn: string): PrincipalMatch[] {
  if (text === arn) return [sure(strengthOf(arn))];
  if (who.uniqueId && text === who.uniqueId) return [sure(strengthOf(who.roleArn ?? arn))];
  if (who.account && (text === who.account || (text.endsWith(':root') && accountOfArn(text) === who.account)))
    return [sure('account')];
  const session = sessionOf(arn);
  if (session && isRoleOf(text, session.role, who)) return [sure('role')];
  const asked = sessionOf(text);
  if (asked && arn.includes(':role/') && asked.account === who.account && asked.role === lastPart(arn))
    return [
      {
        strength: 'session',
        residues: [{ text: `the role session is named ${asked.name}`, key: 'sts:rolesessionname', class: 'choosable' }],
      },
    ];
  return [];
}

function strengthOf(arn: string): Strength {
  if (arn.includes(':role/')) return 'role';
  if (arn.includes(':assumed-role/') || arn.includes(':federated-user/')) return 'session';
  return arn.endsWith(':root') ? 'account' : 'user';
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const isRoleOf = (text: string, role: string, who: Requester): boolean =>
  who.roleArn ? text === who.roleArn : text.includes(':role/') && accountOfArn(text) === who.account && lastPart(text) === role;

/** The parts of `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
export function sessionOf(arn: string): { account: string; role: string; name: string } | undefined {
  const match = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/.exec(arn);
  return match ? { account: match[1] as string, role: match[2] as string, name: match[3] as string } : undefined;
}
