/** What most commands begin with: the composed application, its warnings on stderr, closed at the end. */
import { type ComposedApp, compose } from '../compose.ts';
import { RefusedError } from '../model/errors.ts';
import type { Log } from '../ports/log.ts';
import { ROLES, type RoleName } from '../ports/store.ts';
import type { Exit, Invocation, Io } from './command.ts';

export async function withApp(invocation: Invocation, work: (app: ComposedApp) => Promise<Exit>): Promise<Exit> {
  await using app = await compose(invocation.config(), { log: terminalLog(invocation.io) });
  requireRole(app, invocation.role);
  return await work(app);
}

/** A token gives its owner the same rights here as in the API. */
export function requireRole({ role, actor }: Pick<ComposedApp, 'role' | 'actor'>, least: RoleName | undefined): void {
  if (least === undefined || role === undefined || ROLES.indexOf(role) >= ROLES.indexOf(least)) return;
  throw new RefusedError(`needs the role ${least}; ${actor} (INTERLOCK_TOKEN) is ${role}`);
}

export function terminalLog(io: Io): Log {
  const line = (level: string) => (message: string) => io.err(`${level}: ${message}\n`);
  return { info: () => undefined, warn: line('warning'), error: line('error') };
}

/** Exactly one JSON document. */
export function printJson(io: Io, value: unknown): void {
  io.out(`${JSON.stringify(value)}\n`);
}
