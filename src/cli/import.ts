import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { BACKUP_END } from '../model/backup.ts';
import { counted } from '../model/counted.ts';
import { InputError } from '../model/errors.ts';
import type { BackupRecord } from '../ports/store.ts';
import { EXIT, type Exit, type Invocation } from './command.ts';
import { printJson, withApp } from './open.ts';

export async function run(invocation: Invocation): Promise<Exit> {
  const { io, options } = invocation;
  const file = invocation.arguments[0] as string;
  return withApp(invocation, async (app) => {
    const records = await app.store.importAll(backupRecords(file));
    if (options['json']) printJson(io, { records });
    else io.out(`Loaded ${counted(records, 'record')}.\n`);
    return EXIT.done;
  });
}

async function* backupRecords(file: string): AsyncIterable<BackupRecord> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
  let line = 0;
  let records = 0;
  let promised: unknown;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === '') continue;
      const record = recordOf(text, `${file}: line ${line}`);
      if (record.type === BACKUP_END) promised = (record.data as { readonly records?: unknown }).records;
      else {
        records++;
        yield record;
      }
    }
    if (records > 0 && promised !== records) throw new InputError(`${file}: line ${line}: ${endText(promised, records)}`);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const endText = (promised: unknown, records: number): string =>
  promised === undefined
    ? 'the backup breaks off here, its last line is missing; make it again with `interlock export --all`'
    : `the backup says that it holds ${JSON.stringify(promised)} records, and has ${records}; make it again with \`interlock export --all\``;

function recordOf(text: string, place: string): BackupRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${place}: not JSON; expected the output of \`interlock export --all\``);
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string' || !('data' in value)) {
    throw new InputError(`${place}: expected {"type", "data"}; is this the output of \`interlock export --all\`?`);
  }
  return value as BackupRecord;
}
