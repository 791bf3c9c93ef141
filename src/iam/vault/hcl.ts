/**
 * As much of HCL 1 as Vault policies are written in: attributes, blocks with labels, strings, numbers, booleans, lists, objects,
 * comments. JSON, which HCL 1 reads too, is taken as it is. https://github.com/hashicorp/hcl/tree/hcl1
 */
import { InputError } from '../../model/errors.ts';

export type HclValue = string | number | boolean | readonly HclValue[] | HclObject;
/** Entries in their order; a name may stand several times. Labels of a block follow its name: `path "secret/*" {` has one. */
export interface HclObject {
  readonly entries: readonly HclEntry[];
}
export interface HclEntry {
  readonly name: string;
  readonly labels: readonly string[];
  readonly value: HclValue;
  readonly line: number;
}

export const isHclObject = (value: HclValue): value is HclObject =>
  typeof value === 'object' && !Array.isArray(value) && 'entries' in value;

/** Throws an InputError with the line of what cannot be read; never the text. */
export function parseHcl(text: string): HclObject {
  const tokens = new Tokens(text);
  const isJson = tokens.peek().text === '{';
  if (isJson) tokens.next();
  const entries = readEntries(tokens, isJson ? '}' : 'end', isJson ? 2 : 1);
  if (isJson) tokens.next();
  const rest = tokens.peek();
  if (rest.kind !== 'end') throw unexpected(rest);
  return { entries };
}

const MAX_NESTING = 32;

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'mark' | 'end';
  readonly text: string;
  readonly line: number;
}

const unexpected = ({ kind, line }: Token): InputError =>
  new InputError(`line ${line}: ${kind === 'end' ? 'the end' : `a ${kind}`} is not expected here`);

// Comments and space, then a string, a number, a word or a mark. Sticky: nothing is skipped.
const SPACE = /(?:\s|#.*|\/\/.*|\/\*[\s\S]*?\*\/)*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?![\w.])/y;
const WORD = /[A-Za-z_][\w.-]*/y;
const MARK = /[{}[\]=:,]/y;

class Tokens {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #ahead: Token | undefined;

  constructor(text: string) {
    this.#text = text.replace(/^\uFEFF/, '');
  }

  peek(): Token {
    this.#ahead ??= this.#read();
    return this.#ahead;
  }

  next(): Token {
    const token = this.peek();
    this.#ahead = undefined;
    return token;
  }

  #read(): Token {
    this.#take(SPACE);
    const line = this.#line;
    if (this.#at >= this.#text.length) return { kind: 'end', text: '', line };
    for (const [kind, pattern] of [
      ['string', STRING],
      ['number', NUMBER],
      ['word', WORD],
      ['mark', MARK],
    ] as const) {
      const text = this.#take(pattern);
      if (text !== undefined) return { kind, text: kind === 'string' ? unquoted(text, line) : text, line };
    }
    throw new InputError(`line ${line}: neither a name, a value nor a bracket`);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text === undefined) return undefined;
    this.#at += text.length;
    this.#line += text.split('\n').length - 1;
    return text;
  }
}

function unquoted(text: string, line: number): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new InputError(`line ${line}: a text with an unknown escape`);
  }
}

function readEntries(tokens: Tokens, end: '}' | 'end', depth: number): HclEntry[] {
  if (depth > MAX_NESTING) throw new InputError(`line ${tokens.peek().line}: nested deeper than ${MAX_NESTING}`);
  const entries: HclEntry[] = [];
  for (;;) {
    const token = tokens.peek();
    if (end === 'end' ? token.kind === 'end' : token.text === end && token.kind === 'mark') return entries;
    if (token.kind === 'mark' && token.text === ',') {
      tokens.next();
      continue;
    }
    entries.push(readEntry(tokens, depth));
  }
}

function readEntry(tokens: Tokens, depth: number): HclEntry {
  const first = tokens.next();
  if (first.kind !== 'word' && first.kind !== 'string') throw unexpected(first);
  const labels: string[] = [];
  while (tokens.peek().kind === 'string') labels.push(tokens.next().text);
  const mark = tokens.peek();
  if (mark.kind !== 'mark') throw unexpected(mark);
  if (mark.text === '=' || mark.text === ':') tokens.next();
  else if (mark.text !== '{') throw unexpected(mark);
  return { name: first.text, labels, value: readValue(tokens, depth), line: first.line };
}

function readValue(tokens: Tokens, depth: number): HclValue {
  const token = tokens.next();
  if (token.kind === 'string') return token.text;
  if (token.kind === 'number') return Number(token.text);
  if (token.kind === 'word' && (token.text === 'true' || token.text === 'false')) return token.text === 'true';
  if (token.kind === 'mark' && token.text === '{') {
    const entries = readEntries(tokens, '}', depth + 1);
    tokens.next();
    return { entries };
  }
  if (token.kind === 'mark' && token.text === '[') return readList(tokens, depth + 1);
  throw unexpected(token);
}

function readList(tokens: Tokens, depth: number): HclValue[] {
  if (depth > MAX_NESTING) throw new InputError(`line ${tokens.peek().line}: nested deeper than ${MAX_NESTING}`);
  const values: HclValue[] = [];
  for (;;) {
    const token = tokens.peek();
    if (token.kind === 'mark' && token.text === ']') {
      tokens.next();
      return values;
    }
    if (token.kind === 'mark' && token.text === ',') tokens.next();
    else values.push(readValue(tokens, depth));
  }
}
