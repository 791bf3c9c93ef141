/** Documents by place, bodies by content. */
import type { DocumentFact, Json, StoredDocument } from '../../model/entity.ts';
import { canonicalJson, sha256 } from '../../model/ledger.ts';
import type { Access } from './access.ts';
import { type Connection, marks, type SqlValue } from './connection.ts';

export function writeDocuments(db: Connection, origin: number, generation: number, documents: readonly DocumentFact[]): void {
  for (const { subject, type, name, body } of documents) {
    const text = canonicalJson(body);
    writeDocument(db, { origin, subject, type, name, generation, hash: sha256(text), text });
  }
}

interface DocumentRow {
  readonly origin: number;
  readonly subject: string;
  readonly type: string;
  readonly name: string;
  readonly generation: number;
  readonly hash: string;
  readonly text: string;
}

function writeDocument(db: Connection, { origin, subject, type, name, hash, generation, text }: DocumentRow): void {
  const place = [origin, subject, type, name];
  const [before] =
    db.get<[string]>('SELECT hash FROM document WHERE origin = ? AND subject = ? AND type = ? AND name = ?', place) ?? [];
  db.run('INSERT INTO document_body VALUES (?, ?) ON CONFLICT DO NOTHING', [hash, text]);
  db.run(
    'INSERT INTO document VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET hash = excluded.hash, generation = excluded.generation',
    [...place, hash, generation],
  );
  if (before !== undefined && before !== hash) dropUnusedBodies(db, [before]);
}

export function writeStoredDocument(
  db: Connection,
  origin: number,
  { subject, type, name, generation, hash, body }: StoredDocument,
): void {
  writeDocument(db, { origin, subject, type, name, generation, hash, text: canonicalJson(body) });
}

/** Those of the origins that are older than a generation. */
export function removeDocuments(db: Connection, origins: readonly number[], before: number): void {
  const hashes = db.all<[string]>(
    `DELETE FROM document WHERE origin IN ${marks(origins.length)} AND generation < ? RETURNING hash`,
    [...origins, before],
  );
  dropUnusedBodies(
    db,
    hashes.map(([hash]) => hash),
  );
}

function dropUnusedBodies(db: Connection, hashes: readonly string[]): void {
  for (const hash of new Set(hashes)) {
    db.run('DELETE FROM document_body WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM document WHERE hash = ?)', [hash, hash]);
  }
}

type Filter = { readonly subject?: string; readonly type?: string; readonly origin?: string };

export function* storedDocuments(db: Connection, filter: Filter = {}): Generator<StoredDocument> {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  for (const [column, value] of [
    ['d.subject', filter.subject],
    ['d.type', filter.type],
    ['o.name', filter.origin],
  ] as const) {
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    values.push(value);
  }
  const rows = db.iterate<[string, string, string, string, string, string, number, string]>(
    `SELECT o.name, o.scope, d.subject, d.type, d.name, d.hash, d.generation, b.body
      FROM document d JOIN origin o ON o.id = d.origin JOIN document_body b ON b.hash = d.hash
      ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''} ORDER BY o.name, o.scope, d.subject, d.type, d.name`,
    values,
  );
  for (const [origin, scope, subject, type, name, hash, generation, body] of rows) {
    yield { subject, type, name, body: JSON.parse(body) as Json, origin, scope, hash, generation };
  }
}

export const createDocumentReader = (access: Access) => ({
  documents: (filter?: Filter) => access.stream((db) => storedDocuments(db, filter)),
});
