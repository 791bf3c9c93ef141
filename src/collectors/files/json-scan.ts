/**
 * A look at JSON text without parsing it: nesting, the length of its strings, where values end, and the first object's keys.
 * Linear, constant memory, and fed in pieces. Bytes or UTF-16 units both do, since only ASCII has meaning here.
 */
export const MAX_NESTING = 512;
const MAX_KEYS = 64;
const MAX_KEY_LENGTH = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

export class JsonScan {
  depth = 0;
  deepest = 0;
  /** Units in the longest string so far, the unfinished one included. */
  longestString = 0;
  /** Units taken so far. */
  taken = 0;
  /** Where the first value that is a list or an object ended; -1 while it has not. */
  firstEnd = -1;
  /** Keys of the first object: of the document, of a list's first item, or of the first line. */
  readonly keys: string[] = [];
  #string = -1;
  #escaped = false;
  #keyDepth = -1;
  #atKey = false;
  #key: number[] = [];

  take(code: number): void {
    this.taken++;
    if (this.#string >= 0) this.#takeInString(code);
    else if (code === QUOTE) this.#string = 0;
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) this.#open(code === OPEN_OBJECT);
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) this.#close();
    else if (code === COMMA && this.depth === this.#keyDepth) this.#atKey = true;
    else if (code === COLON && this.depth === this.#keyDepth) this.#atKey = false;
  }

  #takeInString(code: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (code === BACKSLASH) this.#escaped = true;
    else if (code === QUOTE) {
      this.#endString();
      return;
    }
    this.#string++;
    if (this.#string > this.longestString) this.longestString = this.#string;
    if (this.#atKey && this.#key.length < MAX_KEY_LENGTH) this.#key.push(code);
  }

  #endString(): void {
    if (this.#atKey && this.keys.length < MAX_KEYS) this.keys.push(keyText(this.#key));
    this.#atKey = false;
    this.#key = [];
    this.#string = -1;
  }

  #open(isObject: boolean): void {
    this.depth++;
    if (this.depth > this.deepest) this.deepest = this.depth;
    if (isObject && this.#keyDepth === -1) {
      this.#keyDepth = this.depth;
      this.#atKey = true;
    }
  }

  #close(): void {
    if (this.depth === this.#keyDepth) {
      this.#keyDepth = -2;
      this.#atKey = false;
    }
    this.depth--;
    if (this.depth <= 0 && this.firstEnd < 0) this.firstEnd = this.taken;
  }
}

function keyText(codes: readonly number[]): string {
  const raw = Buffer.from(codes).toString('utf8');
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}
