/** Answers about access keys: ListAccessKeys and GetAccessKeyLastUsed. */
import type { z } from 'zod';
import { InputError } from '../../model/errors.ts';
import type { Collected } from '../../ports/collector.ts';
import { nameOf, shaped } from '../files/shape.ts';
import { timeOf } from './convert.ts';
import { failedEntry } from './failed.ts';
import { type AnswerPlace, accountInPath, accountOfUser, type Reading, type Row } from './row.ts';
import { accessKeyShape, lastUsedShape } from './shapes.ts';

/** Keys of users, and when one was used last. */
export function* readKeys(reading: Reading, file: AnswerPlace, value: Record<string, unknown>): Generator<Collected> {
  const row = { reading, file };
  const list = value['AccessKeyMetadata'];
  try {
    if (Object.hasOwn(value, 'AccessKeyLastUsed')) takeLastUsed(row, value);
    else if (!Array.isArray(list))
      throw new InputError(`${file.path}: AccessKeyMetadata: expected a list, found ${nameOf(list)}`);
    else if (list.length === 0) markListed(row);
  } catch (error) {
    yield failedEntry(row, error);
  }
  if (!Array.isArray(list)) return;
  for (const [index, entry] of list.entries()) {
    try {
      takeKey(row, shaped(accessKeyShape, entry, { path: file.path, at: `AccessKeyMetadata[${index}]` }));
    } catch (error) {
      yield failedEntry(row, error);
    }
  }
}

function markListed({ reading, file }: Row): void {
  const id = accountInPath(file.path);
  if (id) reading.inventory.account(id).keysListed = true;
}

function takeKey(row: Row, raw: z.infer<typeof accessKeyShape>): void {
  const createdAt = timeOf(raw.CreateDate);
  row.reading.inventory.account(accountOfUser(row, raw.UserName)).addKey(raw.UserName, {
    id: raw.AccessKeyId,
    active: raw.Status === 'Active',
    ...(createdAt && { createdAt }),
  });
}

/** The answer names no key: with several keys of the user it cannot be told which one is meant, and is left out. */
function takeLastUsed(row: Row, value: unknown): void {
  const raw = shaped(lastUsedShape, value, { path: row.file.path });
  const lastUsed = timeOf(raw.AccessKeyLastUsed.LastUsedDate);
  if (!lastUsed || !raw.UserName) return;
  const account = row.reading.inventory.account(accountOfUser(row, raw.UserName));
  account.lastUses.push({ user: raw.UserName, lastUsed, ...(raw.AccessKeyId && { key: raw.AccessKeyId }) });
}
