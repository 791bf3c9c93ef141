/** Proof that a call made: sessions of STS, and access keys; console passwords, which have no id, are known by their user. */
import type { Time } from '../../model/entity.ts';
import { answerTime, fields, keyId, list, type TrailEvent, text } from './event.ts';

export interface Issuance {
  /** The new key's id. */
  readonly key: string;
  readonly expiresAt: Time | undefined;
  readonly sessionName: string | undefined;
  /** What the new proof acts as: a role or another account's root by ARN, a user's name, or the caller itself. */
  readonly actsAs: { readonly roleArn: string } | { readonly rootArn: string } | { readonly userName: string } | 'caller';
  /** A session policy limits it: it may do less than whom it acts for. */
  readonly limited: boolean;
}

/** Undefined when the call failed or made no proof. */
export function issuanceOf(event: TrailEvent): Issuance | undefined {
  if (event.failed) return undefined;
  return event.service === 'iam' && event.name === 'CreateAccessKey' ? createdKey(event) : mintedSession(event);
}

function createdKey({ request, response }: TrailEvent): Issuance | undefined {
  const created = fields(response['accessKey']);
  const key = keyId(created['accessKeyId']);
  if (!key) return undefined;
  const userName = text(created['userName']) ?? text(request['userName']);
  return { key, expiresAt: undefined, sessionName: undefined, actsAs: userName ? { userName } : 'caller', limited: false };
}

function mintedSession({ name, request, response }: TrailEvent): Issuance | undefined {
  const credentials = fields(response['credentials']);
  const key = keyId(credentials['accessKeyId']);
  if (!key) return undefined;
  const roleArn = text(request['roleArn']);
  const root = name === 'AssumeRoot' ? rootOf(text(request['targetPrincipal'])) : undefined;
  const hasPolicy = request['policy'] !== undefined && request['policy'] !== null;
  return {
    key,
    expiresAt: answerTime(credentials['expiration']),
    sessionName: text(request['roleSessionName']) ?? (name === 'GetFederationToken' ? text(request['name']) : undefined),
    actsAs: roleArn ? { roleArn } : root ? { rootArn: root } : 'caller',
    limited: hasPolicy || list(request['policyArns']).length > 0 || ALWAYS_LIMITED.has(name),
  };
}

/** A federation token has at most what its policy leaves; a root session only its task policy. */
const ALWAYS_LIMITED: ReadonlySet<string> = new Set(['GetFederationToken', 'AssumeRoot']);

/** The account to be entered, as its id or the ARN of its root. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html */
const rootOf = (target: string | undefined): string | undefined =>
  target?.startsWith('arn:') ? target : /^\d{12}$/.test(target ?? '') ? `arn:aws:iam::${target}:root` : undefined;
