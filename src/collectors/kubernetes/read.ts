/** Files of a source → records and audit events. Recognised by content; whatever is wrong in one place, the rest goes on. */
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected } from '../../ports/collector.ts';
import { isLarge, readText } from '../files/content.ts';
import { parseJson, readJsonLines, streamJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { nameOf } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { yamlDocuments } from '../files/yaml.ts';
import { cloudAnswer, isCloudAnswer } from './cloud-answers.ts';
import { isPassedOver, recordsOf } from './convert.ts';
import { HelmTemplates, templateWarning } from './helm-template.ts';
import type { KubernetesRecord } from './records.ts';
import { typeShape } from './shapes.ts';

export interface Sink {
  record(record: KubernetesRecord): void;
  /** False when it is no event of the audit log. */
  event(value: unknown): boolean;
  /** Something could not be read. */
  broken(text: string): void;
}

export async function* readFiles(root: string, context: CollectContext, sink: Sink): AsyncGenerator<Collected> {
  const strangers = new Strangers();
  yield* readFolder({
    root,
    context,
    read: (file, head) => readFile({ file, head, context, sink, strangers }),
    broken: (text) => sink.broken(text),
  });
  yield* strangers.warnings();
}

interface Reading {
  readonly file: SourceFile;
  readonly head: FileHead;
  readonly context: CollectContext;
  readonly sink: Sink;
  readonly strangers: Strangers;
}

/** Kinds that nobody here reads: one warning each, however many there are. */
class Strangers {
  readonly #kinds = new Map<string, { count: number; readonly first: string }>();

  note(kind: string, place: string): void {
    const known = this.#kinds.get(kind) ?? { count: 0, first: place };
    known.count++;
    this.#kinds.set(kind, known);
  }

  *warnings(): Generator<Collected> {
    for (const [kind, { count, first }] of [...this.#kinds].sort(([a], [b]) => (a < b ? -1 : 1)))
      yield { type: 'warning', text: `${first}: ${kind}: a kind that is not read${count > 1 ? `, ${count} of them` : ''}` };
  }
}

const OBJECT_KEYS = ['apiVersion', 'kind', 'items'];
const EVENT_KEYS = ['auditID', 'requestURI'];

const isObjectBy = (keys: readonly string[]): boolean => [...OBJECT_KEYS, ...EVENT_KEYS].some((key) => keys.includes(key));

/** Whether the file, by its beginning, holds a manifest, objects, an audit log, or an answer of the cloud about a cluster. */
export function isOfCluster({ form, head }: FileHead): boolean {
  if (form === 'text') return MANIFEST.test(head.toString('utf8'));
  const keys = firstKeys(head);
  return isObjectBy(keys) || (form === 'json-object' && isCloudAnswer(keys));
}

function readFile(reading: Reading): AsyncIterable<Collected> | undefined {
  const { form, head } = reading.head;
  if (form === 'text') return readYaml(reading);
  const keys = firstKeys(head);
  const isObject = isObjectBy(keys);
  if (form === 'json-lines') return isObject ? readLines(reading) : undefined;
  if (form === 'json-array') return isObject ? readItems(reading, '$.*') : undefined;
  if (isCloudAnswer(keys)) return readAnswer(reading);
  return isObject ? readObject(reading) : undefined;
}

const MANIFEST = /^[ \t]*(?:-[ \t]+)?["']?(?:apiVersion|kind)["']?[ \t]*:/m;

/** A text that is neither YAML nor looks like a manifest is somebody's notes. */
async function* readYaml(reading: Reading): AsyncGenerator<Collected> {
  const { file, context } = reading;
  const text = await readText(file, context.signal);
  const looksLikeManifest = MANIFEST.test(text);
  const templates = new HelmTemplates(text);
  let found = 0;
  let isBroken = false;
  for (const document of yamlDocuments(text, file.path)) {
    if (looksLikeManifest && templates.isTemplate(document.line, 'problem' in document)) {
      isBroken = true;
      yield { type: 'warning', text: templateWarning(`${file.path}:${document.line}`) };
      continue;
    }
    if ('problem' in document) {
      if (!looksLikeManifest && document.problem.includes(': not YAML: ')) continue;
      isBroken = true;
      yield failed(reading, document.problem);
      continue;
    }
    if (!isTyped(document.value)) continue;
    found++;
    yield* take(reading, document.value, { path: `${file.path}:${document.line}` });
  }
  if (found === 0 && !isBroken) yield unrecognised(file);
}

const isTyped = (value: unknown): boolean => typeShape.safeParse(value).success;

async function* readLines(reading: Reading): AsyncGenerator<Collected> {
  for await (const line of readJsonLines(reading.file, reading.context.signal)) {
    if ('problem' in line) yield failed(reading, line.problem);
    else yield* take(reading, line.value, { path: `${reading.file.path}:${line.line}` });
  }
}

async function* readObject(reading: Reading): AsyncGenerator<Collected> {
  const { file, context, head } = reading;
  if ((await isLarge(file)) && firstKeys(head.head).includes('items')) {
    yield* readItems(reading, '$.items.*');
    return;
  }
  const value = parseJson(await readText(file, context.signal), file.path);
  const items = (value as { items?: unknown } | null)?.items;
  if (isTyped(value)) yield* take(reading, value, { path: file.path });
  // A list that lost its kind on the way: what is in it may still say what it is.
  else if (Array.isArray(items) && (items.length === 0 || items.some(isTyped)))
    yield* takeList(reading, items, { path: file.path });
  else yield unrecognised(file);
}

const unrecognised = ({ path }: SourceFile): Collected => ({
  type: 'warning',
  text: `${path}: not recognised as anything that this source reads; ignored`,
});

/** Items of a list; a large one is streamed. */
async function* readItems(reading: Reading, path: '$.*' | '$.items.*'): AsyncGenerator<Collected> {
  const { file, context } = reading;
  const type = path === '$.*' ? undefined : itemType(reading.head.head.toString('utf8'));
  let index = 0;
  for await (const value of valuesIn(reading, path)) {
    yield* take(reading, type ? { ...type, ...(value as object) } : value, {
      path: file.path,
      at: `${path === '$.*' ? '' : 'items'}[${index}]`,
    });
    index++;
    if (index % 1000 === 0) context.signal.throwIfAborted();
  }
}

async function* valuesIn({ file, context }: Reading, path: '$.*' | '$.items.*'): AsyncGenerator<unknown> {
  if (path === '$.items.*' || (await isLarge(file))) {
    for await (const { value } of streamJson(file, [path], context.signal)) yield value;
    return;
  }
  const whole = parseJson(await readText(file, context.signal), file.path);
  if (!Array.isArray(whole)) throw new InputError(`${file.path}: expected a list, found ${nameOf(whole)}`);
  yield* whole;
}

/** What a typed list's items are, which do not say it themselves: `PodList` → Pod. */
function itemType(head: string): { readonly apiVersion: string; readonly kind: string } | undefined {
  const kind = /"kind"\s*:\s*"(\w+)List"/.exec(head)?.[1];
  const apiVersion = /"apiVersion"\s*:\s*"([\w./-]+)"/.exec(head)?.[1];
  return kind && apiVersion ? { apiVersion, kind } : undefined;
}

async function* readAnswer(reading: Reading): AsyncGenerator<Collected> {
  const { file, context, sink } = reading;
  const value = parseJson(await readText(file, context.signal), file.path);
  const { records, unread } = cloudAnswer(value, file.path);
  for (const record of records) sink.record(record);
  for (const text of unread) yield { type: 'warning', text: `${file.path}: ${text}` };
}

interface Place {
  readonly path: string;
  readonly at?: string;
}

/** One object, event or list. A broken one is an error of its own. */
function* take(reading: Reading, value: unknown, place: Place): Generator<Collected> {
  try {
    yield* takeValue(reading, value, place);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield failed(reading, error.message);
  }
}

function* takeValue(reading: Reading, value: unknown, place: Place): Generator<Collected> {
  const where = `${place.path}${place.at ? `: ${place.at}` : ''}`;
  const typed = typeShape.safeParse(value);
  if (!typed.success) throw new InputError(`${where}: expected an object with apiVersion and kind, found ${nameOf(value)}`);
  const { apiVersion, kind } = typed.data;
  const { items } = value as { items?: unknown };
  if (kind.endsWith('List') && items !== undefined) {
    yield* takeList(reading, items, place, kind === 'List' ? undefined : { apiVersion, kind: kind.slice(0, -'List'.length) });
  } else if (apiVersion.startsWith('audit.k8s.io/')) {
    if (!reading.sink.event(value))
      yield { type: 'warning', text: `${where}: an audit event without id, time, verb or user; skipped` };
  } else {
    const context = { path: place.path, at: place.at ? `${place.at}: ${kind}` : kind, fingerprint: reading.context.fingerprint };
    const records = recordsOf({ ...(value as object), apiVersion, kind }, context);
    for (const record of records ?? []) reading.sink.record(record);
    if (!records && !isPassedOver({ apiVersion, kind })) reading.strangers.note(`${kind} (${apiVersion})`, where);
  }
}

interface Typed {
  readonly apiVersion: string;
  readonly kind: string;
}

/** `type`: of items that do not say it themselves, as those of a `PodList`. */
function* takeList(reading: Reading, items: unknown, place: Place, type?: Typed): Generator<Collected> {
  if (items === null) return;
  if (!Array.isArray(items)) throw new InputError(`${place.path}: items: expected a list, found ${nameOf(items)}`);
  for (const [index, item] of items.entries()) {
    const isObject = item !== null && typeof item === 'object';
    const at = `${place.at ?? ''}items[${index}]`;
    yield* take(reading, type && isObject ? { ...type, ...(item as object) } : item, { path: place.path, at });
  }
}

function failed({ sink }: Reading, text: string): Collected {
  sink.broken(text);
  return { type: 'error', text };
}
