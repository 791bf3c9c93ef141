import { expect, it } from 'vitest';
import type { Finding, Risk } from '../../../src/model/findings.ts';
import type { Store } from '../../../src/ports/store.ts';
import * as say from './samples.ts';

const finding = (subject: string, nhi: Finding['nhi'] = 'NHI2'): Finding => ({
  id: `${nhi}/leaked/${subject}`,
  nhi,
  detector: 'leaked',
  subject,
  severity: 'high',
  weight: 0.5,
  summary: 'It leaked',
  evidence: ['leaks: file.txt line 1'],
  blindSpots: [],
  group: 'leak',
});

const risk = (key: string, score: number, more: Partial<Risk> = {}): Risk => ({
  key,
  kind: 'Role',
  name: key,
  score,
  range: [score / 2, score * 2],
  factors: [{ name: 'reach', value: 0.25, inputs: '1 of 4', without: 0 }],
  findings: [finding(key)],
  ...more,
});

const risks = [
  risk('b', 5),
  risk('a', 5),
  risk('c', 9.5, { kind: 'User', owner: 'owner:x', tier: 0, findings: [finding('c'), finding('c', 'NHI7')] }),
];

export function analysisContract(open: () => Promise<Store>): void {
  it('has no analysis until one is saved', async () => {
    await using store = await open();
    expect(await store.analysis()).toBeUndefined();
    expect(await store.risks({ limit: 5 })).toEqual([]);
    expect(await store.findings({ limit: 5 })).toEqual([]);
  });

  it('gives risks back as they were, the highest score first, then by key', async () => {
    await using store = await open();
    await store.saveAnalysis({ generation: 3, head: 20, at: say.at(1), risks });
    expect(await store.analysis()).toEqual({ generation: 3, head: 20, at: say.at(1), subjects: 3 });
    expect(await store.risks({ limit: 5 })).toEqual([risks[2], risks[1], risks[0]]);
    expect((await store.risks({ limit: 1 })).map((r) => r.key)).toEqual(['c']);
    expect((await store.risks({ kind: 'Role', limit: 5 })).map((r) => r.key)).toEqual(['a', 'b']);
    expect((await store.risks({ keys: ['b', 'none'], limit: 5 })).map((r) => r.key)).toEqual(['b']);
    expect(await store.risks({ keys: [], limit: 5 })).toEqual([]);
  });

  it('finds findings by id of the list and by subject', async () => {
    await using store = await open();
    await store.saveAnalysis({ generation: 3, head: 20, at: say.at(1), risks });
    expect(await store.findings({ limit: 10 })).toHaveLength(4);
    expect(await store.findings({ nhi: 'NHI7', limit: 10 })).toEqual([finding('c', 'NHI7')]);
    expect((await store.findings({ subject: 'c', limit: 10 })).map((f) => f.nhi).sort()).toEqual(['NHI2', 'NHI7']);
    expect(await store.findings({ limit: 2 })).toHaveLength(2);
  });

  it('replaces the analysis as a whole', async () => {
    await using store = await open();
    await store.saveAnalysis({ generation: 3, head: 20, at: say.at(1), risks });
    await store.saveAnalysis({ generation: 4, head: 21, at: say.at(2), risks: [risk('d', 1)] });
    expect((await store.risks({ limit: 5 })).map((r) => r.key)).toEqual(['d']);
    expect((await store.findings({ limit: 5 })).map((f) => f.subject)).toEqual(['d']);
    expect(await store.analysis()).toMatchObject({ generation: 4, head: 21, subjects: 1 });
    await store.saveAnalysis({ generation: 5, head: 21, at: say.at(2), risks: [] });
    expect(await store.analysis()).toMatchObject({ generation: 5, subjects: 0 });
  });

  it('keeps the acceptance of a finding with its ledger record, the last one per finding', async () => {
    await using store = await open();
    const acceptance = { finding: finding('a').id, until: say.at(60), reason: 'known', by: 'local:a', at: say.at(0) };
    await store.acceptRisk(acceptance, say.draft('l1', 'risk-accepted'));
    await store.acceptRisk(acceptance, say.draft('l1', 'risk-accepted'));
    expect(await store.acceptances()).toEqual([acceptance]);
    await store.acceptRisk({ ...acceptance, until: say.at(90) }, say.draft('l2', 'risk-accepted'));
    expect((await store.acceptances()).map((a) => a.until)).toEqual([say.at(90)]);
    expect((await store.ledger(0, 10)).map((r) => r.id)).toEqual(['l1', 'l2']);
  });
}
