import type { Time } from '../../model/entity.ts';
import type { Finding, Risk, RiskAcceptance } from '../../model/findings.ts';
import type { EntityKind } from '../../model/kinds.ts';
import type { LedgerDraft } from '../../model/ledger.ts';

export interface AnalysisResult {
  readonly generation: number;
  /** The newest change (`ChangeReader.changes`) when the graph was read. */
  readonly head: number;
  readonly at: Time;
  readonly risks: readonly Risk[];
}

export interface StoredAnalysis {
  readonly generation: number;
  /** Null when it is not known any more, as after the import of a backup. */
  readonly head: number | null;
  readonly at: Time;
  readonly subjects: number;
}

/** The analysis of one state of the graph, and the risks that somebody accepted. */
export interface FindingStore {
  /** Replaces the analysis as a whole. */
  saveAnalysis(result: AnalysisResult): Promise<void>;
  analysis(): Promise<StoredAnalysis | undefined>;
  /** Highest score first, then key. */
  risks(filter: { readonly kind?: EntityKind; readonly keys?: readonly string[]; readonly limit: number }): Promise<Risk[]>;
  findings(filter: { readonly nhi?: string; readonly subject?: string; readonly limit: number }): Promise<Finding[]>;
  acceptRisk(acceptance: RiskAcceptance, ledger: LedgerDraft): Promise<void>;
  acceptances(): Promise<RiskAcceptance[]>;
}
