import { CallError, isThrottled } from '../../apis/aws/call-error.ts';
import { RefusedError, ThrottledError } from '../../model/errors.ts';

/** AWS says not how long; its own clients begin with less and double it. */
const WAIT_MS = 5000;

/** What went wrong, for people and for the executor: a right that lacks and a thing that is not there are refusals. */
export function said(error: unknown): unknown {
  if (!(error instanceof CallError)) return error;
  const { failure, permission, reason, code, account, region } = error.call;
  const place = `account ${account} (${region})`;
  if (isThrottled(error.call)) return new ThrottledError(`${permission}: ${place} asks to wait (${code})`, WAIT_MS);
  if (failure === 'denied')
    return new RefusedError(`${permission}: not allowed in ${place}; grant it to the role or user of the enforcer`);
  if (failure === 'absent') return new RefusedError(`${permission}: ${place} has no such thing (${code}): collect again`);
  return REFUSES.test(code)
    ? new RefusedError(`${permission}: refused by ${place} (${code})`)
    : new Error(`${permission}: ${reason.split(';', 1)[0]} in ${place}`);
}

/** The call was understood and not carried out. */
const REFUSES =
  /^(DeleteConflict|LimitExceeded|MalformedPolicyDocument|EntityAlreadyExists|UnmodifiableEntity|InvalidInput|ValidationError|ConstraintViolation|PolicyNotAttachable|InvalidParameter|InvalidRequest|ParameterPatternMismatch|AWSOrganizationsNotInUse|TargetNotFound|AccountNotFound|PolicyTypeNotEnabled)/;

export const isAbsent = (error: unknown): boolean => error instanceof CallError && error.call.failure === 'absent';
export const isDenied = (error: unknown): boolean => error instanceof CallError && error.call.failure === 'denied';
export const hasCode = (error: unknown, code: RegExp): boolean => error instanceof CallError && code.test(error.call.code);
