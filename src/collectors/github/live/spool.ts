/**
 * What GitHub answered so far, in a file of the source's own: a collection that was ended goes on where it ended, and asks for nothing
 * twice. Answers are kept as they are used, with fingerprints where secret values were; workflows without literals that look like
 * secrets. When a collection is whole nothing is kept of it.
 */
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CollectContext } from '../../../ports/collector.ts';
import type { LiveSettings } from './settings.ts';

/** What is older says too little of how things are. */
const LONGEST_HOURS = 12;
const FILE = 'answers.jsonl';

export interface Spool {
  /** Answers that an earlier run has left. */
  readonly size: number;
  /** Undefined: to be asked for. */
  kept(asked: string): unknown;
  keep(asked: string, answer: unknown): Promise<void>;
  /** Something failed that may not fail the next time: then what is there is worth keeping. */
  noteFailure(): void;
  /** All that was answered has become facts. */
  finish(): Promise<void>;
}

export const NO_SPOOL: Spool = {
  size: 0,
  kept: () => undefined,
  keep: async () => {},
  noteFailure: () => {},
  finish: async () => {},
};

interface Header {
  readonly began: string;
  /** Whose answers these are, and under which key their fingerprints were made. */
  readonly of: string;
}

export async function openSpool(
  { spool, org, baseUrl }: LiveSettings,
  { now, fingerprint }: Pick<CollectContext, 'now' | 'fingerprint'>,
): Promise<Spool> {
  if (spool === undefined) return NO_SPOOL;
  const file = path.join(spool, FILE);
  const of = fingerprint(JSON.stringify(['answers of GitHub', org, baseUrl ?? '']));
  const found = await readAnswers(file, { now, of });
  if (!found) {
    await mkdir(spool, { recursive: true, mode: 0o700 });
    const header: Header = { began: now.toISOString(), of };
    await writeFile(file, `${JSON.stringify(header)}\n`, { mode: 0o600 });
  }
  return new FileSpool(file, found ?? new Map());
}

class FileSpool implements Spool {
  readonly #file: string;
  readonly #answers: ReadonlyMap<string, unknown>;
  #writing: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(file: string, answers: ReadonlyMap<string, unknown>) {
    this.#file = file;
    this.#answers = answers;
  }

  get size(): number {
    return this.#answers.size;
  }

  kept(asked: string): unknown {
    return this.#answers.get(asked);
  }

  /** One after the other: several calls are under way at once, and a line is whole or not there. */
  keep(asked: string, answer: unknown): Promise<void> {
    const line = `${JSON.stringify([asked, answer])}\n`;
    this.#writing = this.#writing.then(() => appendFile(this.#file, line));
    return this.#writing;
  }

  noteFailure(): void {
    this.#failed = true;
  }

  async finish(): Promise<void> {
    await this.#writing;
    if (!this.#failed) await rm(this.#file, { force: true });
  }
}

/** Undefined where there are none of use. The last line may have been cut off. */
async function readAnswers(file: string, { now, of }: { now: Date; of: string }): Promise<Map<string, unknown> | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  const [first, ...lines] = text.split('\n').map(parsed);
  const header = first as Header | undefined;
  const age = now.getTime() - Date.parse(header?.began ?? '');
  if (header?.of !== of || !(age >= 0 && age < LONGEST_HOURS * 3_600_000)) return undefined;
  // A cut-off line has no end: what is written next would stand in it.
  if (!text.endsWith('\n')) await appendFile(file, '\n');
  return new Map(lines.filter((line): line is [string, unknown] => Array.isArray(line) && line.length === 2));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
