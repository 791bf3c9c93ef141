/**
 * Policy documents that stop something, as JSON text. Sources: IAM User Guide, "Revoking IAM role temporary security credentials",
 * "Disabling permissions for temporary security credentials", "AWS global condition context keys"; Organizations User Guide,
 * "Service control policies".
 */
import { sha256 } from './ledger.ts';

export const AWS_DENY_POLICY = 'interlock-deny';
export const AWS_FENCE_POLICY = 'interlock-fence';
export const AWS_STOP_ASSUME_POLICY = 'interlock-deny-assume';
/** The name that the AWS console uses for the same control. */
export const AWS_CUTOFF_POLICY = 'AWSRevokeOlderSessions';
/** How the statements begin that trust policies get; the rest says whom they deny, so that two incidents do not overwrite each other. */
const TRUST_SID = 'InterlockDeny';

type Statement = Readonly<Record<string, unknown>>;

const VERSION = '2012-10-17';
const denying = (effect: Statement): string => JSON.stringify({ Version: VERSION, Statement: [{ Effect: 'Deny', ...effect }] });
const EVERYTHING = { Action: '*', Resource: '*' };

export const denyAllDocument = (): string => denying(EVERYTHING);

/** Everything, to sessions that were issued before `cutoff`; `sid` (letters and digits) says which step put it there. */
export const cutoffDocument = (cutoff: string, sid?: string): string =>
  denying({
    ...(sid !== undefined && { Sid: sid }),
    ...EVERYTHING,
    Condition: { DateLessThan: { 'aws:TokenIssueTime': cutoff } },
  });

export interface FenceLines {
  /** Addresses or CIDR blocks of the legitimate consumers. */
  readonly networks?: readonly string[] | undefined;
  /** Ids of VPC endpoints: calls through them carry no public address. */
  readonly vpcEndpoints?: readonly string[] | undefined;
}

/** Calls from elsewhere. What AWS services call for the identity stays allowed; where AWS does not say whether one did, it is denied. */
export function fenceDocument({ networks = [], vpcEndpoints = [] }: FenceLines): string {
  const outside = {
    ...(networks.length > 0 && { NotIpAddress: { 'aws:SourceIp': [...networks].sort() } }),
    ...(vpcEndpoints.length > 0 && { StringNotEquals: { 'aws:SourceVpce': [...vpcEndpoints].sort() } }),
  };
  return denying({ ...EVERYTHING, Condition: { ...outside, BoolIfExists: { 'aws:ViaAWSService': 'false' } } });
}

export const stopAssumeDocument = (roleArns: readonly string[]): string =>
  denying({ Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], Resource: [...roleArns].sort() });

/** `principalArn`: of a user, a role or a root user; a role's sessions carry its ARN. */
export const outerDenyDocument = (principalArn: string): string =>
  denying({ ...EVERYTHING, Condition: { ArnEquals: { 'aws:PrincipalArn': principalArn } } });

/** Who may assume a role no more. */
export interface Untrusted {
  /** ARNs of users and roles: their sessions carry the role's ARN. */
  readonly principals?: readonly string[] | undefined;
  /** Whole accounts, by id. */
  readonly accounts?: readonly string[] | undefined;
  /** ARN of an OIDC provider, with the `sub` patterns that it may vouch for no more; without patterns all of them. */
  readonly provider?: string | undefined;
  readonly subjects?: readonly string[] | undefined;
}

/** By condition instead of principal: AWS refuses a document that names a principal which does not exist any more. */
export function trustStatement(untrusted: Untrusted): Statement {
  const effect = trustEffect(untrusted);
  return { Sid: `${TRUST_SID}${sha256(JSON.stringify(effect)).slice(0, 16)}`, Effect: 'Deny', ...effect };
}

function trustEffect({ principals = [], accounts = [], provider, subjects = [] }: Untrusted): Statement {
  if (provider !== undefined) {
    const issuer = provider.slice(provider.indexOf('/') + 1);
    return {
      Principal: { Federated: provider },
      Action: ['sts:AssumeRoleWithWebIdentity'],
      ...(subjects.length > 0 && { Condition: { StringLike: { [`${issuer}:sub`]: [...subjects].sort() } } }),
    };
  }
  const condition =
    principals.length > 0
      ? { ArnEquals: { 'aws:PrincipalArn': [...principals].sort() } }
      : { StringEquals: { 'aws:PrincipalAccount': [...accounts].sort() } };
  return { Principal: { AWS: '*' }, Action: ['sts:AssumeRole'], Condition: condition };
}

interface TrustDocument {
  readonly Statement?: Statement | readonly Statement[];
}

const statementsOf = (document: string): readonly Statement[] => {
  const { Statement } = JSON.parse(document) as TrustDocument;
  return Array.isArray(Statement) ? (Statement as readonly Statement[]) : Statement ? [Statement as Statement] : [];
};

const isOurs = (statement: Statement): boolean => String(statement['Sid']).startsWith(TRUST_SID);

/** The document with one statement more; the same document where it is there already. */
export function withTrustDenied(document: string, untrusted: Untrusted): string {
  if (isTrustDenied(document, untrusted)) return document;
  const added = trustStatement(untrusted);
  const kept = statementsOf(document).filter(({ Sid }) => Sid !== added['Sid']);
  return JSON.stringify({ ...(JSON.parse(document) as object), Statement: [...kept, added] });
}

/** Whether the document denies exactly these, as we would. */
export const isTrustDenied = (document: string, untrusted: Untrusted): boolean =>
  statementsOf(document).some((one) => isSameDocument(one, trustStatement(untrusted)));

/** Whether two documents are the same but for statements of ours. */
export function isSameTrustElsewhere(one: string, other: string): boolean {
  const rest = (document: string): unknown => ({
    ...(JSON.parse(document) as object),
    Statement: statementsOf(document).filter((statement) => !isOurs(statement)),
  });
  return isSameDocument(rest(one), rest(other));
}

/** Whether two documents, parsed, say the same: AWS writes a list of one as the thing itself, and fields in any order. */
export const isSameDocument = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return value.length === 1 ? canonical(value[0]) : `[${value.map(canonical).sort().join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`;
}

/** The cutoff that a document holds, with the step's mark; undefined where it is none of ours. */
export function cutoffOf(document: string): { readonly cutoff: string; readonly sid?: string } | undefined {
  for (const statement of statementsOf(document)) {
    const condition = statement['Condition'] as { DateLessThan?: { 'aws:TokenIssueTime'?: unknown } } | undefined;
    const found = condition?.DateLessThan?.['aws:TokenIssueTime'];
    const cutoff = Array.isArray(found) ? (found as unknown[])[0] : found;
    const isWhole = statement['Effect'] === 'Deny' && canonical(statement['Action']) === '"*"';
    if (isWhole && typeof cutoff === 'string')
      return { cutoff, ...(typeof statement['Sid'] === 'string' && { sid: statement['Sid'] }) };
  }
  return undefined;
}
