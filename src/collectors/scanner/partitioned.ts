/**
 * Values in parts, so that what belongs together can be gathered one part after the other: a report may be larger than memory. They
 * stay in memory while they are few, else in a file that has no name any more when it is written to.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, RefusedError } from '../../model/errors.ts';
import { textHash } from '../../model/text-hash.ts';

const PARTS = 128;
const HELD = 20_000;

interface Segment {
  readonly at: number;
  readonly bytes: number;
}

/** `T` is JSON; it holds no secret value. `held`: how many stay in memory. */
export class Partitioned<T> implements Disposable {
  readonly #most: number;
  #held: { readonly part: number; readonly value: T }[] = [];
  readonly #segments: Segment[][] = Array.from({ length: PARTS }, () => []);
  #file: number | undefined;
  #end = 0;

  constructor(held = HELD) {
    this.#most = held;
  }

  /** Values of one name come into one part. */
  add(name: string, value: T): void {
    this.#held.push({ part: textHash(name) % PARTS, value });
    if (this.#held.length >= this.#most) this.#write();
  }

  /** Each part's values in the order in which they came; one part where all were held. */
  *parts(): Generator<readonly T[]> {
    if (this.#file === undefined) {
      yield this.#held.map(({ value }) => value);
      return;
    }
    this.#write();
    for (const segments of this.#segments) {
      const values: T[] = [];
      for (const segment of segments) for (const value of this.#read(segment)) values.push(value);
      yield values;
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #write(): void {
    const parts: T[][] = Array.from({ length: PARTS }, () => []);
    for (const { part, value } of this.#held) parts[part]?.push(value);
    this.#held = [];
    try {
      this.#file ??= openNameless();
      for (const [part, values] of parts.entries()) {
        if (values.length > 0) this.#segments[part]?.push(this.#append(this.#file, Buffer.from(JSON.stringify(values))));
      }
    } catch (error) {
      throw new RefusedError(
        `${tmpdir()}: cannot keep findings there until all are read (${messageOf(error)}); free space there, or set TMPDIR to another folder`,
        { cause: error },
      );
    }
  }

  #append(file: number, content: Buffer): Segment {
    const segment = { at: this.#end, bytes: content.length };
    for (let done = 0; done < content.length; ) done += writeSync(file, content, done, content.length - done, this.#end + done);
    this.#end += content.length;
    return segment;
  }

  #read({ at, bytes }: Segment): T[] {
    const content = Buffer.allocUnsafe(bytes);
    for (let done = 0; done < bytes; ) {
      const read = readSync(this.#file as number, content, done, bytes - done, at + done);
      if (read === 0) throw new RefusedError(`${tmpdir()}: what was kept there of the findings is cut short; collect again`);
      done += read;
    }
    return JSON.parse(content.toString('utf8')) as T[];
  }
}

/** Its name goes at once: however this process ends, nothing is left. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-findings-'));
  try {
    return openSync(join(folder, 'findings'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
