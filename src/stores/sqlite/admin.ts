import { RefusedError } from '../../model/errors.ts';
import type { StoreAdmin } from '../../ports/store.ts';
import type { Access } from './access.ts';
import { exportAll, importAll } from './backup.ts';
import type { Connection } from './connection.ts';
import { metaText, setMeta } from './meta.ts';
import { schemaVersionOf } from './migrate.ts';

function checkFingerprintKey(db: Connection, check: string): void {
  const kept = metaText(db, 'fingerprint-check');
  if (kept === undefined) setMeta(db, 'fingerprint-check', check);
  else if (kept !== check) {
    throw new RefusedError(
      `${db.path}: the store was made under another fingerprint key; set INTERLOCK_FINGERPRINT_KEY to that key, or use a new store`,
    );
  }
}

export const createStoreAdmin = (access: Access): StoreAdmin => ({
  ping: () => access.read((db) => void db.get('SELECT count(*) FROM meta')),
  checkFingerprintKey: (check) => access.write((db) => checkFingerprintKey(db, check)),
  schemaVersion: () => access.read(schemaVersionOf),
  exportAll: () => access.stream(exportAll),
  importAll: (records) => access.writeSlowly((db) => importAll(db, records)),
});
