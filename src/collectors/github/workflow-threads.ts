/**
 * Reads workflow files on the cores that are free. To read YAML with its lines is most of the work of a large organisation, and no file
 * needs another for it. The first few are read by the caller's own thread: to start another takes longer than they do.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { InputError, messageOf } from '../../model/errors.ts';
import { startThread } from '../files/start-thread.ts';
import { type PackedReading, packedReading, unpackedReading } from './packed-reading.ts';
import { readWorkflow, type WorkflowText } from './workflow-text.ts';

export type Asked = WorkflowText & { readonly id: number };
export type Answered =
  | { readonly id: number; readonly read: PackedReading }
  | { readonly id: number; readonly problem: string; readonly isInput: boolean };

const FEW = 64;
const MOST_THREADS = 4;
const MOST_KNOWN = 300;
/** Files that wait for one thread: enough for the time that the caller's is busy with something else. */
const MOST_WAITING = 32;

interface Waiting {
  readonly resolve: (read: PackedReading) => void;
  readonly reject: (error: unknown) => void;
}

export interface ThreadOptions {
  /** Without them: as many as there are cores besides the caller's; none on a single one. */
  readonly threads?: number;
  /** So many files are read before any thread is started. */
  readonly few?: number;
}

export class WorkflowThreads implements AsyncDisposable {
  readonly #most: number;
  readonly #few: number;
  readonly #threads: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  /** Of the texts read last: repositories that were made of one template hold the same. */
  readonly #known = new Map<string, Promise<PackedReading>>();
  #asked = 0;
  #problem: Error | undefined;

  constructor({ threads = Math.min(availableParallelism() - 1, MOST_THREADS), few = FEW }: ThreadOptions = {}) {
    this.#most = threads;
    this.#few = few;
  }

  /** Rejects with an InputError for what is no workflow. */
  read(text: WorkflowText): Promise<PackedReading> {
    if (this.#asked < this.#few) return this.#readHere(text, (one) => unpackedReading(readWorkflow(one)));
    const hash = createHash('sha256').update(text.path).update('\0').update(text.text).digest('base64');
    const known = this.#known.get(hash);
    if (known) return this.#again(known, text);
    // Whoever waits for the other threads reads too.
    const isHere = this.#waiting.size >= this.#most * MOST_WAITING;
    const reading = isHere ? this.#readHere(text, (one) => packedReading(readWorkflow(one))) : this.#readElsewhere(text);
    this.#known.set(hash, reading);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return reading;
  }

  /** What is said of a file names it, so only what nothing was said of counts for another. */
  async #again(known: Promise<PackedReading>, text: WorkflowText): Promise<PackedReading> {
    const read = await known.catch(() => undefined);
    if (read && read.warnings.length === 0) return read;
    return packedReading(readWorkflow(text));
  }

  async #readHere(text: WorkflowText, read: (text: WorkflowText) => PackedReading): Promise<PackedReading> {
    this.#asked++;
    return read(text);
  }

  async #readElsewhere(text: WorkflowText): Promise<PackedReading> {
    const id = this.#asked++;
    const thread = this.#threadFor(id);
    if (this.#problem) throw this.#problem;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      thread.postMessage({ ...text, id } satisfies Asked);
    });
  }

  /** In turn: texts are of about one size, and each thread takes them as they come. */
  #threadFor(id: number): Worker {
    const at = id % this.#most;
    const thread = this.#threads[at] ?? this.#start();
    this.#threads[at] = thread;
    return thread;
  }

  #start(): Worker {
    const thread = startThread(import.meta.url, './workflow-thread');
    thread.on('message', (answered: Answered) => this.#receive(answered));
    thread.on('error', (error) => this.#end(`a thread that reads workflows failed: ${messageOf(error)}`));
    thread.on('exit', () => this.#end('a thread that reads workflows ended'));
    return thread;
  }

  #receive(answered: Answered): void {
    const waiting = this.#waiting.get(answered.id);
    this.#waiting.delete(answered.id);
    if ('read' in answered) waiting?.resolve(answered.read);
    else waiting?.reject(answered.isInput ? new InputError(answered.problem) : new Error(answered.problem));
  }

  /** One that ended leaves its files unread. */
  #end(problem: string): void {
    this.#problem ??= new Error(problem);
    for (const { reject } of this.#waiting.values()) reject(this.#problem);
    this.#waiting.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}
