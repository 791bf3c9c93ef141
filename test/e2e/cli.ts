/** The CLI as a user runs it, from the sources: a process of its own, in a folder of its own. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { canonicalJson } from '../../src/model/ledger.ts';

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
    stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
  });
}

/** All that a process says until it ends. */
export function finished(child: ChildProcess): Promise<Finished> {
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

/** Waits until a process says this on stderr, from now on; throws when it ends without. */
export function heard(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = pattern.exec(said);
      if (found) resolve(found);
    });
    child.once('close', (code) => reject(new Error(`it ended with ${code} and did not say ${pattern}: ${said}`)));
  });
}

export const cli = (folder: string, ...words: string[]): Promise<Finished> => finished(startCli(folder, words));

/** The same, with this text on stdin. */
export function cliFed(input: string, folder: string, ...words: string[]): Promise<Finished> {
  const child = startCli(folder, words, { stdio: 'pipe' });
  child.stdin?.end(input);
  return finished(child);
}

/** The same, with variables of its own. */
export const cliWith = (env: Readonly<Record<string, string>>, folder: string, ...words: string[]): Promise<Finished> =>
  finished(startCli(folder, words, { env }));

/** The one JSON document that `--json` prints; anything else on stdout, or another exit code, fails. */
export async function answer<T>(folder: string, words: readonly string[], { code = 0, env = {} } = {}): Promise<T> {
  const done = await cliWith(env, folder, ...words, '--json');
  expect(done, `${words.join(' ')}: ${done.err}`).toMatchObject({ code });
  return JSON.parse(done.out) as T;
}

/** The graph as lines of `export`, without what a repeated collection may change, and with its fields in one order. */
export async function exportedGraph(folder: string, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { code, out, err } = await cliWith(env, folder, 'export');
  expect(code, err).toBe(0);
  const lines = out.split('\n').filter(Boolean);
  return lines.map((line) => canonicalJson(JSON.parse(line, (name, value) => (UNSTABLE.includes(name) ? undefined : value))));
}

const UNSTABLE = ['generation', 'since', 'lastSeen'];

/** Lines that only one of them has; empty when they hold the same. */
export function differences(one: readonly string[], other: readonly string[]): string[] {
  const [inOne, inOther] = [new Set(one), new Set(other)];
  return [
    ...one.filter((line) => !inOther.has(line)).map((line) => `- ${line}`),
    ...other.filter((line) => !inOne.has(line)).map((line) => `+ ${line}`),
  ];
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
