import { renameSync, rmSync } from 'node:fs';
import { RefusedError } from '../../model/errors.ts';
import type { Connection } from './connection.ts';

export function schemaVersionOf(db: Connection): number {
  return Number(db.get('PRAGMA user_version')?.[0] ?? 0);
}

/**
 * Brings a store to the newest schema: a newer one is refused, an older one is first copied to `<file>.v<version>.bak`, and all
 * migrations happen in one transaction. Two processes may try at once: the second finds nothing left to do.
 */
export function migrate(db: Connection, migrations: readonly string[]): void {
  const found = schemaVersionOf(db);
  refuseNewer(db, found, migrations.length);
  if (found === migrations.length) return;
  if (found > 0) copyBeforeMigration(db, found);
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = schemaVersionOf(db);
    refuseNewer(db, version, migrations.length);
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function refuseNewer(db: Connection, found: number, known: number): void {
  if (found <= known) return;
  throw new RefusedError(
    `${db.path}: the store has schema version ${found}, this interlock knows ${known}: use a newer interlock, or the copy ${db.path}.v${known}.bak if there is one`,
  );
}

/** Written beside and renamed, so that a copy of that name is always whole. */
function copyBeforeMigration(db: Connection, version: number): void {
  const copy = `${db.path}.v${version}.bak`;
  const unfinished = `${copy}.${process.pid}`;
  rmSync(unfinished, { force: true });
  db.run('VACUUM INTO ?', [unfinished]);
  renameSync(unfinished, copy);
}
