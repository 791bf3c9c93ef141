/** JSON from files that nobody vouches for. Messages name the place and never quote content: it may be a secret. */
import { pipeline } from 'node:stream';
import { JSONParser } from '@streamparser/json-node';
import { InputError } from '../../model/errors.ts';
import { binaryKind, decode, readBytes } from './content.ts';
import { JsonScan, MAX_NESTING } from './json-scan.ts';
import { syntaxErrorIn } from './json-syntax.ts';
import type { SourceFile } from './walk.ts';

const MIB = 1024 * 1024;
const MAX_LINE_BYTES = 16 * MIB;
const MAX_STREAMED_STRING = 16 * MIB;
const NEWLINE = 0x0a;

/**
 * Like `JSON.parse`, for text of unknown origin. Nesting deeper than 512 is refused before parsing; a syntax error is an InputError
 * with line and column. Of doubled keys the last counts. `__proto__` becomes a property like any other: never copy keys by
 * assignment into a plain object.
 */
export const parseJson = (text: string, place: string): unknown => parsed(text, place, positionOf);

/** One line, whose number `place` says already. */
const parseLine = (text: string, place: string): unknown => parsed(text, place, columnOf);

function parsed(text: string, place: string, position: (text: string, at: number) => string): unknown {
  const deep = tooDeepAt(text);
  if (deep !== undefined) throw new InputError(`${place}: nested deeper than ${MAX_NESTING} (${position(text, deep)})`);
  try {
    return JSON.parse(text);
  } catch {
    const found = syntaxErrorIn(text);
    throw new InputError(`${place}: not JSON${found ? `: ${found.expected} (${position(text, found.at)})` : ''}`);
  }
}

/** Where nesting passes what is borne. Ten times as fast as `JsonScan`, which can be fed in pieces. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at + 1);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (++depth > MAX_NESTING) return at;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
  }
  return undefined;
}

/** The closing quote: the first that an even number of backslashes precedes. */
function stringEnd(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    let start = end;
    while (start > from && text.charCodeAt(start - 1) === BACKSLASH) start--;
    if ((end - start) % 2 === 0) return end;
  }
  return text.length;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function positionOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
}

const columnOf = (_line: string, at: number): string => `column ${at + 1}`;

/** A line's value, or what is wrong with it (`path:line: …`). Lines count from 1; blank ones are left out. */
export type JsonLine = { readonly line: number; readonly value: unknown } | { readonly line: number; readonly problem: string };

/** One JSON value a line, in constant memory. A broken line is a problem of its own; the rest goes on. */
export async function* readJsonLines(file: SourceFile, signal: AbortSignal): AsyncGenerator<JsonLine> {
  for await (const { line, bytes } of linesOf(file, signal)) {
    const place = `${file.path}:${line}`;
    if (!bytes) {
      yield { line, problem: `${place}: a line of more than ${MAX_LINE_BYTES / MIB} MB` };
      continue;
    }
    let value: unknown;
    try {
      const text = decode(bytes, place).trim();
      if (text === '') continue;
      value = parseLine(text, place);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield { line, problem: error.message };
      continue;
    }
    yield { line, value };
  }
}

/** `bytes` is undefined for a line that is too long. */
async function* linesOf(file: SourceFile, signal: AbortSignal): AsyncGenerator<{ line: number; bytes: Buffer | undefined }> {
  let parts: Buffer[] = [];
  let length = 0;
  let line = 1;
  const take = (part: Buffer): void => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  const end = (): { line: number; bytes: Buffer | undefined } => {
    const bytes = length > MAX_LINE_BYTES ? undefined : parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    length = 0;
    return { line: line++, bytes };
  };
  for await (const chunk of readBytes(file, signal)) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (length > 0) yield end();
}

/**
 * Items of lists inside one large JSON document, in flat memory: `streamJson(file, ['$.Records.*'], signal)`. `path` is the one
 * of `paths` that matched. Order is the file's. Throws an InputError at the first fault; what came before it was whole.
 */
export async function* streamJson(
  file: SourceFile,
  paths: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<{ readonly path: string; readonly value: unknown }> {
  const parser = new JSONParser({ paths: [...paths], keepStack: false, stringBufferSize: 64 * 1024 });
  pipeline(guarded(file, signal), parser, () => {});
  const names = new Map(paths.map((path) => [listKeyOf(path), path]));
  try {
    for await (const { value, stack } of parser as AsyncIterable<Emitted>) {
      yield { path: names.get(listOf(stack)) ?? paths[0] ?? '$', value };
    }
  } catch (error) {
    throw asInputError(file, error);
  } finally {
    parser.destroy();
  }
}

interface Emitted {
  readonly value: unknown;
  readonly stack: readonly { readonly key: string | number | undefined }[];
}

/** The key under which the document holds the list of this item; undefined when the document is the list. */
function listOf(stack: Emitted['stack']): string | undefined {
  const key = stack[1]?.key;
  return key === undefined ? undefined : String(key);
}

/** `$.Records.*` → `Records`; `$.*` → undefined. */
function listKeyOf(path: string): string | undefined {
  const parts = path.split('.');
  return parts.length > 2 ? parts[1] : undefined;
}

/** The bytes, as long as they are text of bearable shape. */
async function* guarded(file: SourceFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  const scan = new JsonScan();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of readBytes(file, signal)) {
    const binary = binaryKind(chunk);
    if (binary) throw new InputError(`${file.path}: ${binary}`);
    for (let at = 0; at < chunk.length; at++) scan.take(chunk[at] as number);
    if (scan.deepest > MAX_NESTING)
      throw new InputError(`${file.path}: nested deeper than ${MAX_NESTING} before byte ${scan.taken}`);
    if (scan.longestString > MAX_STREAMED_STRING) {
      throw new InputError(`${file.path}: a text of more than ${MAX_STREAMED_STRING / MIB} MB before byte ${scan.taken}`);
    }
    try {
      decoder.decode(chunk, { stream: true });
    } catch {
      throw new InputError(`${file.path}: not UTF-8 before byte ${scan.taken}; save it as UTF-8`);
    }
    yield chunk;
  }
}

function asInputError(file: SourceFile, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof InputError || error.name === 'AbortError') return error;
  const position = /absolute position "(\d+)"/.exec(error.message)?.[1];
  if (position) return new InputError(`${file.path}: not JSON at byte ${position}`);
  if (/ended in/.test(error.message)) return new InputError(`${file.path}: not JSON: it ends in the middle of a value`);
  return /^Unexpected |^Token/.test(error.message) || error.name.startsWith('Token')
    ? new InputError(`${file.path}: not JSON`)
    : error;
}
