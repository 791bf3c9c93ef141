import type { Finding, Risk, RiskAcceptance } from '../../model/findings.ts';
import type { FindingStore } from '../../ports/store.ts';
import { type Client, inBatches, type Run } from './client.ts';
import { appendTo, locked } from './head.ts';
import * as findings from './queries/findings.ts';

export const createFindingStore = (client: Client): FindingStore => ({
  saveAnalysis: ({ generation, head: newest, at, risks }) =>
    locked(client, async (run) => {
      await run(findings.deleteAll, {});
      await saveRisks(run, risks);
      await run(findings.setAnalysis, { generation, head: newest, at, subjects: risks.length });
    }),

  analysis: () => client.read(async (run) => (await run(findings.analysis, {}))[0]),

  risks: ({ kind = null, keys = null, limit }) =>
    client.read(async (run) => bodies<Risk>(await run(findings.risks, { kind, keys, limit }))),

  findings: ({ nhi = null, subject = null, limit }) =>
    client.read(async (run) => bodies<Finding>(await run(findings.findings, { nhi, subject, limit }))),

  acceptRisk: (acceptance, draft) =>
    locked(client, async (run, head) => {
      await run(findings.accept, { finding: acceptance.finding, body: JSON.stringify(acceptance) });
      await appendTo(run, head, draft);
    }),

  acceptances: () => client.read(async (run) => bodies<RiskAcceptance>(await run(findings.acceptances, {}))),
});

export const bodies = <T>(rows: readonly { body: string }[]): T[] => rows.map(({ body }) => JSON.parse(body) as T);

export async function saveRisks(run: Run, risks: readonly Risk[]): Promise<void> {
  const rows = risks.map((risk) => ({ key: risk.key, kind: risk.kind, score: risk.score, body: JSON.stringify(risk) }));
  await inBatches(rows, (portion) => run(findings.saveRisks, { rows: portion }));
  const found = risks.flatMap((risk) => risk.findings);
  const findingRows = found.map((finding) => {
    const { id, nhi, subject } = finding;
    return { id, nhi, subject, body: JSON.stringify(finding) };
  });
  await inBatches(findingRows, (portion) => run(findings.saveFindings, { rows: portion }));
}
