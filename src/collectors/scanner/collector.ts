/** Secret-scanner reports. A value is turned into its fingerprint the moment it is read, and goes no further. */
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { checkFolder } from '../files/check-folder.ts';
import { isLarge, readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { parseJson, readJsonLines, streamJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { nameOf } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import type { Place, ReportFormat } from './format.ts';
import { formats } from './formats.ts';
import { hasNul, wellFormed, withoutValueInName } from './leak.ts';
import { Leaks } from './leaks.ts';

const SCOPE = 'reports';

const settings = z.strictObject({ files: z.string().min(1) });

export const scannerCollector: Collector<z.infer<typeof settings>> = {
  type: 'scanner',
  emits: {
    entities: ['Credential', 'Session', 'Secret', 'Repository', 'Resource', 'User'],
    relationships: ['LEAKED_IN', 'EXPOSES', 'AUTHENTICATES_AS'],
  },
  settings,
  check: ({ files: root }, context) => checkFolder({ root, context, knows: (_, head) => isNothing(head) || isReport(head) }),
  async *collect({ files }, context) {
    using leaks = new Leaks(context);
    const coverage = new CoverageNotes();
    coverage.seen(SCOPE);
    yield* readFolder({
      root: files,
      context,
      read: (file, head) => readReport({ file, head, context, leaks, coverage, ignored: new Map() }),
      broken: (text) => coverage.missing(SCOPE, text),
    });
    for (const facts of leaks.facts()) {
      context.signal.throwIfAborted();
      yield { type: 'facts', scope: SCOPE, ...facts };
    }
    yield* coverage.said();
  },
};

interface Report {
  readonly file: SourceFile;
  readonly head: FileHead;
  readonly context: CollectContext;
  readonly leaks: Leaks;
  readonly coverage: CoverageNotes;
  /** What was left out, by the reason: how often, and where first. */
  readonly ignored: Map<string, { readonly at: string; count: number }>;
}

/** gitleaks writes `null`, or an empty list, when it found nothing. */
const isNothing = ({ head }: FileHead): boolean => head.length < 64 && /^(?:null|\[\s*\])$/.test(head.toString('utf8').trim());

function formatOf({ form, head }: FileHead): ReportFormat | undefined {
  if (form === 'text') return undefined;
  const keys = firstKeys(head);
  return formats.find((one) => one.knows(keys));
}

function isReport(head: FileHead): boolean {
  const format = formatOf(head);
  return format !== undefined && (!format.within || head.form === 'json-object');
}

function readReport(report: Report): AsyncIterable<Collected> | Iterable<Collected> | undefined {
  if (isNothing(report.head)) return [];
  const format = formatOf(report.head);
  if (!format) return undefined;
  const { form } = report.head;
  if (format.within) return form === 'json-object' ? told(report, readDocument(report, format)) : undefined;
  return told(report, form === 'json-lines' ? readLines(report) : readList(report, form === 'json-object'));
}

/** And at the end, what of it was left out. */
async function* told({ file, ignored }: Report, said: AsyncIterable<Collected>): AsyncGenerator<Collected> {
  yield* said;
  for (const [why, { at, count }] of ignored)
    yield { type: 'warning', text: `${file.path}: ${count > 1 ? `${count} records` : at}: ${why}; ignored` };
}

async function* readLines(report: Report): AsyncGenerator<Collected> {
  for await (const line of readJsonLines(report.file, report.context.signal)) {
    if ('problem' in line) yield failed(report, line.problem);
    else yield* takeEach(report, line.value, `line ${line.line}`);
  }
}

/** A list of findings, or one. Large lists are streamed. */
async function* readList(report: Report, isOne: boolean): AsyncGenerator<Collected> {
  if (isOne) {
    yield* take(report, await parsed(report), '');
    return;
  }
  let index = 0;
  for await (const value of await listed(report)) yield* takeEach(report, value, `[${index++}]`);
}

/** Findings, or lists of them: `gh api --paginate --slurp` makes a list of pages. */
function* takeEach(report: Report, value: unknown, at: string): Generator<Collected> {
  if (!Array.isArray(value)) yield* take(report, value, at);
  else for (const [index, one] of value.entries()) yield* take(report, one, `${at}[${index}]`);
}

async function listed(report: Report): Promise<AsyncIterable<unknown> | Iterable<unknown>> {
  if (await isLarge(report.file)) return streamed(report, ['$.*']);
  const whole = await parsed(report);
  return Array.isArray(whole) ? whole : [whole];
}

/** One document whose records lie in some of its fields. */
async function* readDocument(report: Report, format: ReportFormat): AsyncGenerator<Collected> {
  const fields = format.within ?? [];
  if (await isLarge(report.file)) {
    let index = 0;
    const paths = fields.map((field) => `$.${field}.*`);
    for await (const value of streamed(report, paths)) yield* take(report, value, `${fields[0]}[${index++}]`);
    return;
  }
  const whole = (await parsed(report)) as Readonly<Record<string, unknown>>;
  const present = fields.filter((field) => whole[field] !== undefined);
  if (present.length === 0 && !format.mayBeEmpty)
    throw new InputError(`${report.file.path}: ${fields[0]}: expected a list, found nothing`);
  for (const field of present) {
    for (const [name, value] of recordsIn(whole[field], `${report.file.path}: ${field}`))
      yield* take(report, value, `${field}[${name}]`, name);
  }
}

function recordsIn(held: unknown, at: string): Iterable<readonly [string, unknown]> {
  if (held === null || typeof held !== 'object') throw new InputError(`${at}: expected a list, found ${nameOf(held)}`);
  return Object.entries(held);
}

async function* streamed({ file, context }: Report, paths: readonly string[]): AsyncGenerator<unknown> {
  for await (const { value } of streamJson(file, [...paths], context.signal)) yield value;
}

const parsed = async ({ file, context }: Report): Promise<unknown> => parseJson(await readText(file, context.signal), file.path);

/** One record; a broken one is an error of its own. */
function* take(report: Report, value: unknown, at: string, name?: string): Generator<Collected> {
  try {
    takeRecord(report, value, { path: report.file.path, at, name });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield failed(report, error.message);
  }
}

function takeRecord({ leaks, ignored }: Report, value: unknown, place: Place): void {
  const { path, at } = place;
  if (value === null || typeof value !== 'object') {
    throw new InputError(`${path}: ${at}: expected a finding, found ${nameOf(value)}`);
  }
  const format = formats.find((one) => one.isRecord(value));
  if (!format) throw new InputError(`${path}: ${at}: not a finding of ${formats.map(({ name }) => name).join(', ')}`);
  const found = format.found(value, place);
  for (const leak of found.leaks) if (!hasNul(leak)) leaks.add(withoutValueInName(wellFormed(leak)));
  const known = ignored.get(found.ignored ?? '');
  if (known) known.count++;
  else if (found.ignored) ignored.set(found.ignored, { at, count: 1 });
  if (found.leaks.some(hasNul)) throw new InputError(`${path}: ${at}: a NUL character in the name of a file, a rule or a commit`);
}

function failed({ coverage }: Report, text: string): Collected {
  coverage.missing(SCOPE, text);
  return { type: 'error', text };
}
