/** The report of a plan: from its steps and from the ledger, whose chain is verified on the way. */
import { type ExecutionReport, executionReport } from '../analysis/report/execution-report.ts';
import { type PrintedReport, reportMarkdown } from '../analysis/report/report-markdown.ts';
import { RefusedError } from '../model/errors.ts';
import type { LedgerRecord } from '../model/ledger.ts';
import type { App } from './app.ts';
import { ledgerRecords, verifyLedger } from './audit.ts';

export type Report = ExecutionReport & Pick<PrintedReport, 'ledger'>;

/** Pauses concern every plan that was running then. */
const OF_ALL_PLANS: readonly string[] = ['pause', 'resume'];

/** Throws a RefusedError where there is no such plan. */
export async function askReport({ store, wallClock }: Pick<App, 'store' | 'wallClock'>, planId: string): Promise<Report> {
  const stored = await store.plan(planId);
  if (!stored) throw new RefusedError(`${planId}: no such plan; \`interlock plan <key>\` makes one`);
  const records: LedgerRecord[] = [];
  for await (const record of ledgerRecords(store)) {
    if (record.body['plan'] === planId || (records.length > 0 && OF_ALL_PLANS.includes(record.type))) records.push(record);
  }
  const { holds, head, problem } = await verifyLedger(store);
  return { ...executionReport(stored, records, wallClock().toISOString()), ledger: { holds, head, problem } };
}

/** As Markdown. */
export const printReport = (report: Report): string => reportMarkdown(report);
