import { once } from 'node:events';
import { createToken } from '../app/tokens.ts';
import { compose } from '../compose.ts';
import { startServer } from '../server.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { machineLog } from './machine-log.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io } = invocation;
  const config = invocation.config();
  await using app = await compose(config, { log: machineLog(), threaded: true });
  await using server = await startServer(app, config);
  if ((await app.store.tokens()).length === 0 && isLoopback(config.http.host)) {
    const { secret } = await createToken(app, { name: 'first', role: 'admin', days: 1 });
    io.err(`No token was there; this one is an administrator's for a day, shown this once:\n`);
    io.out(`${secret}\n`);
  }
  io.err(`interlock listens on ${server.url}/graphql (Ctrl-C stops it)\n`);
  if (!io.signal.aborted) await once(io.signal, 'abort');
  io.err('stopping: what runs is handed back\n');
  return EXIT.done;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
