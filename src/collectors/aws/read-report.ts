/** The credential report of an account: a CSV file, or the answer that holds it. */
import { parse } from 'csv-parse/sync';
import { accountOfArn } from '../../iam/aws/principal.ts';
import { InputError } from '../../model/errors.ts';
import type { Collected } from '../../ports/collector.ts';
import { readText } from '../files/content.ts';
import { nameOf } from '../files/shape.ts';
import type { SourceFile } from '../files/walk.ts';
import { reportLine } from './convert.ts';
import { failed } from './failed.ts';
import type { AnswerPlace, Reading } from './row.ts';

export const REPORT_HEADER = 'user,arn,user_creation_time';

export async function* readReport(reading: Reading, file: SourceFile): AsyncGenerator<Collected> {
  yield* readReportText(reading, file, await readText(file, reading.context.signal));
}

/** As GetCredentialReport answers it: in base64, or decoded already. */
export function decodedReport(file: AnswerPlace, value: Record<string, unknown>): string {
  const content = value['Content'];
  if (typeof content !== 'string') throw new InputError(`${file.path}: Content: expected text, found ${nameOf(content)}`);
  return content.startsWith(REPORT_HEADER) ? content : Buffer.from(content, 'base64').toString('utf8');
}

export function* readReportText(reading: Reading, file: AnswerPlace, text: string): Generator<Collected> {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { columns: true, skip_empty_lines: true });
  } catch (error) {
    throw new InputError(`${file.path}: not a credential report: ${(error as { code?: string }).code ?? 'broken CSV'}`);
  }
  for (const [index, row] of rows.entries()) {
    const line = reportLine(row);
    const account = accountOfArn(line.arn) ?? '';
    if (!/^\d{12}$/.test(account)) {
      yield failed({ reading, file }, `${file.path}:${index + 2}: arn: expected the ARN of a user`);
      continue;
    }
    reading.inventory.account(account).report.set(line.arn, line);
  }
}
