import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { driftEvent, findingEvent, remediationEvent } from '../../src/app/export-ocsf.ts';
import { sarifLog } from '../../src/app/export-sarif.ts';
import type { Finding } from '../../src/model/findings.ts';
import { chainRecord, GENESIS, type LedgerDraft } from '../../src/model/ledger.ts';
import { ocsfSchema } from './ocsf-schema.ts';

const finding: Finding = {
  id: 'NHI2/leaked/leak:fp:x',
  nhi: 'NHI2',
  detector: 'leaked',
  subject: 'leak:fp:x',
  severity: 'high',
  weight: 0.85,
  summary: 'leaked in 1 place: verified',
  evidence: ['leak:fp:x LEAKED_IN file:reports/my app/a.py#L12, verified', 'leak:fp:x LEAKED_IN github:acme/shop'],
  blindSpots: ['a scanner sees only what it was pointed at'],
  group: 'exposure of the value',
  attack: ['T1552'],
};

describe('findings as SARIF', () => {
  const log = sarifLog(
    [finding, { ...finding, id: 'NHI7/long-lived/k', nhi: 'NHI7', detector: 'long-lived', evidence: ['old'] }],
    '1.2.3',
  );
  const [run] = log.runs;

  it('name their rule, their subject and the file where a leak lies', () => {
    expect(run?.results?.[0]).toMatchObject({
      ruleId: 'NHI2/leaked',
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'my%20app/a.py' }, region: { startLine: 12 } },
          logicalLocations: [{ fullyQualifiedName: 'leak:fp:x' }],
        },
      ],
      partialFingerprints: { 'findingId/v1': finding.id },
    });
    const index = run?.results?.[0]?.ruleIndex as number;
    expect(run?.tool.driver.rules?.[index]?.id).toBe('NHI2/leaked');
  });

  it('stand at their subject alone where no file is known', () => {
    expect(run?.results?.[1]?.locations).toEqual([{ logicalLocations: [{ fullyQualifiedName: 'leak:fp:x', kind: 'resource' }] }]);
  });
});

describe('events of OCSF', () => {
  const base = ['activity_id', 'category_uid', 'class_uid', 'type_uid', 'severity_id', 'time', 'metadata'];

  it('say a finding as a detection finding', () => {
    const event = findingEvent(finding, 1_770_000_000_000, { version: '1.2.3' });
    for (const field of base) expect(event).toHaveProperty(field);
    expect(event).toMatchObject({
      class_uid: 2004,
      category_uid: 2,
      type_uid: 200401,
      severity_id: 4,
      time: 1_770_000_000_000,
      metadata: { version: '1.8.0', product: { name: 'interlock', version: '1.2.3' } },
      finding_info: { uid: finding.id, types: ['NHI2:2025', 'leaked'] },
    });
  });

  const draft = (type: LedgerDraft['type'], body: LedgerDraft['body']) =>
    chainRecord({ id: 'r1', at: '2026-03-14T10:00:00.000Z', actor: 'local:ann', type, body }, 1, GENESIS);
  const step = { plan: 'p1', step: 's1', target: 'aws:key', action: 'quarantine' };

  it.each([
    ['outcome', { ...step, state: 'effective' }, 700101, 1],
    ['outcome', { ...step, action: 'revoke', state: 'partial' }, 700102, 4],
    ['outcome', { ...step, action: 'rotate', state: 'failed' }, 700104, 2],
    ['undo', { ...step, outcome: 'undone' }, 700103, 1],
    ['undo', { ...step, outcome: 'error' }, 700103, 6],
    ['refusal', { ...step, reasons: ['permission denied'] }, 700101, 2],
  ] as const)('say how a step ended: %s %j', (type, body, typeUid, status) => {
    const event = remediationEvent(draft(type, body), { version: '1.2.3' });
    for (const field of base) expect(event).toHaveProperty(field);
    expect(event).toMatchObject({
      class_uid: 7001,
      type_uid: typeUid,
      status_id: status,
      command_uid: 's1',
      time: Date.parse('2026-03-14T10:00:00.000Z'),
      metadata: { correlation_uid: 'p1', sequence: 1 },
    });
  });

  it('say drift as a detection finding that is opened and closed', () => {
    const opened = driftEvent(draft('drift', { ...step, since: 'x', evidence: ['the key is active'] }), { version: '1.2.3' });
    const closed = driftEvent(draft('drift', { ...step, ended: 'y', evidence: [] }), { version: '1.2.3' });
    expect(opened).toMatchObject({ type_uid: 200401, status_id: 1, finding_info: { uid: 'drift/p1/s1' } });
    expect(closed).toMatchObject({ type_uid: 200403, status_id: 4, finding_info: { uid: 'drift/p1/s1' } });
    expect(driftEvent(draft('outcome', step), { version: '1.2.3' })).toBeUndefined();
  });

  it('have the fields that their classes require, and none that those do not know', () => {
    const version = { version: '1.2.3' };
    const events = [
      findingEvent(finding, 1, version),
      driftEvent(draft('drift', { ...step, evidence: ['x'] }), version),
      remediationEvent(draft('outcome', { ...step, action: 'rotate', state: 'partial', residualUntil: 'z' }), version),
      remediationEvent(draft('undo', { ...step, outcome: 'undone' }), version),
      remediationEvent(draft('refusal', { ...step, action: 'notify', reasons: ['x'] }), version),
    ];
    const ajv = new Ajv({ allErrors: true });
    for (const event of events) {
      expect(ajv.validate(ocsfSchema, event), ajv.errorsText()).toBe(true);
    }
    const { command_uid: _, ...without } = events[2] as Record<string, unknown>;
    expect(ajv.validate(ocsfSchema, without)).toBe(false);
    expect(ajv.validate(ocsfSchema, { ...events[2], surprise: 1 })).toBe(false);
  });

  it.each([
    ['approval', { plan: 'p1' }],
    ['undo', { ...step, outcome: 'intent' }],
    ['probe', { ...step, state: 'propagating' }],
  ] as const)('are not made of what is no end: %s', (type, body) => {
    expect(remediationEvent(draft(type, body), { version: '1.2.3' })).toBeUndefined();
  });
});
