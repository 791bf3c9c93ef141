/**
 * Brings the database to this interlock's schema. The files `cypher/schema/<number>-<name>.cypher` are applied once each, in order;
 * a newer schema is refused. The embedded store copies itself before it migrates; a server's database has no such copy: its
 * operator makes backups (`neo4j-admin database dump`, or `interlock export --all`) before an upgrade.
 */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { RefusedError } from '../../model/errors.ts';
import { GENESIS } from '../../model/ledger.ts';
import type { Client } from './client.ts';
import * as meta from './queries/meta.ts';
import { pathOf, textOf } from './query.ts';

const FIRST = 'schema/001-constraints';

export async function migrate(client: Client): Promise<number> {
  const [state] = await client.read((run) => run(meta.readSchema, {}));
  const current = state?.version ?? 0;
  const files = schemaFiles();
  const newest = files.length;
  if (current > newest) {
    throw new RefusedError(
      `${client.place}: its schema is version ${current}, this interlock knows ${newest}; use the version that wrote it, or a newer one`,
    );
  }
  for (const [index, file] of files.entries()) {
    if (index < current) continue;
    for (const statement of statementsOf(textOf(file))) await client.statement(statement);
    await client.write((run) => run(meta.setSchema, { version: index + 1, genesis: GENESIS }));
  }
  if (state?.importing) await clear(client);
  return newest;
}

/** Takes away what an import that did not end has left. */
export async function clear(client: Client): Promise<void> {
  await client.statement(textOf(meta.clear.file));
  await client.write((run) => run(meta.resetHead, { genesis: GENESIS }));
}

function schemaFiles(): string[] {
  const names = readdirSync(dirname(pathOf(FIRST))).filter((name) => name.endsWith('.cypher'));
  return names.sort().map((name) => `schema/${name.slice(0, -'.cypher'.length)}`);
}

const statementsOf = (text: string): string[] =>
  text
    .replace(/^\/\/.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
