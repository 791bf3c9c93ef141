import { releaseHold } from '../app/execute/release-hold.ts';
import { executeContext } from '../app/revocation.ts';
import { UsageError } from '../model/errors.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { answerExecution } from './execution.ts';
import { printJson, requireRole, withApp } from './open.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const [act, id] = invocation.arguments;
  if (act !== undefined && (act !== 'release' || id === undefined))
    throw new UsageError('holds: expected nothing, or release <id>');
  return withApp(invocation, async (app) => {
    if (id !== undefined) {
      requireRole(app, 'approver');
      const result = await releaseHold(executeContext(app), id, { actor: app.actor, signal: io.signal });
      return answerExecution(io, result, { json: options['json'], isRehearsal: false });
    }
    const holds = await app.store.holds({ open: true });
    const items = holds.map(({ id: hold, target, control, holder, since, expires, preexisting }) => ({
      id: hold,
      target,
      control,
      holder,
      since,
      expires,
      preexisting,
    }));
    if (options['json']) printJson(io, { items });
    else if (items.length === 0) io.out('Nothing is held.\n');
    else {
      const columns = [
        { title: 'ID' },
        { title: 'TARGET' },
        { title: 'CONTROL' },
        { title: 'HELD BY PLAN' },
        { title: 'SINCE' },
        { title: 'EXPIRES' },
      ];
      io.out(
        table(
          columns,
          items.map((hold) => [hold.id, hold.target, hold.control, hold.holder, hold.since, hold.expires ?? 'never']),
        ),
      );
    }
    return EXIT.done;
  });
}
