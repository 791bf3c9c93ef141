/** What a file is, told by its first bytes and never by its name. */
import { binaryKind } from './content.ts';
import { JsonScan } from './json-scan.ts';

export type Form = 'empty' | 'binary' | 'json-object' | 'json-array' | 'json-lines' | 'text';

/** `head` is the beginning of the content (`readHead`). `text` is everything else: CSV, YAML, HCL, … */
export function recognise(head: Buffer): Form {
  if (binaryKind(head)) return 'binary';
  const start = firstVisible(head, 0);
  if (start >= head.length) return 'empty';
  const first = String.fromCharCode(head[start] as number);
  const next = head[firstVisible(head, start + 1)];
  if (!(first === '{' || first === '[') || !beginsJson(first, next)) return 'text';
  const scan = scanOf(head);
  const rest = scan.firstEnd < 0 ? head.length : firstVisible(head, scan.firstEnd);
  if (rest < head.length) return 'json-lines';
  return first === '{' ? 'json-object' : 'json-array';
}

/** Keys of the document's first object, as far as the head shows them: `UserDetailList`, `Records`, … At most 64. */
export const firstKeys = (head: Buffer): readonly string[] => scanOf(head).keys;

function scanOf(head: Buffer): JsonScan {
  const scan = new JsonScan();
  for (const byte of head) scan.take(byte);
  return scan;
}

/** What may follow the bracket, so that `[section]` of an INI file or a template's `{%` is no JSON. */
function beginsJson(first: string, next: number | undefined): boolean {
  if (next === undefined) return true;
  return (first === '{' ? '"}' : '{["]-0123456789tfn').includes(String.fromCharCode(next));
}

function firstVisible(head: Buffer, from: number): number {
  const start = from === 0 && head.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : from;
  for (let at = start; at < head.length; at++) if (!SPACE.has(head[at] as number)) return at;
  return head.length;
}

const SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
