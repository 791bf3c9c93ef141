/** The CLI as a user runs it, from the sources: a process of its own, in a folder of its own. */
import { type SpawnOptions, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
const entry = join(root, 'src/cli.ts');
const tsx = import.meta.resolve('tsx');

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const FINGERPRINT_KEY = 'a fingerprint key for tests, of no worth';

export function startCli(folder: string, words: readonly string[], options: SpawnOptions = {}) {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INTERLOCK_')));
  const env = { ...inherited, INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY, NO_COLOR: '1', ...options.env };
  return spawn(process.execPath, ['--import', tsx, entry, ...words], {
    ...options,
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function cli(folder: string, ...words: string[]): Promise<Finished> {
  const child = startCli(folder, words);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

/** A folder of its own with this configuration and these files. */
export function workspace(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-e2e-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A copy of the sample estate. */
export function estate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-estate-'));
  cpSync(join(root, 'examples/estate'), folder, { recursive: true, filter: (path) => !/interlock\.db/.test(path) });
  return folder;
}
