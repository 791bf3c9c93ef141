/** `interlock serve`: the API, the scheduler, and, with the inline queue, the worker. */
import type { AddressInfo } from 'node:net';
import type { ComposedApp } from './compose.ts';
import type { Config } from './config.ts';
import { messageOf, RefusedError } from './model/errors.ts';
import { createHttpServer } from './server/http.ts';
import { schedulesOf, startWork } from './worker.ts';

export interface RunningServer extends AsyncDisposable {
  /** `http://host:port`. */
  readonly url: string;
}

export async function startServer(app: ComposedApp, config: Config): Promise<RunningServer> {
  const closing = new AbortController();
  const server = createHttpServer({ app, development: config.development, closing: closing.signal });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(config.http, error)));
    server.listen(config.http.port, config.http.host, resolve);
  });
  if (app.queue.name === 'inline') await startWork(app);
  // Not awaited: a queue that cannot be reached takes them when it is back, and meanwhile the API answers.
  app.queue.schedule(schedulesOf(config, app.sources)).catch((error: unknown) => {
    if (!closing.signal.aborted) app.log.warn(`schedules wait for the queue: ${messageOf(error)}`);
  });
  const { port } = server.address() as AddressInfo;
  const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      closing.abort();
      server.closeIdleConnections();
      const closed = new Promise((resolve) => server.close(resolve));
      const force = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearTimeout(force);
    },
  };
}

const cannotListen = ({ host, port }: Config['http'], error: unknown): RefusedError =>
  new RefusedError(`http: cannot listen on ${host}:${port} (${messageOf(error)}); set another http.host or http.port`);
