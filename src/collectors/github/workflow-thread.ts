/** A thread that reads workflow files: one text comes, what it says goes back. */
import { parentPort } from 'node:worker_threads';
import { InputError, messageOf } from '../../model/errors.ts';
import { packedReading } from './packed-reading.ts';
import { readWorkflow } from './workflow-text.ts';
import type { Answered, Asked } from './workflow-threads.ts';

const port = parentPort;
if (!port) throw new Error('workflow-thread.ts runs as a worker thread; WorkflowThreads starts it');

port.on('message', ({ id, ...text }: Asked) => {
  try {
    const packed = packedReading(readWorkflow(text));
    const bytes = packed.workflow instanceof Uint8Array ? [packed.workflow.buffer as ArrayBuffer] : [];
    port.postMessage({ id, read: packed } satisfies Answered, bytes);
  } catch (error) {
    port.postMessage({ id, problem: messageOf(error), isInput: error instanceof InputError } satisfies Answered);
  }
});
