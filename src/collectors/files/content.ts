/**
 * The bytes and the text of a source file.
 *
 * Gzip is recognised by its magic bytes and read as what it holds. Nothing here trusts a file: what it expands to, how long a text
 * may be and what counts as text have limits, and each break of them is an InputError that names the file.
 */
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, createReadStream, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../../model/errors.ts';
import { reasonOf, type SourceFile } from './walk.ts';

export const HEAD_BYTES = 64 * 1024;
const MIB = 1024 * 1024;
/** Larger content is streamed: `JSON.parse` needs the whole text in memory, and fails past 512 MB. */
const LARGE_BYTES = 48 * MIB;
const MAX_TEXT_BYTES = 256 * MIB;
/** Deflate reaches 1032:1 on zeros; real exports stay below 100:1. */
const MAX_EXPANSION = 300;
const EXPANSION_FLOOR = 64 * MIB;
const READ_BYTES = 256 * 1024;
const LEAST_READ_BYTES = 4 * 1024;

// No pipe, no link that came in after the walk. Windows has neither flag.
// Node takes the number; its types know only the words.
const OPEN_FLAGS = (constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)) as unknown as string;

/** Small files that are looked at: what told their form is also what is read. */
const small = new WeakMap<SourceFile, Buffer>();

/** Lets go of what was kept of a file that will not be looked at again. */
export const releaseContent = (file: SourceFile): boolean => small.delete(file);

/**
 * The whole content of a small file, if it is small still and no gzip. Read without leaving the thread: of the ten thousand files of
 * an organisation's repositories each would else wait for four turns, which costs more than the reading.
 */
function smallContent(file: SourceFile): Buffer | undefined {
  const known = small.get(file);
  if (known || file.size > HEAD_BYTES || file.size === 0 || claimsGzip(file)) return known;
  const bytes = Buffer.allocUnsafeSlow(file.size + 1);
  try {
    const handle = openSync(file.absolute, OPEN_FLAGS);
    try {
      const length = readSync(handle, bytes, 0, bytes.length, 0);
      const content = bytes.subarray(0, length);
      if (length !== file.size || isGzip(content)) return undefined;
      small.set(file, content);
      return content;
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw asInputError(file, error);
  }
}

/** The content in chunks, decompressed. Throws InputErrors. */
export async function* readBytes(file: SourceFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  const whole = smallContent(file);
  if (whole) {
    signal.throwIfAborted();
    yield whole;
    return;
  }
  // Each read allots so much, also the last one, which only finds the end.
  const highWaterMark = Math.min(READ_BYTES, Math.max(file.size + 1, LEAST_READ_BYTES));
  const raw = createReadStream(file.absolute, { flags: OPEN_FLAGS, highWaterMark });
  try {
    let content: AsyncIterable<Buffer> | undefined;
    const chunks = raw[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const first = await chunks.next();
    if (first.done) {
      if (claimsGzip(file)) throw new InputError(`${file.path}: an empty file is no gzip`);
      return;
    }
    const rest = continued(first.value, chunks);
    if (isGzip(first.value)) content = gunzipped(file, rest);
    else if (claimsGzip(file)) throw new InputError(`${file.path}: named .gz, but its content is no gzip`);
    for await (const chunk of content ?? rest) {
      signal.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    throw asInputError(file, error);
  } finally {
    raw.destroy();
  }
}

const isGzip = (head: Buffer): boolean => head.length > 2 && head[0] === 0x1f && head[1] === 0x8b;
const claimsGzip = (file: SourceFile): boolean => file.size > 0 && file.path.endsWith('.gz');

async function* continued(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* gunzipped(file: SourceFile, compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const output: Readable = pipeline(compressed, createGunzip({ chunkSize: READ_BYTES }), new PassThrough(), () => {});
  let bytes = 0;
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > EXPANSION_FLOOR && bytes > file.size * MAX_EXPANSION) {
        throw new InputError(
          `${file.path}: expands more than ${MAX_EXPANSION}-fold (${Math.round(bytes / MIB)} MB so far); unpack it yourself if it is what it should be`,
        );
      }
      yield chunk;
    }
  } finally {
    output.destroy();
  }
}

function asInputError(file: SourceFile, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof InputError || !code || code === 'ABORT_ERR') return error;
  if (code === 'Z_BUF_ERROR') return new InputError(`${file.path}: truncated gzip: it ends before its content does`);
  if (code.startsWith('Z_')) return new InputError(`${file.path}: broken gzip (${code})`);
  return new InputError(`${file.path}: ${reasonOf(error)}`);
}

/** The first 64 KiB (or `bytes`) of the content: enough to recognise it. */
export async function readHead(file: SourceFile, signal: AbortSignal, bytes = HEAD_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of readBytes(file, signal)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}

/** Whether the content is too large to be held whole: by its size, or by what its gzip says of itself. */
export async function isLarge(file: SourceFile): Promise<boolean> {
  if (file.size > LARGE_BYTES) return true;
  if (smallContent(file)) return false;
  return (await plainSize(file)) > LARGE_BYTES;
}

/** A gzip's last four bytes are its plain size modulo 2³² (RFC 1952 §2.3.1); a hint, since members may be concatenated. */
async function plainSize(file: SourceFile): Promise<number> {
  await using handle = await open(file.absolute, OPEN_FLAGS).catch((error: unknown) => {
    throw asInputError(file, error);
  });
  const magic = await handle.read(Buffer.alloc(3), 0, 3, 0);
  if (!isGzip(magic.buffer.subarray(0, magic.bytesRead))) return file.size;
  const tail = await handle.read(Buffer.alloc(4), 0, 4, Math.max(0, file.size - 4));
  return tail.bytesRead === 4 ? tail.buffer.readUInt32LE(0) : file.size;
}

/** The whole content as text, without a byte order mark. Strict UTF-8; at most 256 MB. */
export async function readText(file: SourceFile, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of readBytes(file, signal)) {
    length += chunk.length;
    if (length > MAX_TEXT_BYTES) throw new InputError(`${file.path}: more than ${MAX_TEXT_BYTES / MIB} MB of text`);
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks, length), file.path);
}

/** Strict UTF-8 without a byte order mark. `place` begins the error message. */
export function decode(bytes: Buffer, place: string): string {
  const kind = binaryKind(bytes);
  if (kind) throw new InputError(`${place}: ${kind}`);
  if (!isUtf8(bytes))
    throw new InputError(`${place}: not UTF-8: byte ${invalidUtf8At(bytes)} belongs to no character; save it as UTF-8`);
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Why these bytes are no text that is read here; undefined when they may be. */
export function binaryKind(bytes: Buffer): string | undefined {
  const mark = bytes.length > 1 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff) return 'UTF-16 text; save it as UTF-8';
  const at = bytes.indexOf(0);
  return at < 0 ? undefined : `binary content (a zero byte at ${at}); only text is read`;
}

/** Offset of the first byte that is not UTF-8: where decoding first puts U+FFFD that the bytes do not spell themselves. */
function invalidUtf8At(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let from = 0;
  let offset = 0;
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    if (!bytes.subarray(offset, offset + 3).equals(REPLACEMENT)) return offset;
    offset += REPLACEMENT.length;
    from = at + 1;
  }
  return offset;
}

const REPLACEMENT = Buffer.from('\ufffd');
