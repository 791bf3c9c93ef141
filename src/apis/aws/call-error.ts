import { isExpected, messageOf } from '../../model/errors.ts';

/** Why a call gave no answer. `absent`: what was asked for is not there, which is an answer too. */
export type CallFailure = 'denied' | 'absent' | 'failed';

export interface FailedCall {
  readonly failure: CallFailure;
  /** What the policy must allow: of a `denied` call, the right that AWS itself names. */
  readonly permission: string;
  /** AWS's or the system's own word. */
  readonly code: string;
  readonly reason: string;
  readonly account: string;
  readonly region: string;
}

/** A call that gave no answer. Its message never quotes the answer's content. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly call: FailedCall;

  constructor(call: FailedCall) {
    super(callText(call, call.region));
    this.call = call;
  }
}

/** `iam:ListUsers: not allowed in account 111122223333 (eu-west-1); …` */
export const callText = ({ failure, permission, reason, account }: FailedCall, regions: string): string =>
  `${permission}: ${reason} in account ${account} (${regions})${failure === 'denied' ? '; grant it to the role or user that collects' : ''}`;

/** AWS asks to wait: the call had no effect. */
export const isThrottled = ({ code }: Pick<FailedCall, 'code'>): boolean => THROTTLED.test(code);

/** What the SDK threw, as a CallError; cancellation and our own errors stay what they are. */
export function callError(error: unknown, call: { permission: string; account: string; region: string }): unknown {
  if (error instanceof CallError || isExpected(error) || (error as Error | null)?.name === 'AbortError') return error;
  const code = codeOf(error);
  if (DENIED.test(code)) {
    const permission = /not authorized to perform: ([\w-]+:\w+)/.exec(messageOf(error))?.[1] ?? call.permission;
    return new CallError({ ...call, permission, failure: 'denied', code, reason: 'not allowed' });
  }
  return new CallError({ ...call, failure: ABSENT.test(code) ? 'absent' : 'failed', code, reason: reasonOf(error, code) });
}

const DENIED = /^(AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized|Forbidden|AllAccessDisabled)/;
const ABSENT =
  /^(NoSuch|ResourceNotFound|NotFound|QueueDoesNotExist|ServerSideEncryptionConfigurationNotFound)|NonExistent|\.NotFound$/;
const CREDENTIALS = /Token|Credential|Signature|AuthFailure|UnrecognizedClient|OptInRequired|SubscriptionRequired/;
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|PriorRequestNotComplete/;
const UNREACHABLE = /^E[A-Z_]+$|Timeout/;

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;

function codeOf(error: unknown): string {
  const { name, Code, code } = error as { name?: unknown; Code?: unknown; code?: unknown };
  const found =
    [code, Code, name].find((text): text is string => typeof text === 'string' && text !== 'Error' && text !== '') ?? 'Unknown';
  if (found.startsWith('Unknown') && statusOf(error) === 403) return 'AccessDenied';
  return /^[\w.:#-]{1,80}$/.test(found) ? found : 'Unknown';
}

function reasonOf(error: unknown, code: string): string {
  if (THROTTLED.test(code)) return `still throttled after every attempt (${code})`;
  if (CREDENTIALS.test(code)) return `the credentials were not accepted (${code})`;
  if (UNREACHABLE.test(code)) return `cannot be reached (${code}); leave out of \`regions\` what does not have this service:`;
  const status = statusOf(error);
  if (error instanceof SyntaxError || status === 200) return `the answer cannot be read (${code})`;
  return `failed (${code}${status === undefined ? '' : `, HTTP ${status}`})`;
}
