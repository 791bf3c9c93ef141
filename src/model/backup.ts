/**
 * The records of `export --all`, in the order in which they are written and read: the same from every store, so that a backup of one
 * is a way into another. The change feed, leases and running collections are not part of it: an import is one `rebuild`.
 */
import type { SourceRecord } from './collection.ts';
import type { EntityClaim, Json, RelationshipClaim, StoredDocument, Time } from './entity.ts';
import { RefusedError } from './errors.ts';
import type { Risk, RiskAcceptance } from './findings.ts';
import type { JobRecord } from './jobs.ts';
import { ENTITY_KINDS, RELATIONSHIP_KINDS, type RelationshipKind } from './kinds.ts';
import type { LedgerRecord } from './ledger.ts';
import type { Hold, StoredPlan } from './plan.ts';

export const BACKUP_FORMAT = 1;

/** The type of a file's last line, which counts the others: without it the file breaks off. No record: stores never see it. */
export const BACKUP_END = 'end';

export interface BackupData {
  /** First of all. */
  readonly backup: { readonly format: number };
  readonly state: { readonly generation: number; readonly paused: boolean; readonly fingerprintCheck: string | null };
  /** By name. */
  readonly source: SourceRecord;
  /** By key, with its claims by (origin, scope, stub). `from`: the generation since which it is as it is. */
  readonly entity: { readonly key: string; readonly from: number; readonly claims: readonly EntityClaim[] };
  /** By (source, kind, target), with its claims by (origin, scope). */
  readonly relationship: {
    readonly source: string;
    readonly kind: RelationshipKind;
    readonly target: string;
    readonly from: number;
    readonly claims: readonly RelationshipClaim[];
  };
  /** By (origin, scope, subject, type, name). */
  readonly document: StoredDocument;
  /** Closed versions by (id, from). */
  readonly version: { readonly id: string; readonly from: number; readonly to: number; readonly body: Json };
  readonly analysis: { readonly generation: number; readonly at: Time };
  /** By key. */
  readonly risk: Risk;
  /** By finding. */
  readonly acceptance: RiskAcceptance;
  /** By id. */
  readonly plan: StoredPlan;
  /** By id. */
  readonly hold: Hold;
  /** By seq, verbatim: the chain goes on. */
  readonly ledger: LedgerRecord;
  /** By id. Holds the hash of a token, never the token. */
  readonly token: { readonly [key: string]: Json };
  /** By id. */
  readonly job: JobRecord;
}

export type BackupType = keyof BackupData;

export const BACKUP_TYPES = [
  'backup',
  'state',
  'source',
  'entity',
  'relationship',
  'document',
  'version',
  'analysis',
  'risk',
  'acceptance',
  'plan',
  'hold',
  'ledger',
  'token',
  'job',
] as const satisfies readonly BackupType[];

export type TypedBackupRecord = { readonly [T in BackupType]: { readonly type: T; readonly data: BackupData[T] } }[BackupType];

export const backupRecord = <T extends BackupType>(type: T, data: BackupData[T]): { type: T; data: Json } => ({
  type,
  data: data as unknown as Json,
});

/** Checks type, place and format; throws a RefusedError that names the record by its number (from 1). */
export function readBackupRecord(record: { readonly type: string; readonly data: Json }, number: number): TypedBackupRecord {
  const typed = record as unknown as TypedBackupRecord;
  if (!(BACKUP_TYPES as readonly string[]).includes(record.type)) {
    throw new RefusedError(`backup: record ${number}: unknown type \`${record.type}\`; read it with the interlock that wrote it`);
  }
  if ((number === 1) !== (typed.type === 'backup')) {
    throw new RefusedError(
      `backup: record ${number}: a backup begins with one record \`backup\`; give the whole file of \`export --all\``,
    );
  }
  if (typed.type === 'backup' && typed.data.format !== BACKUP_FORMAT) {
    throw new RefusedError(
      `backup: format ${typed.data.format} is not ${BACKUP_FORMAT}; read it with the interlock that wrote it`,
    );
  }
  refuseUnknownKind(typed, number);
  return typed;
}

const isOneOf = (kinds: readonly string[], kind: string): boolean => kinds.includes(kind);

/** What the model does not know would spread nothing and be found by nobody: better no import than half a graph. */
function refuseUnknownKind({ type, data }: TypedBackupRecord, number: number): void {
  const kinds = type === 'entity' ? data.claims.map(({ fact }) => fact.kind) : type === 'relationship' ? [data.kind] : [];
  const unknown = kinds.find((kind) => !isOneOf(type === 'entity' ? ENTITY_KINDS : RELATIONSHIP_KINDS, kind));
  if (unknown !== undefined) {
    throw new RefusedError(`backup: record ${number}: unknown kind \`${unknown}\`; read it with the interlock that wrote it`);
  }
}
