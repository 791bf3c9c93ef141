import { heldControls } from '../app/execute/held-controls.ts';
import { extendHold, releaseHold } from '../app/execute/release-hold.ts';
import { executeContext } from '../app/revocation.ts';
import type { ComposedApp } from '../compose.ts';
import { UsageError } from '../model/errors.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { answerExecution } from './execution.ts';
import { printJson, requireRole, withApp } from './open.ts';
import { duration } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const [act, id] = invocation.arguments;
  if (act !== undefined && (!['release', 'extend'].includes(act) || id === undefined))
    throw new UsageError('holds: expected nothing, release <id>, or extend <id> --for 8h');
  return withApp(invocation, (app) => {
    if (act === 'release') return release(invocation, app, id as string);
    if (act === 'extend') return extend(invocation, app, id as string);
    return list(invocation, app);
  });
}

async function release({ io, options }: Invocation, app: ComposedApp, id: string): Promise<Exit> {
  requireRole(app, 'approver');
  const anyway = options['anyway'] === true;
  const result = await releaseHold(executeContext(app), id, { actor: app.actor, signal: io.signal, anyway });
  return answerExecution({ io, app }, result, { json: options['json'], isRehearsal: false });
}

async function extend({ io, options }: Invocation, app: ComposedApp, id: string): Promise<Exit> {
  requireRole(app, 'responder');
  const forMs = duration(options, 'for');
  if (forMs === undefined) throw new UsageError('holds extend: say until when, from now, with --for 8h');
  const { expires } = await extendHold(executeContext(app), id, { actor: app.actor, forMs });
  if (options['json']) printJson(io, { id, expires });
  else io.out(`Hold ${id} now expires at ${expires}.\n`);
  return EXIT.done;
}

async function list({ io, options }: Invocation, app: ComposedApp): Promise<Exit> {
  const items = await heldControls(app);
  if (options['json']) printJson(io, { items });
  else if (items.length === 0) io.out('Nothing is held.\n');
  else {
    const columns = ['ID', 'TARGET', 'CONTROL', 'HELD BY PLAN', 'SINCE', 'EXPIRES', 'STATE'].map((title) => ({ title }));
    const rows = items.map((hold) => [
      hold.id,
      hold.target,
      hold.control,
      hold.holder,
      hold.since,
      hold.expires ?? 'never',
      hold.due !== null ? 'due' : hold.drift !== null ? 'drift' : hold.preexisting ? 'was there before' : '',
    ]);
    io.out(table(columns, rows));
  }
  return EXIT.done;
}
