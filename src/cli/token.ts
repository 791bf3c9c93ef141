import { createToken, revokeToken } from '../app/tokens.ts';
import { UsageError } from '../model/errors.ts';
import { ROLES } from '../ports/store.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';
import { oneOf, textOption, wholeNumber } from './options.ts';
import { table } from './table.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const [act, id] = invocation.arguments;
  if (act === 'create') return create(invocation);
  if (act === 'list') return list(invocation);
  if (act === 'revoke' && id !== undefined) return revoke(invocation, id);
  throw new UsageError('token: expected create, list, or revoke <id>');
}

async function create(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const role = oneOf(options, 'role', ROLES);
  const name = textOption(options, 'name')?.trim() ?? role;
  if (name === '') throw new UsageError('--name: say whose the token is; it is what the ledger names');
  const days = options['days'] === undefined ? undefined : wholeNumber(options, 'days', 1);
  return withApp(invocation, async (app) => {
    const { token, secret } = await createToken(app, { name, role, ...(days !== undefined && { days }) });
    if (options['json']) printJson(io, { id: token.id, name, role, token: secret, expiresAt: token.expiresAt });
    else {
      io.err(`Token ${token.id} of ${name} (${role}); it is shown this once:\n`);
      io.out(`${secret}\n`);
    }
    return EXIT.done;
  });
}

const list = (invocation: Invocation): Promise<Exit> =>
  withApp(invocation, async (app) => {
    const items = (await app.store.tokens()).map(({ id, name, role, createdAt, expiresAt }) => ({
      id,
      name,
      role,
      createdAt,
      expiresAt,
    }));
    if (invocation.options['json']) printJson(invocation.io, { items });
    else {
      const columns = [{ title: 'ID' }, { title: 'NAME' }, { title: 'ROLE' }, { title: 'CREATED' }, { title: 'EXPIRES' }];
      invocation.io.out(
        table(
          columns,
          items.map(({ id, name, role, createdAt, expiresAt }) => [id, name, role, createdAt, expiresAt ?? 'never']),
        ),
      );
    }
    return EXIT.done;
  });

const revoke = (invocation: Invocation, id: string): Promise<Exit> =>
  withApp(invocation, async (app) => {
    const gone = await revokeToken(app, id);
    if (!gone) throw new UsageError(`${id}: no such token; \`interlock token list\` shows them`);
    if (invocation.options['json']) printJson(invocation.io, { id, revoked: true });
    else invocation.io.out(`Token ${id} is revoked.\n`);
    return EXIT.done;
  });
