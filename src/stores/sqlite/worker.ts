/** The store's thread: opens the store, answers requests one after the other as they come. */
import { parentPort, workerData } from 'node:worker_threads';
import type { BackupRecord, Store } from '../../ports/store.ts';
import type { AccessOptions } from './access.ts';
import { createSqliteStore } from './in-process.ts';
import { type Pulled, type Reply, type Request, revivedError, STREAMS, sentError } from './thread-protocol.ts';

type Fed = Extract<Request, { type: 'fed' }>;

interface OpenStream {
  readonly iterator: AsyncIterator<unknown>;
  readonly atOnce: number;
}

const port = parentPort;
if (!port) throw new Error('worker.ts runs as a worker thread; call openSqliteStore with `thread: true`');
const reply = (message: Reply): void => port.postMessage(message);

const streams = new Map<number, OpenStream>();
const hungry = new Map<number, (fed: Fed) => void>();

function open(id: number, store: Store, { name, args }: Extract<Request, { type: 'open' }>): void {
  const opened = (store[name] as (...given: readonly unknown[]) => AsyncIterable<unknown>)(...args);
  streams.set(id, { iterator: opened[Symbol.asyncIterator](), atOnce: STREAMS[name] });
}

async function pull(id: number): Promise<Pulled> {
  const stream = streams.get(id);
  const items: unknown[] = [];
  while (stream && items.length < stream.atOnce) {
    const next = await stream.iterator.next();
    if (next.done) {
      streams.delete(id);
      return { items, done: true };
    }
    items.push(next.value);
  }
  return { items, done: !stream };
}

async function end(id: number): Promise<void> {
  const stream = streams.get(id);
  streams.delete(id);
  await stream?.iterator.return?.();
}

async function* fedRecords(id: number): AsyncGenerator<BackupRecord> {
  for (;;) {
    const fed = await new Promise<Fed>((resolve) => {
      hungry.set(id, resolve);
      reply({ pull: id });
    });
    if (fed.error) throw revivedError(fed.error);
    yield* fed.items as BackupRecord[];
    if (fed.done) return;
  }
}

async function answer(store: Store, request: Exclude<Request, Fed>): Promise<unknown> {
  switch (request.type) {
    case 'call':
      return (store[request.name] as (...args: readonly unknown[]) => Promise<unknown>)(...request.args);
    case 'open':
      return open(request.id, store, request);
    case 'next':
      return pull(request.stream);
    case 'end':
      return end(request.stream);
    case 'import':
      return store.importAll(fedRecords(request.id));
    case 'close':
      for (const id of Array.from(streams.keys())) await end(id);
      return store[Symbol.asyncDispose]();
  }
}

function serve(store: Store): void {
  port?.on('message', (request: Request) => {
    if (request.type === 'fed') return hungry.get(request.import)?.(request);
    answer(store, request).then(
      (value) => reply({ id: request.id, value }),
      (error: unknown) => reply({ id: request.id, error: sentError(error) }),
    );
  });
}

/** Request 0 is the opening itself. */
try {
  serve(createSqliteStore(workerData as AccessOptions));
  reply({ id: 0, value: undefined });
} catch (error) {
  reply({ id: 0, error: sentError(error) });
}
