import type { Finding, Risk, RiskAcceptance } from '../../model/findings.ts';
import type { AnalysisResult, FindingStore, StoredAnalysis } from '../../ports/store.ts';
import type { Access } from './access.ts';
import { type Connection, marks, type SqlValue } from './connection.ts';
import { append, ledgerRecord } from './ledger.ts';
import { metaText, setMeta } from './meta.ts';

function writeAnalysis(db: Connection, { generation, head, at, risks }: AnalysisResult): void {
  for (const table of ['risk', 'finding', 'analysis']) db.exec(`DELETE FROM ${table}`);
  db.run('INSERT INTO analysis VALUES (1, ?, ?)', [generation, at]);
  setMeta(db, 'analysis-head', head);
  writeRisks(db, risks);
}

export function writeRisks(db: Connection, risks: readonly Risk[]): void {
  db.insert(
    'risk',
    4,
    risks.flatMap((risk) => [risk.key, risk.kind, risk.score, JSON.stringify(risk)]),
  );
  const findings = risks.flatMap((risk) => risk.findings);
  db.insert(
    'finding',
    4,
    findings.flatMap((finding) => [finding.id, finding.nhi, finding.subject, JSON.stringify(finding)]),
    'ON CONFLICT DO NOTHING',
  );
}

function analysis(db: Connection): StoredAnalysis | undefined {
  const row = db.get<[number, string, number]>('SELECT generation, at, (SELECT count(*) FROM risk) FROM analysis');
  const head = metaText(db, 'analysis-head');
  return row && { generation: row[0], head: head === undefined ? null : Number(head), at: row[1], subjects: row[2] };
}

function bodies<T>(db: Connection, sql: string, values: readonly SqlValue[]): T[] {
  return db.all<[string]>(sql, values).map(([body]) => JSON.parse(body) as T);
}

const where = (conditions: readonly string[]): string => (conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`);

function risks(db: Connection, { kind, keys, limit }: Parameters<FindingStore['risks']>[0]): Risk[] {
  const conditions = where([...(kind === undefined ? [] : ['kind = ?']), ...(keys ? [`key IN ${marks(keys.length)}`] : [])]);
  const values = [...(kind === undefined ? [] : [kind]), ...(keys ?? []), limit];
  return bodies(db, `SELECT body FROM risk ${conditions} ORDER BY score DESC, key LIMIT ?`, values);
}

function findings(db: Connection, { nhi, subject, limit }: Parameters<FindingStore['findings']>[0]): Finding[] {
  const conditions = where([...(nhi === undefined ? [] : ['nhi = ?']), ...(subject === undefined ? [] : ['subject = ?'])]);
  const values = [nhi, subject].filter((value) => value !== undefined);
  return bodies(db, `SELECT body FROM finding ${conditions} ORDER BY id LIMIT ?`, [...values, limit]);
}

export function writeAcceptance(db: Connection, acceptance: RiskAcceptance): void {
  db.run('INSERT OR REPLACE INTO acceptance VALUES (?, ?)', [acceptance.finding, JSON.stringify(acceptance)]);
}

export const readAcceptances = (db: Connection): RiskAcceptance[] =>
  bodies(db, 'SELECT body FROM acceptance ORDER BY finding', []);

export const createFindingStore = (access: Access): FindingStore => ({
  saveAnalysis: (result) => access.write((db) => writeAnalysis(db, result)),
  analysis: () => access.read(analysis),
  risks: (filter) => access.read((db) => risks(db, filter)),
  findings: (filter) => access.read((db) => findings(db, filter)),
  acceptRisk: (acceptance, draft) =>
    access.write((db) => {
      if (ledgerRecord(db, draft.id)) return;
      writeAcceptance(db, acceptance);
      append(db, draft);
    }),
  acceptances: () => access.read(readAcceptances),
});
