/**
 * The change feed and closed versions. `seq` is given inside the write transaction: gap-free and in commit order. The live row is the
 * open version; a version goes to the table when its entity or relationship changes in a later generation.
 */
import type { Entity, Json, Relationship } from '../../model/entity.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import type { Change, Version } from '../../ports/store.ts';
import type { Access } from './access.ts';
import { heldEntities, loadRelationships } from './claims.ts';
import { readingsOfName } from './codec.ts';
import type { Connection } from './connection.ts';
import { idsOf } from './entity-ids.ts';
import { metaNumber, setMeta } from './meta.ts';

export type ChangeDraft = readonly [op: Change['op'], type: Change['type'], id: string];

export function recordChanges(db: Connection, generation: number, drafts: readonly ChangeDraft[]): void {
  if (drafts.length === 0) return;
  let seq = metaNumber(db, 'changes-head');
  const rows = drafts.flatMap(([op, type, id]) => [++seq, op, type, id, generation]);
  db.insert('change', 5, rows);
  setMeta(db, 'changes-head', seq);
}

/** What the store showed, without who said it. */
function versionBody(shown: Entity | Relationship): Json {
  const { claims: _, ...body } = shown;
  return JSON.parse(JSON.stringify(body)) as Json;
}

export interface Closing {
  readonly id: string;
  readonly from: number;
  readonly shown: Entity | Relationship;
}

/** States that no generation ever showed are not kept. */
export function recordVersions(db: Connection, generation: number, closing: readonly Closing[]): void {
  const rows = closing
    .filter(({ from }) => from < generation)
    .flatMap(({ id, from, shown }) => [id, from, generation, JSON.stringify(versionBody(shown))]);
  db.insert('version', 4, rows, 'ON CONFLICT DO NOTHING');
}

export const closingOf = (shown: Entity | Relationship, from: number): Closing => ({
  id: 'key' in shown ? shown.key : relationshipId(shown),
  from,
  shown,
});

function changesAfter(db: Connection, after: number, limit: number): { changes: Change[]; head: number } {
  const head = metaNumber(db, 'changes-head');
  if (after < metaNumber(db, 'changes-floor')) {
    const generation = metaNumber(db, 'generation');
    return { changes: [{ seq: head, op: 'rebuild', type: 'graph', id: '', generation }], head };
  }
  const rows = db.all<[number, Change['op'], Change['type'], string, number]>(
    'SELECT seq, op, type, id, generation FROM change WHERE seq > ? ORDER BY seq LIMIT ?',
    [after, limit],
  );
  return { changes: rows.map(([seq, op, type, id, generation]) => ({ seq, op, type, id, generation })), head };
}

function versionsOf(db: Connection, id: string): Version[] {
  const closed = db.all<[number, number, string]>(
    'SELECT from_generation, to_generation, body FROM version WHERE id = ? ORDER BY from_generation',
    [id],
  );
  const versions: Version[] = closed.map(([from, to, body]) => ({ id, from, to, body: JSON.parse(body) as Json }));
  const live = liveVersion(db, id);
  return live ? [...versions, live] : versions;
}

function liveVersion(db: Connection, id: string): Version | undefined {
  const entity = heldEntities(db, [...idsOf(db, [id]).values()])[0];
  if (entity) return { id, from: entity.changed, to: null, body: versionBody(entity.entity) };
  for (const name of readingsOfName(id)) {
    const ids = idsOf(db, [name.source, name.target]);
    const [source, target] = [ids.get(name.source), ids.get(name.target)];
    if (source === undefined || target === undefined) continue;
    const [held] = loadRelationships(db, [[source, name.code, target]]);
    if (held) return { id, from: held.changed, to: null, body: versionBody(held.relationship) };
  }
  return undefined;
}

const generationBefore = (db: Connection, at: string): number =>
  db.get<[number | null]>('SELECT max(number) FROM generation WHERE at < ?', [at])?.[0] ?? 0;

/** Only the oldest changes go, so that what is left stays gap-free. */
function prune(db: Connection, before: number): number {
  const versions = db.run('DELETE FROM version WHERE to_generation < ?', [before]);
  const kept = db.get<[number | null]>('SELECT min(seq) FROM change WHERE generation >= ?', [before])?.[0];
  const floor = kept === null || kept === undefined ? metaNumber(db, 'changes-head') : kept - 1;
  const changes = db.run('DELETE FROM change WHERE seq <= ?', [floor]);
  if (changes > 0) setMeta(db, 'changes-floor', floor);
  return versions + changes;
}

export const createChangeReader = (access: Access) => ({
  changes: (after: number, limit: number) => access.read((db) => changesAfter(db, after, limit)),
  versions: (id: string) => access.read((db) => versionsOf(db, id)),
  generationBefore: (at: string) => access.read((db) => generationBefore(db, at)),
  pruneHistory: (before: number) => access.write((db) => prune(db, before)),
});
