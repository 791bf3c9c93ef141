import { doctor } from '../app/doctor.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  return withApp(invocation, async (app) => {
    const checks = await doctor(app, { signal: io.signal });
    if (options['json']) printJson(io, { checks });
    else
      io.out(
        table(
          [{ title: '' }, { title: 'CHECK' }, { title: 'FOUND', most: 300 }],
          checks.map(({ status, name, detail }) => [status, name, detail]),
        ),
      );
    return checks.some(({ status }) => status === 'fail') ? EXIT.failed : EXIT.done;
  });
}
