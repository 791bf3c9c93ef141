/**
 * One event of the audit log, as far as it is used here. Fields of the wrong type count as absent.
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
import type { Time } from '../../model/entity.ts';
import { eventTime } from '../files/event-time.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface AuditEvent {
  readonly id: string;
  readonly at: Time;
  readonly verb: string;
  readonly failed: boolean;
  /** Who proved to be whom. */
  readonly user: string;
  /** As whom the call was made, when it was not the user itself. */
  readonly actedAs: string | undefined;
  /** Id of the proof: `JTI=…` of a token, `X509SHA256=…` of a certificate. */
  readonly credential: string | undefined;
  readonly pod: string | undefined;
  /** The address that the API server saw itself: earlier ones are the caller's word. */
  readonly address: string;
  readonly agent: string;
  readonly object: AuditObject | undefined;
  readonly issued: IssuedToken | undefined;
}

export interface AuditObject {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface IssuedToken {
  /** JTI */
  readonly id: string;
  readonly expiresAt: Time | undefined;
  readonly audiences: readonly string[];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const fields = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};
const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : []).filter((one): one is string => typeof one === 'string');

/** Undefined when the record lacks what every event has. `RequestReceived` is `'early'`: the same event comes again with its outcome. */
export function auditEvent(value: unknown): AuditEvent | 'early' | undefined {
  const record = fields(value);
  const id = text(record['auditID']);
  const at = eventTime(record['requestReceivedTimestamp']) ?? eventTime(record['stageTimestamp']);
  const verb = text(record['verb']);
  const user = text(fields(record['user'])['username']);
  if (!id || !at || !verb || !user) return undefined;
  if (record['stage'] === 'RequestReceived') return 'early';
  const extra = fields(fields(record['user'])['extra']);
  const code = fields(record['responseStatus'])['code'];
  return {
    id,
    at,
    verb,
    user,
    failed: record['stage'] === 'Panic' || (typeof code === 'number' && code >= 400),
    actedAs: text(fields(record['impersonatedUser'])['username']),
    credential: texts(extra['authentication.kubernetes.io/credential-id'])[0],
    pod: texts(extra['authentication.kubernetes.io/pod-name'])[0],
    address: texts(record['sourceIPs']).at(-1) ?? '',
    agent: text(record['userAgent']) ?? '',
    object: objectOf(fields(record['objectRef'])),
    issued: issuedBy(record),
  };
}

function objectOf(reference: Fields): AuditObject | undefined {
  const resource = text(reference['resource']);
  if (resource === undefined) return undefined;
  const part = (name: string): string => text(reference[name]) ?? '';
  return {
    group: part('apiGroup'),
    resource,
    subresource: part('subresource'),
    namespace: part('namespace'),
    name: part('name'),
  };
}

/** Tokens are told of by their id; the token itself is never in the log. */
function issuedBy(record: Fields): IssuedToken | undefined {
  const id = tokenId(text(fields(record['annotations'])['authentication.kubernetes.io/issued-credential-id']));
  if (id === undefined) return undefined;
  const answered = fields(record['responseObject']);
  return {
    id,
    expiresAt: eventTime(fields(answered['status'])['expirationTimestamp']),
    audiences: texts(fields(fields(record['requestObject'])['spec'])['audiences']),
  };
}

/** `JTI=<uuid>` → the id. */
export const tokenId = (credential: string | undefined): string | undefined =>
  /^JTI=([\w.-]{1,128})$/.exec(credential ?? '')?.[1];
/** `X509SHA256=<hex>` → the digest. */
export const certificateDigest = (credential: string | undefined): string | undefined =>
  /^X509SHA256=([0-9a-f]{64})$/i.exec(credential ?? '')?.[1]?.toLowerCase();
