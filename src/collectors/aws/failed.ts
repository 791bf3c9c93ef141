import { EVERY_SCOPE } from '../../model/collection.ts';
import { InputError } from '../../model/errors.ts';
import type { Collected } from '../../ports/collector.ts';
import { accountInPath, type Row } from './row.ts';

/** An error of one entry: its account, where its file tells it, is partial. */
export function failed({ reading, file }: Row, text: string): Collected {
  reading.notes.missing(accountInPath(file.path) ?? EVERY_SCOPE, text);
  return { type: 'error', text };
}

/** The same of what was thrown; what is no fault of the input is thrown on. */
export function failedEntry(row: Row, error: unknown): Collected {
  if (!(error instanceof InputError)) throw error;
  return failed(row, error.message);
}
