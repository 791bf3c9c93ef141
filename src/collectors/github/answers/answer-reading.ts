/** Reads JSON files that hold REST answers, and places at the end those that do not say whose they are. */
import { InputError } from '../../../model/errors.ts';
import type { CollectContext, Collected } from '../../../ports/collector.ts';
import { isLarge, readText } from '../../files/content.ts';
import { parseJson, readJsonLines, streamJson } from '../../files/json.ts';
import type { FileHead } from '../../files/read-folder.ts';
import type { SourceFile } from '../../files/walk.ts';
import { type Answer, answerIn, answerOf, type Unplaced } from './answer-in.ts';
import { Answers } from './answers.ts';
import { calledBy } from './endpoints.ts';
import { placed } from './placing.ts';
import { withoutValues } from './without-values.ts';

/** Items of a large list that are taken at once. */
const BATCH = 2_000;

export class AnswerReading {
  readonly answers = new Answers();
  readonly #unplaced: (Unplaced & { readonly file: string })[] = [];
  readonly #context: CollectContext;

  constructor(context: CollectContext) {
    this.#context = context;
  }

  async *file(file: SourceFile, { form }: FileHead): AsyncGenerator<Collected> {
    const { signal } = this.#context;
    if (form === 'json-lines') yield* this.#lines(file);
    else if (form === 'json-array' && (await isLarge(file))) yield* this.#stream(file);
    else yield* this.#take(parseJson(await readText(file, signal), file.path), file.path);
  }

  *#take(value: unknown, file: string): Generator<Collected> {
    const found = answerIn(value, file);
    if (!found) yield { type: 'warning', text: `${file}: not recognised as anything that this source reads; ignored` };
    else if ('likeness' in found) this.#unplaced.push({ ...found, file });
    else this.#add(found);
  }

  #add(answer: Answer): void {
    const clean = withoutValues(answer, this.#context.fingerprint);
    this.answers.add(answer.called.endpoint.path.endsWith('/audit-log') ? condensed(clean) : clean);
  }

  /** Pages one after the other, or events one a line. */
  async *#lines(file: SourceFile): AsyncGenerator<Collected> {
    const values: unknown[] = [];
    for await (const line of readJsonLines(file, this.#context.signal)) {
      if ('problem' in line) throw new InputError(line.problem);
      values.push(line.value);
      if (values.length >= BATCH) yield* this.#takeLines(values.splice(0), file.path);
    }
    if (values.length > 0) yield* this.#takeLines(values, file.path);
  }

  *#takeLines(values: readonly unknown[], file: string): Generator<Collected> {
    if (values.every((value) => typeof value === 'object' && value !== null && 'action' in value))
      yield* this.#take(values, file);
    else for (const value of values) yield* this.#take(value, file);
  }

  async *#stream(file: SourceFile): AsyncGenerator<Collected> {
    const values: unknown[] = [];
    for await (const { value } of streamJson(file, ['$.*'], this.#context.signal)) {
      values.push(value);
      if (values.length >= BATCH) yield* this.#take(values.splice(0), file.path);
    }
    if (values.length > 0) yield* this.#take(values, file.path);
  }

  /** Once every file was read, and repositories of trees are known. `broken` is told of what cannot be placed. */
  *place(broken: (text: string) => void): Generator<Collected> {
    for (const { likeness, value, file } of this.#unplaced) {
      try {
        const found = placed(likeness.template, file, this.answers);
        if ('problem' in found) throw new InputError(`${file}: an answer of ${likeness.template}; ${found.problem}`);
        const called = calledBy(found.path);
        if (called) this.#add(answerOf(called, value, file));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        broken(error.message);
        yield { type: 'error', text: error.message };
      }
    }
  }
}

interface Event {
  readonly hashed_token?: unknown;
  readonly token_id?: unknown;
  readonly deploy_key_fingerprint?: unknown;
}

/** Most events of the audit log name no token: of those only the last is kept, for the time. */
function condensed({ called, items }: Answer): Answer {
  const events = items as readonly Event[];
  const kept = events.filter((event) => event.hashed_token ?? event.token_id ?? event.deploy_key_fingerprint);
  const ends = [events[0], events.at(-1)].filter((event) => event !== undefined && !kept.includes(event));
  return { called, items: [...new Set([...kept, ...ends])] };
}
