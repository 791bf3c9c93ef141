/**
 * One CloudTrail record, as far as it is used here. Fields of the wrong type count as absent: logs are written by many services.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import type { Time } from '../../model/entity.ts';
import { eventTime } from '../files/event-time.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface TrailEvent {
  /** AWS's id with what it names: copies are equal, and logs whose ids were made up or redacted lose no event. */
  readonly id: string;
  readonly eventId: string;
  /** The id of the call: of a record that AWS sent again with more in it (`addendum`), that of the first one. */
  readonly callId: string;
  /** Equal in the two accounts that log one cross-account call. */
  readonly sharedId: string | undefined;
  readonly at: Time;
  /** `s3`, `iam`, … */
  readonly service: string;
  /** `GetObject`, without the version that Lambda and others append. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly address: string;
  readonly agent: string;
  readonly failed: boolean;
  readonly request: Fields;
  readonly response: Fields;
  readonly resources: readonly string[];
  readonly caller: Caller;
}

export interface Caller {
  readonly type: string;
  readonly arn: string | undefined;
  readonly account: string | undefined;
  readonly userName: string | undefined;
  /** The access key id used. */
  readonly key: string | undefined;
  readonly issuerArn: string | undefined;
  readonly issuerType: string | undefined;
  readonly created: Time | undefined;
  readonly invokedBy: string | undefined;
  readonly identityProvider: string | undefined;
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
/** What `fields` gives for anything that has none. */
export const NOTHING: Fields = Object.freeze({});
export const fields = (value: unknown): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : NOTHING;
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Undefined when the record lacks what every event has. */
export function trailEvent(value: unknown): TrailEvent | undefined {
  const record = fields(value);
  const at = eventTime(record['eventTime']);
  const host = text(record['eventSource']);
  const name = text(record['eventName']);
  const caller = callerOf(fields(record['userIdentity']));
  const account = text(record['recipientAccountId']) ?? caller.account;
  if (!at || !host?.endsWith('.amazonaws.com') || !name || !account || record['userIdentity'] === undefined) return undefined;
  const id = text(record['eventID']) ?? text(record['requestID']) ?? '';
  const what = `${account} ${at} ${host} ${name} ${caller.key ?? caller.arn ?? ''}`;
  return {
    id: `${id} ${what}`,
    eventId: id,
    callId: `${text(fields(record['addendum'])['originalEventID']) ?? id} ${what}`,
    sharedId: text(record['sharedEventID']),
    at,
    service: host.slice(0, -'.amazonaws.com'.length),
    name: name.replace(/20\d{6}(?:v\d+)?$/, ''),
    account,
    region: text(record['awsRegion']) ?? '',
    address: text(record['sourceIPAddress']) ?? '',
    agent: text(record['userAgent']) ?? '',
    failed: record['errorCode'] !== undefined && record['errorCode'] !== null,
    request: fields(record['requestParameters']),
    response: fields(record['responseElements']),
    resources: list(record['resources']).flatMap(
      (resource) => text(fields(resource)['ARN']) ?? text(fields(resource)['arn']) ?? [],
    ),
    caller,
  };
}

const KEY = /^[\w.-]{1,128}$/;

/** An access key id, if the text is one. */
export const keyId = (value: unknown): string | undefined => (typeof value === 'string' && KEY.test(value) ? value : undefined);

function callerOf(identity: Fields): Caller {
  const context = fields(identity['sessionContext']);
  const issuer = fields(context['sessionIssuer']);
  return {
    type: text(identity['type']) ?? 'Unknown',
    arn: text(identity['arn']),
    account: text(identity['accountId']),
    userName: text(identity['userName']),
    key: keyId(identity['accessKeyId']),
    issuerArn: text(issuer['arn']),
    issuerType: text(issuer['type']),
    created: eventTime(fields(context['attributes'])['creationDate']),
    invokedBy: text(identity['invokedBy']),
    identityProvider: text(identity['identityProvider']),
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ENGLISH = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)\s([AP])M$/;

/** STS writes `Jul 30, 2024, 9:46:15 PM` (UTC) into its answers. */
export function answerTime(value: unknown): Time | undefined {
  const found = typeof value === 'string' ? ENGLISH.exec(value) : null;
  if (!found) return eventTime(value);
  const [, month = '', day, year, hour, minute, second, half] = found;
  const hours = (Number(hour) % 12) + (half === 'P' ? 12 : 0);
  const at = Date.UTC(Number(year), MONTHS.indexOf(month), Number(day), hours, Number(minute), Number(second));
  return MONTHS.includes(month) ? new Date(at).toISOString() : undefined;
}
