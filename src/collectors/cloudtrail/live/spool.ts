/** Log files on this machine's disk. What is here was written whole and flushed: only then may a queue forget its message. */
import { createHash } from 'node:crypto';
import { lstat, mkdir, open, opendir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DAY_MS } from '../../../model/durations.ts';
import { cleanRecord } from './clean-record.ts';

const compressed = promisify(gzip);
const SAFE = /^(?!\.)[\w.=@+-]{1,200}$/;

export class Spool {
  readonly root: string;
  readonly #save: ((path: string, content: string) => Promise<void>) | undefined;

  constructor(root: string, save?: (path: string, content: string) => Promise<void>) {
    this.root = root;
    this.#save = save;
  }

  async has(name: string): Promise<boolean> {
    return (await lstat(join(this.root, pathOf(name))).catch(() => undefined)) !== undefined;
  }

  /** Records as lines, without secret values; on disk when it returns. Written before: nothing is done. */
  async write(name: string, records: readonly unknown[]): Promise<void> {
    const path = pathOf(name);
    const text = records.map((record) => `${JSON.stringify(cleanRecord(record))}\n`).join('');
    if (await this.has(name)) return;
    await this.#save?.(path.replace(/\.gz$/, ''), text);
    const file = join(this.root, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFlushed(file, await compressed(text));
  }

  /** Names below a folder of the spool. */
  async names(folder: string): Promise<string[]> {
    const found: string[] = [];
    for await (const one of await opendir(join(this.root, folder)).catch(() => [])) if (one.isFile()) found.push(one.name);
    return found.sort();
  }

  /** Removes what was fetched more than so many days ago, and what an interrupted run left half written. */
  async prune(keepDays: number, now: Date): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    for await (const one of await opendir(this.root, { recursive: true })) {
      if (!one.isFile()) continue;
      const file = join(one.parentPath, one.name);
      const stats = await lstat(file).catch(() => undefined);
      if (one.name.endsWith(PART) || (stats && stats.mtimeMs < now.getTime() - keepDays * DAY_MS))
        await rm(file, { force: true });
    }
  }
}

const PART = '.part';

/** The name as a path below the spool; a hash of what could leave it or what a file system may not take. */
function pathOf(name: string): string {
  const parts = name.split('/');
  const path = parts.every((part) => SAFE.test(part)) ? name : createHash('sha256').update(name).digest('hex');
  return path.endsWith('.gz') ? path : `${path}.gz`;
}

/** Whole or not at all, also when the power fails: data, then name, then the folder's entry. */
async function writeFlushed(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(`${file}${PART}`, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}${PART}`, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
