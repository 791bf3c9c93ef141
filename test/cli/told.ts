import { join } from 'node:path';
import type { Run } from '../../src/cli/command.ts';
import { loadConfig } from '../../src/config.ts';
import { FINGERPRINT_KEY } from '../e2e/cli.ts';

/** What a command says in a folder, run in this process: its exit code, and its lines on stdout. */
export async function told(
  folder: string,
  run: Run,
  { words = [], options = {} }: { words?: readonly string[]; options?: Readonly<Record<string, unknown>> } = {},
) {
  let out = '';
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: () => undefined,
    isTerminal: false,
    signal: new AbortController().signal,
  };
  const environment = { INTERLOCK_FINGERPRINT_KEY: FINGERPRINT_KEY };
  const config = () => loadConfig({ file: join(folder, 'interlock.yaml'), environment });
  return { code: await run({ arguments: words, options, config, io }), out: out.split('\n') };
}
