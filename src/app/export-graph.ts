/** The graph as lines: the contract of `export --format jsonl`, and the same as CSV. */
import type { Entity, EntityClaim, Relationship, RelationshipClaim } from '../model/entity.ts';
import type { EntityKind } from '../model/kinds.ts';
import { spreadsFrom } from '../model/kinds.ts';
import type { GraphReader } from '../ports/store.ts';

export type ExportLine = Readonly<Record<string, unknown>> & { readonly type: 'entity' | 'relationship' };

/** Entities first, by key; then relationships, by source, kind and target. */
export async function* exportLines(store: GraphReader): AsyncIterable<ExportLine> {
  const kinds = new Map<string, EntityKind>();
  for await (const batch of store.readEntities()) {
    for (const entity of batch) {
      kinds.set(entity.key, entity.kind);
      yield entityLine(entity);
    }
  }
  for await (const batch of store.readRelationships()) {
    for (const relationship of batch) yield relationshipLine(relationship, kinds.get(relationship.source) as EntityKind);
  }
}

function entityLine({ claims, ...entity }: Entity): ExportLine {
  return { type: 'entity', ...entity, claims: claims.map(claimOf) };
}

function relationshipLine({ claims, ...relationship }: Relationship, sourceKind: EntityKind): ExportLine {
  const spreads = spreadsFrom(relationship.kind, sourceKind);
  const levels =
    spreads === 'same' ? { needs: 'same', gives: 'same' } : { needs: spreads?.needs ?? null, gives: spreads?.gives ?? null };
  return {
    type: 'relationship',
    ...relationship,
    ...levels,
    ...(spreads === 'same' && { levels: relationship.levels ?? ['read', 'put', 'write', 'control'] }),
    claims: claims.map(claimOf),
  };
}

const claimOf = ({ origin, scope, generation, since, lastSeen, fact }: EntityClaim | RelationshipClaim) => ({
  origin,
  scope,
  generation,
  since,
  lastSeen,
  ...('basis' in fact ? { basis: fact.basis, certainty: fact.certainty } : { stub: fact.stub === true }),
});

const COLUMNS = [
  'type',
  'key',
  'kind',
  'name',
  'provider',
  'owner',
  'environment',
  'tier',
  'state',
  'expiresAt',
  'source',
  'target',
  'needs',
  'gives',
  'basis',
  'certainty',
  'condition',
  'reason',
] as const;

export const csvHeader = `${COLUMNS.join(',')}\r\n`;

/** RFC 4180. A cell that a spreadsheet would take for a formula is made text. */
export function csvLine(line: ExportLine): string {
  return `${COLUMNS.map((column) => csvCell(line[column])).join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
