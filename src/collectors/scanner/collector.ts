/** Secret-scanner reports. A value is turned into its fingerprint the moment it is read, and goes no further. */
import { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import type { CollectContext, Collected, Collector } from '../../ports/collector.ts';
import { isLarge, readText } from '../files/content.ts';
import { CoverageNotes } from '../files/coverage.ts';
import { parseJson, readJsonLines, streamJson } from '../files/json.ts';
import { type FileHead, readFolder } from '../files/read-folder.ts';
import { firstKeys } from '../files/recognise.ts';
import { nameOf } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { gitleaks7Leak, gitleaks8Leak, isGitleaks7, isGitleaks8 } from './gitleaks.ts';
import { LeakFacts } from './leak-facts.ts';
import { isSarifRun, sarifLeaks } from './sarif.ts';
import { isTrufflehog, trufflehogLeak } from './trufflehog.ts';

const SCOPE = 'reports';

const settings = z.strictObject({ files: z.string().min(1) });

export const scannerCollector: Collector<z.infer<typeof settings>> = {
  type: 'scanner',
  emits: {
    entities: ['Credential', 'Session', 'Secret', 'Repository', 'Resource', 'User'],
    relationships: ['LEAKED_IN', 'EXPOSES', 'AUTHENTICATES_AS'],
  },
  settings,
  async *collect({ files }, context) {
    const facts = new LeakFacts(context);
    const coverage = new CoverageNotes();
    coverage.seen(SCOPE);
    yield* readFolder({
      root: files,
      context,
      read: (file, head) => readReport({ file, head, context, facts, coverage }),
      broken: (text) => coverage.missing(SCOPE, text),
    });
    yield { type: 'facts', scope: SCOPE, entities: facts.entities(), relationships: facts.relationships() };
    yield* coverage.said();
  },
};

interface Report {
  readonly file: SourceFile;
  readonly head: FileHead;
  readonly context: CollectContext;
  readonly facts: LeakFacts;
  readonly coverage: CoverageNotes;
}

/** gitleaks writes `null`, or an empty list, when it found nothing. */
const isNothing = ({ head }: FileHead): boolean => head.length < 64 && /^(?:null|\[\s*\])$/.test(head.toString('utf8').trim());

// Any of them is enough: a long matched line may push the others out of the head.
const RECORD_KEYS = ['RuleID', 'Secret', 'offender', 'DetectorName', 'SourceMetadata'];
const SARIF_KEYS = ['runs', '$schema'];

function readReport(report: Report): AsyncIterable<Collected> | Iterable<Collected> | undefined {
  const { form, head } = report.head;
  if (isNothing(report.head)) return [];
  if (form === 'text') return undefined;
  const keys = firstKeys(head);
  if (RECORD_KEYS.some((key) => keys.includes(key))) {
    return form === 'json-lines' ? readLines(report) : readWhole(report, form === 'json-array' ? '' : 'one');
  }
  return form === 'json-object' && SARIF_KEYS.some((key) => keys.includes(key)) ? readWhole(report, 'runs') : undefined;
}

async function* readLines(report: Report): AsyncGenerator<Collected> {
  for await (const line of readJsonLines(report.file, report.context.signal)) {
    if ('problem' in line) yield failed(report, line.problem);
    else yield* take(report, line.value, `line ${line.line}`);
  }
}

/** A list of findings, one finding, or a SARIF log. Large files are streamed. */
async function* readWhole(report: Report, holds: '' | 'one' | 'runs'): AsyncGenerator<Collected> {
  let index = 0;
  for await (const value of items(report, holds)) {
    yield* take(report, value, holds === 'one' ? '' : `${holds}[${index}]`);
    index++;
  }
}

async function* items({ file, context }: Report, holds: '' | 'one' | 'runs'): AsyncGenerator<unknown> {
  if (holds !== 'one' && (await isLarge(file))) {
    for await (const { value } of streamJson(file, [holds === 'runs' ? '$.runs.*' : '$.*'], context.signal)) yield value;
    return;
  }
  const whole = parseJson(await readText(file, context.signal), file.path);
  const list = holds === 'one' ? [whole] : holds === 'runs' ? (whole as { runs?: unknown }).runs : whole;
  if (!Array.isArray(list)) throw new InputError(`${file.path}: ${holds || 'top'}: expected a list, found ${nameOf(list)}`);
  yield* list;
}

/** One finding or run; a broken one is an error of its own. */
function* take(report: Report, value: unknown, at: string): Generator<Collected> {
  try {
    yield* takeRecord(report, value, at);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    yield failed(report, error.message);
  }
}

function* takeRecord({ file, facts }: Report, value: unknown, at: string): Generator<Collected> {
  const place = { path: file.path, at };
  if (value === null || typeof value !== 'object') {
    throw new InputError(`${file.path}: ${at}: expected a finding, found ${nameOf(value)}`);
  }
  if (isGitleaks8(value)) facts.add(gitleaks8Leak(value, place));
  else if (isTrufflehog(value)) facts.add(trufflehogLeak(value, place));
  else if (isGitleaks7(value)) facts.add(gitleaks7Leak(value, place));
  else if (isSarifRun(value)) {
    const { leaks, others } = sarifLeaks(value, place);
    for (const leak of leaks) facts.add(leak);
    if (others > 0) yield { type: 'warning', text: `${file.path}: ${at}: ${others} results are not about secrets; ignored` };
  } else if (!isLogLine(value)) {
    throw new InputError(`${file.path}: ${at}: not a finding of gitleaks, TruffleHog or SARIF`);
  }
}

/** TruffleHog's own messages, when stderr went into the report. */
const isLogLine = (value: object): boolean => 'level' in value && 'msg' in value;

function failed({ coverage }: Report, text: string): Collected {
  coverage.missing(SCOPE, text);
  return { type: 'error', text };
}
