import { resumeExecution } from '../app/execute/pause.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';

export const run = (invocation: Invocation): Promise<Exit> =>
  withApp(invocation, async (app) => {
    await resumeExecution(app, app.actor);
    if (invocation.options['json']) printJson(invocation.io, { paused: false });
    else invocation.io.out('Execution may go on.\n');
    return EXIT.done;
  });
