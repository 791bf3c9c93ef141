/**
 * Log files by the messages of a queue. A message is hidden from others while its files are fetched, and deleted only when all of them lie
 * in the spool, flushed to disk; whatever happens before that, the queue hands it out again.
 */
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CallError } from '../../../apis/aws/call-error.ts';
import { operation } from '../../../apis/aws/operation.ts';
import type { Session } from '../../../apis/aws/session.ts';
import { InputError } from '../../../model/errors.ts';
import type { Collected } from '../../../ports/collector.ts';
import { fetchLog } from './log-files.ts';
import { filesNamed, isLog } from './notices.ts';
import type { Spool } from './spool.ts';

export const receiveMessage = operation('sqs:ReceiveMessage', SQSClient, ReceiveMessageCommand);
export const deleteMessages = operation('sqs:DeleteMessage', SQSClient, DeleteMessageBatchCommand);

/** Ten files are fetched in far less; a run that died gives its messages back after it. */
const HIDDEN_SECONDS = 300;
const WAIT_SECONDS = 1;
/** SQS asks only some of its servers in one call: a second empty answer means that nothing is there. */
const EMPTY_ANSWERS = 2;
/** So that a run ends though messages keep coming. */
const MOST_MESSAGES = 20_000;

export interface Delivery {
  readonly aws: Session;
  readonly spool: Spool;
  readonly queue: string;
  /** Told of what could not be fetched. */
  failed(error: unknown): void;
}

export async function* fetchQueue({ aws, spool, queue, failed }: Delivery): AsyncGenerator<Collected> {
  let [taken, empty] = [0, 0];
  while (taken < MOST_MESSAGES && empty < EMPTY_ANSWERS) {
    const { Messages = [] } = await aws.call(receiveMessage, {
      QueueUrl: queue,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: HIDDEN_SECONDS,
    });
    empty = Messages.length === 0 ? empty + 1 : 0;
    taken += Messages.length;
    const stored: Message[] = [];
    for (const message of Messages) {
      const outcome = await fetched(message, aws, spool).catch((error: unknown) => ({ error }));
      if (outcome === 'stored') stored.push(message);
      else if (outcome === 'unknown') yield { type: 'warning', text: unknownText(queue, message) };
      else failed(outcome.error);
    }
    await forget(aws, queue, stored);
    yield { type: 'progress', done: taken, total: taken, what: `messages of ${queue.slice(queue.lastIndexOf('/') + 1)}` };
  }
}

const unknownText = (queue: string, { MessageId }: Message): string =>
  `${queue}: message ${MessageId} tells of no log file; it stays in the queue, which needs a redrive policy for such messages`;

async function fetched({ Body }: Message, aws: Session, spool: Spool): Promise<'stored' | 'unknown'> {
  const files = filesNamed(Body);
  if (!files) return 'unknown';
  for (const file of files.filter(isLog)) await fetchLog(aws, spool, file);
  return 'stored';
}

async function forget(aws: Session, QueueUrl: string, messages: readonly Message[]): Promise<void> {
  if (messages.length === 0) return;
  const Entries = messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle: ReceiptHandle ?? '' }));
  await aws.call(deleteMessages, { QueueUrl, Entries });
}

/** A failed call or a broken file spoils itself only; anything else ends the collection. */
export const isOfOneFile = (error: unknown): error is Error => error instanceof CallError || error instanceof InputError;
