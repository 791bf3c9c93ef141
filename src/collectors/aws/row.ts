/** One answer of AWS, and where it lies: what every reader of answers is handed. */
import { InputError } from '../../model/errors.ts';
import type { CollectContext } from '../../ports/collector.ts';
import type { CoverageNotes } from '../files/coverage.ts';
import type { SourceFile } from '../files/walk.ts';
import type { Inventory } from './inventory.ts';

export interface Reading {
  readonly root: string;
  readonly inventory: Inventory;
  readonly notes: CoverageNotes;
  readonly context: CollectContext;
}

/** Where an answer lies, or would lie if it were saved: a folder of its path may name the account. */
export type AnswerPlace = Pick<SourceFile, 'path'>;

export interface Row {
  readonly reading: Reading;
  readonly file: AnswerPlace;
}

/** A folder named for an account decides where a file does not say it; the innermost counts. */
export function accountInPath(path: string): string | undefined {
  return path
    .split('/')
    .slice(0, -1)
    .reverse()
    .map((part) => /(?<!\d)\d{12}(?!\d)/.exec(part)?.[0])
    .find((id) => id !== undefined);
}

/** The account of a user that a file names without it: the folder's, else the only one that has such a user. */
export function accountOfUser({ reading, file }: Row, user: string): string {
  const named = accountInPath(file.path);
  if (named) return named;
  const owners = [...reading.inventory.accounts.values()].filter((account) =>
    [...account.users.values()].some((one) => one.name === user),
  );
  const only = owners.length === 1 ? owners[0] : undefined;
  if (only) return only.id;
  throw new InputError(`${file.path}: whose user ${user} is cannot be told; put the file into a folder named for its account`);
}
