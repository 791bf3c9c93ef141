/** Files of a source, each by its content: policies, answers of the API, lines of an audit device. */
import { EVERY_SCOPE } from '../../model/collection.ts';
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import { parseJson, readJsonLines } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import type { SourceFile } from '../files/walk.ts';
import type { Audit } from './audit.ts';
import { isAuditLine } from './audit-event.ts';
import type { Inventory } from './inventory.ts';
import { answerIn, isHclPolicy, isJsonPolicy } from './placing.ts';

export interface Sink {
  readonly inventory: Inventory;
  readonly audit: Audit;
  broken(scope: string, text: string): void;
}

export const readFiles = (root: string, context: CollectContext, sink: Sink): AsyncGenerator<Collected> =>
  readFolder({
    root,
    context,
    read: (file, head) => reading(file, head, { sink, signal: context.signal }),
    broken: (text) => sink.broken(EVERY_SCOPE, text),
  });

interface Reading {
  readonly sink: Sink;
  readonly signal: AbortSignal;
}

/** Fields that answers of the API, policies as JSON, or audit lines begin with. */
const TELLING = [
  'request_id',
  'path',
  'request',
  'policy',
  'rules',
  'aliases',
  'member_entity_ids',
  'accessor',
  'token_policies',
  'keys',
];

/** Whether a reader takes the file, as far as its beginning tells. */
export function isOfVault({ form, head }: FileHead): boolean {
  if (form === 'text') return isHclPolicy(head.toString('utf8'));
  return firstKeys(head).some((key) => key.endsWith('/') || TELLING.includes(key));
}

function reading(file: SourceFile, { form, head }: FileHead, rest: Reading): AsyncIterable<Collected> | undefined {
  if (form === 'text') return isHclPolicy(head.toString('utf8')) ? policyFile(file, rest) : undefined;
  return form === 'json-lines' ? lines(file, rest) : document(file, rest);
}

/** The name that the server knows a policy by is not in its text: it is the file's. */
const policyName = (path: string): string =>
  path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.gz$/, '')
    .replace(/\.(?:policy\.)?(?:hcl|json|txt|policy)$/, '')
    .toLowerCase();

async function* policyFile(file: SourceFile, { sink, signal }: Reading): AsyncGenerator<Collected> {
  yield* policy(file.path, await readText(file, signal), sink);
}

function* policy(path: string, text: string, { inventory }: Sink): Generator<Collected> {
  const name = policyName(path);
  const known = inventory.policies.get(name);
  if (known && known.text.trim() !== text.trim()) {
    yield {
      type: 'warning',
      text: `${path}: another policy ${name} is in ${known.place}; that one counts. One folder is one server`,
    };
    return;
  }
  inventory.addPolicy(name, { text, place: path, refusesWildcards: false, refusesSlashes: false });
}

async function* document(file: SourceFile, rest: Reading): AsyncGenerator<Collected> {
  const text = await readText(file, rest.signal);
  const value = parseJson(text, file.path);
  if (isJsonPolicy(value)) yield* policy(file.path, text, rest.sink);
  else if (Array.isArray(value)) yield* list(file, value, rest);
  else if (!taken(value, file.path, rest.sink)) yield unknown(file);
}

function* list(file: SourceFile, values: readonly unknown[], { sink }: Reading): Generator<Collected> {
  const untaken = values.filter((value) => !taken(value, file.path, sink));
  if (untaken.length > 0 || values.length === 0) yield unknown(file);
}

async function* lines(file: SourceFile, { sink, signal }: Reading): AsyncGenerator<Collected> {
  let untaken = 0;
  let first: string | undefined;
  for await (const line of readJsonLines(file, signal)) {
    const place = `${file.path}:${line.line}`;
    const problem = 'problem' in line ? line.problem : problemOf(line.value, { place, path: file.path, sink });
    if (problem === undefined) continue;
    if (problem === UNKNOWN) {
      untaken++;
      first ??= place;
    } else {
      sink.broken(EVERY_SCOPE, problem);
      yield { type: 'error', text: problem };
    }
  }
  if (untaken > 0)
    yield { type: 'warning', text: `${first}: ${untaken} lines not recognised as anything that this source reads; ignored` };
}

const UNKNOWN = Symbol('unknown');

function problemOf(
  value: unknown,
  { place, path, sink }: { place: string; path: string; sink: Sink },
): string | typeof UNKNOWN | undefined {
  try {
    return taken(value, path, sink, place) ? undefined : UNKNOWN;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** False when nothing here knows it. Throws an InputError that names the place. */
function taken(value: unknown, path: string, { inventory, audit }: Sink, place = path): boolean {
  if (isAuditLine(value)) {
    const problem = audit.add(value);
    if (problem !== undefined) throw new InputError(`${place}: ${problem}`);
    return true;
  }
  const answer = answerIn(value, path);
  return answer !== undefined && inventory.add({ ...answer, place });
}

const unknown = (file: SourceFile): Collected => ({
  type: 'warning',
  text: `${file.path}: not recognised as anything that this source reads; ignored`,
});
