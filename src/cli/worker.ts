import { once } from 'node:events';
import { compose } from '../compose.ts';
import { UsageError } from '../model/errors.ts';
import { startWork } from '../worker.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { machineLog } from './machine-log.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io } = invocation;
  const config = invocation.config();
  if (config.queue === 'inline')
    throw new UsageError(
      'queue: a worker needs a queue between processes (redis://…); with inline, `interlock serve` works itself',
    );
  await using app = await compose(config, { log: machineLog(), threaded: true });
  await app.queue.ping();
  await startWork(app);
  io.err(`working on ${app.queue.name} (Ctrl-C stops it)\n`);
  if (!io.signal.aborted) await once(io.signal, 'abort');
  io.err('stopping: what runs is handed back\n');
  return EXIT.done;
}
