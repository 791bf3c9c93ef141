import { pauseExecution } from '../app/execute/pause.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { withApp } from './open.ts';

export const run = (invocation: Invocation): Promise<Exit> =>
  withApp(invocation, async (app) => {
    await pauseExecution(app, app.actor);
    invocation.io.out('Execution is paused: nothing begins until `interlock resume`.\n');
    return EXIT.done;
  });
