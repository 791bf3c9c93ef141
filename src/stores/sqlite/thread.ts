/** The store behind a thread: the same promises, and the caller's thread stays free. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { messageOf, RefusedError } from '../../model/errors.ts';
import type { BackupRecord, Store } from '../../ports/store.ts';
import type { AccessOptions } from './access.ts';
import {
  CALLS,
  type Pulled,
  type Reply,
  type Request,
  revivedError,
  STREAMS,
  type StreamName,
  sentError,
} from './thread-protocol.ts';

const RECORDS_AT_ONCE = 500;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** `Omit` of each member of the union. */
type Unnumbered = Exclude<Request, { type: 'fed' }> extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

class StoreThread {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #feeding = new Map<number, AsyncIterator<BackupRecord>>();
  #last = 0;
  #ended: Error | undefined;
  readonly opened: Promise<unknown>;

  constructor(options: AccessOptions) {
    this.#path = options.path;
    this.#worker = startWorker(options);
    this.opened = this.#wait(0);
    this.#worker.on('message', (reply: Reply) => this.#receive(reply));
    this.#worker.on('error', (error) =>
      this.#end(new RefusedError(`${this.#path}: the store's thread failed: ${messageOf(error)}`)),
    );
    this.#worker.on('exit', () => this.#end(new RefusedError(`${this.#path}: the store's thread ended; open the store again`)));
  }

  ask(request: Unnumbered): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#last;
    const answer = this.#wait(id);
    this.#worker.postMessage({ ...request, id });
    return answer;
  }

  async *stream(name: StreamName, args: readonly unknown[]): AsyncGenerator<unknown> {
    if (this.#ended) throw this.#ended;
    const stream = this.#last + 1;
    await this.ask({ type: 'open', name, args });
    try {
      for (;;) {
        const { items, done } = (await this.ask({ type: 'next', stream })) as Pulled;
        yield* items;
        if (done) return;
      }
    } finally {
      if (!this.#ended) await this.ask({ type: 'end', stream });
    }
  }

  async import(records: AsyncIterable<BackupRecord>): Promise<number> {
    const id = this.#last + 1;
    const iterator = records[Symbol.asyncIterator]();
    this.#feeding.set(id, iterator);
    try {
      return (await this.ask({ type: 'import' })) as number;
    } finally {
      this.#feeding.delete(id);
      await iterator.return?.();
    }
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const closing = this.ask({ type: 'close' });
    this.#ended = new RefusedError(`${this.#path}: the store is closed; open it again`);
    await closing;
    await this.stop();
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  /** A thread that nobody waits for does not keep the process alive. */
  #wait(id: number): Promise<unknown> {
    this.#worker.ref();
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive(reply: Reply): void {
    if ('pull' in reply) return void this.#feed(reply.pull);
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in reply) waiting?.reject(revivedError(reply.error));
    else waiting?.resolve(reply.value);
  }

  async #feed(id: number): Promise<void> {
    const iterator = this.#feeding.get(id);
    const items: BackupRecord[] = [];
    try {
      let done = !iterator;
      while (iterator && !done && items.length < RECORDS_AT_ONCE) {
        const next = await iterator.next();
        if (next.done) done = true;
        else items.push(next.value);
      }
      this.#worker.postMessage({ type: 'fed', import: id, items, done } satisfies Request);
    } catch (error) {
      this.#worker.postMessage({ type: 'fed', import: id, items: [], done: true, error: sentError(error) } satisfies Request);
    }
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** From sources (tests, `tsx`) the thread first takes the loader: Node 20 reads no TypeScript by itself. */
function startWorker(workerData: AccessOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  // `require.resolve` names the CommonJS twin of the module, which cannot be imported by its address.
  const loader = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  const entry = new URL('./worker.ts', import.meta.url).href;
  const start = `import('${loader}').then(({ register }) => { register(); return import('${entry}'); })`;
  return new Worker(start, { workerData, eval: true, execArgv: [] });
}

export async function openInThread(options: AccessOptions): Promise<Store> {
  const thread = new StoreThread(options);
  try {
    await thread.opened;
  } catch (error) {
    await thread.stop();
    throw error;
  }
  const store: Record<string | symbol, unknown> = { name: 'sqlite' };
  for (const name of CALLS) store[name] = (...args: unknown[]) => thread.ask({ type: 'call', name, args });
  for (const name of Object.keys(STREAMS) as StreamName[]) store[name] = (...args: unknown[]) => thread.stream(name, args);
  store['importAll'] = (records: AsyncIterable<BackupRecord>) => thread.import(records);
  store[Symbol.asyncDispose] = () => thread.close();
  return store as unknown as Store;
}
