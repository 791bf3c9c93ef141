/**
 * Who asks, and whether a Principal element means them.
 *
 * How it means them decides what else must allow: a user or a session that is named, and everybody, need no identity policy and
 * no boundary; a named role is still held by its boundary and session policies; an account delegates to its own identity policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
import type { Residue } from './residue.ts';

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
  /** True: a role's ARN is no session of a name. Otherwise its sessions may choose their names. */
  readonly isNameless?: boolean;
}

export type Strength = 'session' | 'user' | 'anyone' | 'role' | 'others' | 'service' | 'federated' | 'account';
const STRENGTHS: readonly Strength[] = ['session', 'user', 'anyone', 'role', 'others', 'service', 'federated', 'account'];

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
/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html */
const CLOUDFRONT_USER = /^arn:aws[a-z-]*:iam::cloudfront:user\/CloudFront Origin Access Identity [A-Z0-9]+$/;

export const accountOfArn = (arn: string): string | undefined => arn.split(':', 6)[4] || undefined;

/** Whether an AWS principal is one that AWS accepts: an account, a full ARN without wildcards, a unique id, or `*`. */
const isPrincipal = (text: string): boolean =>
  text === '*' || [ACCOUNT, IAM_ARN, UNIQUE_ID, CLOUDFRONT_USER].some((form) => form.test(text));

export function compilePrincipals(
  source: Record<string, unknown>,
  wanted: boolean,
): { element?: PrincipalElement; problems: readonly string[] } {
  const [plain, not] = [source['Principal'], source['NotPrincipal']];
  if (!wanted) return { problems: plain === undefined && not === undefined ? [] : ['an identity policy names no Principal'] };
  if (plain !== undefined && not !== undefined) return { problems: ['Principal and NotPrincipal exclude each other'] };
  const value = plain ?? not;
  if (value === undefined) return { problems: ['Principal is missing'] };
  if (value === '*') return { element: { ...NOBODY, not: plain === undefined, anyone: true }, problems: [] };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problems: [`Principal ${JSON.stringify(value)} must be "*" or an object such as {"AWS": "arn:…"}`] };
  const problems = Object.keys(value).flatMap((kind) =>
    Object.hasOwn(KINDS, kind) ? [] : [`principal type ${kind} is unknown`],
  );
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

/** Undefined when a Principal element does not mean the requester. The strongest way of being meant wins. */
export function principalMatch(element: PrincipalElement, who: Requester): PrincipalMatch | undefined {
  if (who.type === 'service') return element.services.includes(who.name ?? '') || element.anyone ? SURE.service : undefined;
  if (who.type === 'federated') return element.federated.includes(who.name ?? '') || element.anyone ? SURE.federated : undefined;
  let best: PrincipalMatch | undefined = element.anyone ? SURE.anyone : undefined;
  if (who.arn === null) return best;
  for (const text of element.aws) {
    const match = awsMatch(text, who, who.arn);
    if (match && (!best || isStronger(match, best))) best = match;
  }
  return best;
}

function isStronger(a: PrincipalMatch, b: PrincipalMatch): boolean {
  if (a.residues.length !== b.residues.length) return a.residues.length < b.residues.length;
  return STRENGTHS.indexOf(a.strength) < STRENGTHS.indexOf(b.strength);
}

const sure = (strength: Strength): PrincipalMatch => ({ strength, residues: [] });
const SURE: Readonly<Record<Strength, PrincipalMatch>> = {
  session: sure('session'),
  user: sure('user'),
  anyone: sure('anyone'),
  role: sure('role'),
  others: sure('others'),
  service: sure('service'),
  federated: sure('federated'),
  account: sure('account'),
};

function awsMatch(text: string, who: Requester, arn: string): PrincipalMatch | undefined {
  if (text === arn) return SURE[strengthOf(arn)];
  if (who.uniqueId !== undefined && text === who.uniqueId) return SURE[strengthOf(who.roleArn ?? arn)];
  if (who.account !== undefined && isAccount(text, who.account)) return SURE.account;
  if (!text.startsWith('arn:')) return undefined;
  const session = sessionOf(arn);
  if (session) return isRoleOf(text, session.role, who) ? SURE.role : undefined;
  return isNameOfSession(text, who, arn) ? { strength: 'session', residues: [namedResidue(text)] } : undefined;
}

export const isAccount = (text: string, account: string): boolean =>
  text === account || (text.endsWith(':root') && accountOfArn(text) === account);

/** A role's ARN stands for its sessions, whose names the caller chooses. */
export function isNameOfSession(text: string, who: Requester, arn: string): boolean {
  if (who.isNameless || !arn.includes(':role/')) return false;
  const asked = sessionOf(text);
  return asked !== undefined && asked.account === who.account && asked.role === lastPart(arn);
}

const namedResidue = (text: string): Residue => {
  const name = sessionOf(text)?.name ?? '';
  return {
    text: `the role session is named ${name}`,
    negation: `the role session is not named ${name}`,
    key: 'sts:rolesessionname',
    class: 'choosable',
  };
};

function strengthOf(arn: string): Strength {
  if (arn.includes(':role/')) return 'role';
  if (arn.includes(':assumed-role/') || arn.includes(':federated-user/')) return 'session';
  return arn.endsWith(':root') ? 'account' : 'user';
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

export const isRoleOf = (text: string, role: string, who: Requester): boolean =>
  who.roleArn ? text === who.roleArn : text.includes(':role/') && accountOfArn(text) === who.account && lastPart(text) === role;

/** The parts of `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
export function sessionOf(arn: string): { account: string; role: string; name: string } | undefined {
  const match = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/.exec(arn);
  return match ? { account: match[1] as string, role: match[2] as string, name: match[3] as string } : undefined;
}
