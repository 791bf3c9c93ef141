import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseJson } from '../collectors/files/json.ts';
import { caseJudges, type JudgeCase } from '../iam/index.ts';
import { InputError, messageOf } from '../model/errors.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson } from './open.ts';
import { oneOf } from './options.ts';
import { table } from './table.ts';

const PROVIDERS = Object.keys(caseJudges) as (keyof typeof caseJudges)[];

/** Judges each line as it comes; one that cannot be judged is answered with its error, and the others go on. */
export async function run({ arguments: [file = '-'], options, io }: Invocation): Promise<Exit> {
  const judge = await caseJudges[oneOf(options, 'provider', PROVIDERS)]();
  const answers: CaseLine[] = [];
  let exit: Exit = EXIT.done;
  for await (const { text, number } of linesOf(file)) {
    if (io.signal.aborted) return EXIT.failed;
    const answer = answerTo(judge, text, number);
    if (answer.verdict === 'error') exit = EXIT.incomplete;
    if (options['jsonl']) printJson(io, answer);
    else answers.push(answer);
  }
  if (options['json'] && !options['jsonl']) printJson(io, { items: answers });
  else if (!options['jsonl']) io.out(answers.length > 0 ? answerTable(answers) : 'No cases.\n');
  return exit;
}

interface CaseLine {
  readonly name: string;
  readonly verdict: string;
  readonly error?: string;
  readonly because?: readonly object[];
  readonly conditions?: readonly { readonly text: string }[];
}

function answerTo(judge: JudgeCase, text: string, number: number): CaseLine {
  let name = `line ${number}`;
  try {
    const read = parseJson(text, name);
    name = nameIn(read) ?? name;
    return { name, ...judge(read) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { name, verdict: 'error', error: error.message };
  }
}

function nameIn(read: unknown): string | undefined {
  const name = typeof read === 'object' && read !== null && 'name' in read ? read.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

interface Line {
  readonly text: string;
  readonly number: number;
}

/** Empty lines are left out; `-` is stdin. */
async function* linesOf(file: string): AsyncGenerator<Line> {
  const handle = file === '-' ? undefined : await open(file);
  try {
    let number = 0;
    for await (const line of handle ? handle.readLines() : createInterface({ input: process.stdin })) {
      number++;
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() !== '') yield { text, number };
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? new InputError(`${file}: ${messageOf(error)}`) : error;
  } finally {
    await handle?.close();
  }
}

function answerTable(answers: readonly CaseLine[]): string {
  const columns = [{ title: 'VERDICT' }, { title: 'CASE', most: 80 }, { title: 'WHY', most: 160 }];
  return table(
    columns,
    answers.map((answer) => [answer.verdict, answer.name, whyOf(answer)]),
  );
}

/** What went wrong, what must still hold, or what decided. */
function whyOf({ error, conditions = [], because = [] }: CaseLine): string {
  if (error !== undefined) return error;
  if (conditions.length > 0) return `if ${conditions.map(({ text }) => text).join(', and ')}`;
  return because
    .map((one) =>
      Object.values(one)
        .filter((value) => typeof value === 'string')
        .join(' '),
    )
    .join('; ');
}
