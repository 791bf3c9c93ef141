import type { RelationshipFact } from '../../model/entity.ts';
import { InputError } from '../../model/errors.ts';
import { strengthOf } from '../../model/merge.ts';
import { relationshipId } from '../../model/relationship-id.ts';
import { type Ends, endsText, loadRelationships } from './claims.ts';
import { certaintyAndBasis, hotOf, kindCode, restOf, shapeOf } from './codec.ts';
import { type Connection, pieces, type SqlValue } from './connection.ts';
import { lookUpIds } from './entity-ids.ts';
import { type ChangeDraft, closingOf, recordChanges, recordVersions } from './history.ts';
import type { Stamp } from './write-entities.ts';

interface Said {
  readonly ends: Ends;
  readonly fact: RelationshipFact;
  readonly shape: number;
  readonly hot: string | null;
  readonly rest: string | null;
}

const COLUMNS = 11;
const TOGETHER = 1000;

/** Upserts claims; returns how many are new or differ. Throws an InputError for an end that nobody claims. */
export function writeRelationships(
  db: Connection,
  stamp: Stamp,
  facts: readonly RelationshipFact[],
  ids: Map<string, number>,
): number {
  const unknown = new Set<string>();
  for (const { source, target } of facts) {
    if (!ids.has(source)) unknown.add(source);
    if (!ids.has(target)) unknown.add(target);
  }
  lookUpIds(db, [...unknown], ids);
  const said = distinct(
    facts.map((fact): Said => ({ ends: endsOf(fact, ids), fact, shape: shapeOf(fact), hot: hotOf(fact), rest: restOf(fact) })),
  );
  let changed = 0;
  for (const some of pieces(said, TOGETHER))
    changed += stamp.bulk && stamp.alone ? load(db, stamp, some) : update(db, stamp, some);
  return changed;
}

function endsOf(fact: RelationshipFact, ids: ReadonlyMap<string, number>): Ends {
  const [source, target] = [ids.get(fact.source), ids.get(fact.target)];
  if (source !== undefined && target !== undefined) return [source, kindCode(fact.kind), target];
  const missing = source === undefined ? fact.source : fact.target;
  throw new InputError(
    `${relationshipId(fact)}: nobody claims ${missing}: write the entity, or a stub of it, before or with its relationships`,
  );
}

/** In the order of the table; of one relationship the strongest, and of equals the last. */
function distinct(said: Said[]): Said[] {
  said.sort((a, b) => a.ends[0] - b.ends[0] || a.ends[1] - b.ends[1] || a.ends[2] - b.ends[2]);
  const kept: Said[] = [];
  for (const one of said) {
    const last = kept.at(-1);
    if (last === undefined || !isSame(last.ends, one.ends)) kept.push(one);
    else if (strengthOf(one.fact) <= strengthOf(last.fact)) kept[kept.length - 1] = one;
  }
  return kept;
}

const rowsOf = ({ origin, generation, at }: Stamp, said: readonly Said[]): SqlValue[] => {
  const rows: SqlValue[] = [];
  for (const { ends, shape, hot, rest } of said)
    rows.push(ends[0], ends[1], ends[2], origin, generation, at, at, generation, shape, hot, rest);
  return rows;
};

/** Where nobody else claims relationships, what cannot be inserted was said before in this run: that takes the careful way. */
function load(db: Connection, stamp: Stamp, said: readonly Said[]): number {
  const inserted = db.insert('relationship_claim', COLUMNS, rowsOf(stamp, said), 'ON CONFLICT DO NOTHING');
  return inserted === said.length ? inserted : inserted + update(db, stamp, said);
}

function update(db: Connection, stamp: Stamp, said: readonly Said[]): number {
  const held = heldClaims(db, stamp.origin, said);
  const same: Said[] = [];
  const different: Said[] = [];
  for (const one of said) {
    const claim = held.get(endsText(one.ends));
    if (claim && claim.shape === one.shape && claim.hot === one.hot && claim.rest === one.rest) same.push(one);
    else if (
      !claim ||
      stamp.anew ||
      claim.generation !== stamp.generation ||
      strengthOf(one.fact) <= strengthOf(certaintyAndBasis(claim.shape))
    )
      different.push(one);
  }
  touch(db, stamp, same);
  if (different.length === 0) return 0;
  const shown = loadRelationships(
    db,
    different.map(({ ends }) => ends),
  );
  recordVersions(
    db,
    stamp.generation,
    shown.map(({ relationship, changed }) => closingOf(relationship, changed)),
  );
  db.insert(
    'relationship_claim',
    COLUMNS,
    rowsOf(stamp, different),
    `ON CONFLICT DO UPDATE SET generation = excluded.generation, last_seen = excluded.last_seen, changed = excluded.changed,
      shape = excluded.shape, hot = excluded.hot, rest = excluded.rest`,
  );
  if (!stamp.bulk) {
    recordChanges(
      db,
      stamp.generation,
      different.map(({ fact }): ChangeDraft => ['upsert', 'relationship', relationshipId(fact)]),
    );
  }
  return different.length;
}

const isSame = (a: Ends, b: Ends): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2];

interface HeldClaim {
  readonly generation: number;
  readonly shape: number;
  readonly hot: string | null;
  readonly rest: string | null;
}

const values = (count: number): string => Array(count).fill('(?,?,?)').join(',');

/** This origin's claims of the named relationships. */
function heldClaims(db: Connection, origin: number, said: readonly Said[]): Map<string, HeldClaim> {
  const held = new Map<string, HeldClaim>();
  for (const some of pieces(said, 100)) {
    const rows = db.iterate<[number, number, number, number, number, string | null, string | null]>(
      `WITH v (source, kind, target) AS (VALUES ${values(some.length)})
       SELECT c.source, c.kind, c.target, c.generation, c.shape, c.hot, c.rest FROM v CROSS JOIN relationship_claim c
        ON c.source = v.source AND c.kind = v.kind AND c.target = v.target AND c.origin = ?`,
      [...some.flatMap(({ ends }) => ends), origin],
    );
    for (const [source, kind, target, generation, shape, hot, rest] of rows) {
      held.set(endsText([source, kind, target]), { generation, shape, hot, rest });
    }
  }
  return held;
}

function touch(db: Connection, { origin, generation, at }: Stamp, same: readonly Said[]): void {
  for (const some of pieces(same, 100)) {
    db.run(
      `WITH v (source, kind, target) AS (VALUES ${values(some.length)})
       UPDATE relationship_claim AS c SET generation = ?, last_seen = ? FROM v
        WHERE c.source = v.source AND c.kind = v.kind AND c.target = v.target AND c.origin = ?`,
      [...some.flatMap(({ ends }) => ends), generation, at, origin],
    );
  }
}
