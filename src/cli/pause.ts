import { pauseExecution } from '../app/execute/pause.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';

export const run = (invocation: Invocation): Promise<Exit> =>
  withApp(invocation, async (app) => {
    await pauseExecution(app, app.actor);
    if (invocation.options['json']) printJson(invocation.io, { paused: true });
    else invocation.io.out('Execution is paused: nothing begins until `interlock resume`.\n');
    return EXIT.done;
  });
