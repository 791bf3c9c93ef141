/** Suites that share one real database take turns, also across processes: the turn is a file that names the process that has it. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const TRY_AGAIN_MS = 200;

/** How long a suite may have to wait for its turn: the timeout of the hook that takes it. */
export const TURN_TIMEOUT_MS = 10 * 60_000;

/** Waits until nobody else uses the database; the turn ends when what is returned is disposed, or with the process. */
export async function takeTurn(url: string): Promise<Disposable> {
  const file = join(tmpdir(), `interlock-turn-${createHash('sha256').update(new URL(url).host).digest('hex').slice(0, 16)}`);
  while (!isTaken(file)) await wait(TRY_AGAIN_MS);
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

function isTaken(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isRunning(holderOf(file))) rmSync(file, { force: true });
    return false;
  }
}

function holderOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return process.pid;
  }
}

/** 0 is a file that its maker is just writing. */
function isRunning(pid: number): boolean {
  try {
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
