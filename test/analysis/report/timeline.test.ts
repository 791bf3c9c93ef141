import { expect, it } from 'vitest';
import { timelineEntry } from '../../../src/analysis/report/timeline.ts';
import type { Json } from '../../../src/model/entity.ts';
import type { LedgerType } from '../../../src/model/ledger.ts';

const what = (type: LedgerType, body: { readonly [key: string]: Json }): string =>
  timelineEntry({ id: 'r', at: '2026-03-01T00:00:00.000Z', actor: 'ada', seq: 1, previous: '', hash: '', type, body }).what;

it('says on whose word a wave began, who took a word back, and what became of a hold', () => {
  expect(what('decision', { decision: 'may run', wave: 1, approvedBy: [], approvalsNeeded: 0 })).toBe(
    'began it, up to wave 1: it needs no approval',
  );
  expect(what('decision', { decision: 'may run', wave: 3, approvedBy: ['ben', 'cleo'], approvalsNeeded: 2 })).toBe(
    'began it, up to wave 3: it needs 2 approvals, and has those of ben, cleo',
  );
  expect(what('decision', { decision: 'may run', wave: 2, approvedBy: ['ben'], approvalsNeeded: 1 })).toBe(
    'began it, up to wave 2: it needs 1 approval, and has that of ben',
  );
  expect(what('withdrawal', { plan: 'p' })).toBe('took the approval back');
  expect(what('extend', { hold: 'h', expires: '2026-03-02T00:00:00.000Z' })).toBe(
    'let its hold stay until 2026-03-02T00:00:00.000Z',
  );
  expect(what('due', { hold: 'h', why: 'lifting it re-arms whoever holds what was minted' })).toBe(
    'found its hold due: lifting it re-arms whoever holds what was minted',
  );
  expect(what('drift', { since: '2026-03-02T00:00:00.000Z', evidence: ['the key is active'] })).toBe(
    'found it gone: the key is active',
  );
  expect(what('drift', { ended: '2026-03-02T00:00:00.000Z', evidence: ['the key is inactive'] })).toBe(
    'found it in place again: the key is inactive',
  );
});
