/**
 * Where a text stops being JSON (RFC 8259). `JSON.parse` knows, but says so by quoting the text, and not always with a position.
 * Only called when parsing failed. Linear; no recursion, so nesting costs heap and not stack.
 */
export interface SyntaxFault {
  /** UTF-16 units from the start. */
  readonly at: number;
  /** What should have been there. */
  readonly expected: string;
}

type Expecting = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

const WORDS = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const NAMES: Readonly<Record<Expecting, string>> = {
  value: 'a value is expected',
  'value or end': 'a value or ] is expected',
  key: 'a key in quotes is expected',
  'key or end': 'a key in quotes or } is expected',
  colon: 'a colon is expected',
  'comma or end': 'a comma or the end of the list or object is expected',
  nothing: 'nothing more is expected after the value',
};

/** The first fault, or undefined when the text is JSON. */
export function syntaxErrorIn(text: string): SyntaxFault | undefined {
  const open: ('{' | '[')[] = [];
  let expecting: Expecting = 'value';
  let at = 0;
  const afterValue = (): Expecting => (open.length === 0 ? 'nothing' : 'comma or end');
  const fault = (): SyntaxFault =>
    at >= text.length ? { at, expected: 'it ends in the middle of a value' } : { at, expected: NAMES[expecting] };

  for (;;) {
    while (isSpace(text.charCodeAt(at))) at++;
    const char = text[at];
    if (char === undefined) return expecting === 'nothing' ? undefined : fault();
    const innermost = open.at(-1);
    if (char === '"' && expecting !== 'colon' && expecting !== 'comma or end' && expecting !== 'nothing') {
      const end = stringEnd(text, at);
      if (typeof end !== 'number') return end;
      at = end;
      expecting = expecting.startsWith('key') ? 'colon' : afterValue();
    } else if (char === ':' && expecting === 'colon') {
      at++;
      expecting = 'value';
    } else if (char === ',' && expecting === 'comma or end') {
      at++;
      expecting = innermost === '{' ? 'key' : 'value';
    } else if ((char === '{' || char === '[') && expecting.startsWith('value')) {
      open.push(char);
      at++;
      expecting = char === '{' ? 'key or end' : 'value or end';
    } else if (expecting.endsWith('or end') && char === (innermost === '{' ? '}' : ']')) {
      open.pop();
      at++;
      expecting = afterValue();
    } else if (expecting.startsWith('value') && wordEnd(text, at) > at) {
      at = wordEnd(text, at);
      expecting = afterValue();
    } else {
      return fault();
    }
  }
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

function wordEnd(text: string, at: number): number {
  WORDS.lastIndex = at;
  return WORDS.test(text) ? WORDS.lastIndex : at;
}

/** The place after the closing quote. */
function stringEnd(text: string, start: number): number | SyntaxFault {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return { at, expected: 'a text holds a control character or is not closed' };
    if (code !== 0x5c) continue;
    const escaped = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6))?.[0];
    if (escaped === undefined) {
      const unfinished = at + 1 >= text.length || (text[at + 1] === 'u' && /^[0-9a-fA-F]{0,3}$/.test(text.slice(at + 2)));
      return unfinished ? { at: text.length, expected: 'it ends in the middle of a value' } : { at, expected: 'no such escape' };
    }
    at += escaped.length;
  }
  return { at: text.length, expected: 'it ends in the middle of a value' };
}
