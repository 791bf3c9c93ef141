/** Findings of the graph as it is now, for other systems. */
import { analyze } from './analyze.ts';
import type { App } from './app.ts';
import { ledgerRecords } from './audit.ts';
import { driftEvent, findingEvent, remediationEvent } from './export-ocsf.ts';
import { sarifLog } from './export-sarif.ts';
import type { Asking } from './reach.ts';

/** More than any estate has. */
const ALL = 10_000_000;

/** SARIF is one document; OCSF is an event a line, findings first, then what became of each step. */
export async function* findingsText(app: App & Asking, format: 'sarif' | 'ocsf'): AsyncIterable<string> {
  await analyze(app);
  const findings = await app.store.findings({ limit: ALL });
  const { version } = app;
  if (format === 'sarif') {
    yield `${JSON.stringify(sarifLog(findings, version), null, 2)}\n`;
    return;
  }
  const at = Date.parse((await app.store.analysis())?.at ?? app.clock().toISOString());
  for (const finding of findings) yield `${JSON.stringify(findingEvent(finding, at, { version }))}\n`;
  for await (const record of ledgerRecords(app.store)) {
    const event = remediationEvent(record, { version }) ?? driftEvent(record, { version });
    if (event) yield `${JSON.stringify(event)}\n`;
  }
}
