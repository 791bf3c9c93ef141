import type { AwsCall } from '../../model/aws-calls.ts';
import type { Place } from './control-now.ts';
import { send } from './operations.ts';
import { hasCode, said } from './words.ts';

/** Codes that say that it was done before. */
const DONE: Readonly<Record<string, RegExp>> = {
  AttachPolicy: /^DuplicatePolicyAttachment/,
  DetachPolicy: /^PolicyNotAttached/,
  DeletePolicy: /^PolicyNotFound/,
};

/** The call in words; done before is done. */
export async function sendOnce(call: AwsCall, { session, signal }: Place): Promise<string> {
  try {
    return await send(session, call, signal);
  } catch (error) {
    const done = DONE[call.operation];
    if (done && hasCode(error, done)) return `${call.service}:${call.operation} was done before`;
    throw said(error);
  }
}
