/**
 * `redis` from files: what `--save` keeps, lines of ACL LIST or of an ACL file, lines of CLIENT LIST; as text, as `redis-cli` numbers
 * them, or as JSON. Each file tells of a node.
 */
import { parseAclLine } from '../../apis/redis/acl.ts';
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import { parseJson } from '../files/json.ts';
import type { FileHead } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { shaped } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { checkOf, type NodeState, nodeState, withoutHashes } from './node-state.ts';

const USER_LINE = /^user \S+(?: |$)/;
const CLIENT_LINE = /^id=\d+ addr=/;
/** `1) "user default on …"`, as `redis-cli` shows a list to people. */
const NUMBERED = /^\s*\d+\)\s+(".*")$/;

export function isRedisFile({ form, head }: FileHead): boolean {
  if (form === 'json-object') return firstKeys(head).includes('node');
  const text = head.toString('utf8');
  if (form === 'json-array') return /^\W*"(?:user |id=\d)/.test(text);
  return form === 'text' && /^\s*(?:(?:#[^\n]*|\d+\)[^\n"]*|")?\n?\s*)*"?(?:user \S+ |id=\d+ addr=)/.test(text);
}

/** What is found is said when every file was read. */
const NOTHING_YET: readonly Collected[] = [];

export async function* readRedisFile(
  file: SourceFile,
  { form }: FileHead,
  { context, found }: { readonly context: CollectContext; readonly found: NodeState[] },
): AsyncGenerator<Collected> {
  yield* NOTHING_YET;
  const text = await readText(file, context.signal);
  if (form === 'json-object') {
    const state = shaped(nodeState, parseJson(text, file.path), { path: file.path });
    if (state.check !== undefined && state.check !== checkOf(context.fingerprint))
      throw new InputError(`${file.path}: was saved under another fingerprint key: collect it again under this one`);
    for (const line of state.users ?? []) checked(line, file.path);
    found.push({ ...state, users: state.users?.map((line) => withoutHashes(line, context.fingerprint)) });
    return;
  }
  const lines = form === 'json-array' ? listed(parseJson(text, file.path), file.path) : linesOf(text, file.path);
  const [users, clients] = [
    lines.filter(({ text: line }) => USER_LINE.test(line)),
    lines.filter(({ text: line }) => CLIENT_LINE.test(line)),
  ];
  const strange = lines.find(({ text: line }) => !USER_LINE.test(line) && !CLIENT_LINE.test(line));
  for (const { text: line, at } of users) checked(line, at);
  if (users.length + clients.length > 0)
    found.push({
      node: file.path,
      ...(users.length > 0 && { users: users.map(({ text: line }) => withoutHashes(line, context.fingerprint)) }),
      ...(clients.length > 0 && { clients: clients.map(({ text: line }) => line) }),
    });
  if (strange) throw new InputError(`${strange.at}: neither a user of ACL LIST nor a client of CLIENT LIST`);
}

interface Line {
  readonly text: string;
  /** `file: line 3`. */
  readonly at: string;
}

function checked(line: string, at: string): void {
  try {
    parseAclLine(line);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${at}: ${error.message}`);
    throw error;
  }
}

function linesOf(text: string, path: string): Line[] {
  // CLIENT LIST is one text: as JSON it is one string.
  const whole = text.trimStart().startsWith('"') ? String(parseJson(text, path)) : text;
  return whole
    .split(/\r?\n/)
    .map((line, at) => ({ text: unnumbered(line, path).trim(), at: `${path}: line ${at + 1}` }))
    .filter(({ text: line }) => line !== '' && !line.startsWith('#'));
}

function unnumbered(line: string, path: string): string {
  const quoted = NUMBERED.exec(line)?.[1];
  return quoted === undefined ? line : String(parseJson(quoted, path));
}

function listed(value: unknown, path: string): Line[] {
  if (!Array.isArray(value)) throw new InputError(`${path}: expected a list of lines`);
  return value.flatMap((item: unknown, at): Line[] => {
    if (typeof item !== 'string') throw new InputError(`${path}: [${at}]: expected text`);
    return item.split('\n').flatMap((line) => (line.trim() === '' ? [] : { text: line.trim(), at: `${path}: [${at}]` }));
  });
}
