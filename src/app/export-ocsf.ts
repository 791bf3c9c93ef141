/**
 * Findings and what was done, as events of OCSF 1.8.0: Detection Finding (2004), Remediation Activity (7001).
 * https://schema.ocsf.io/1.8.0/classes/detection_finding · https://schema.ocsf.io/1.8.0/classes/remediation_activity
 */
import type { Json } from '../model/entity.ts';
import type { Finding, Severity } from '../model/findings.ts';
import type { LedgerRecord } from '../model/ledger.ts';
import type { Action } from '../model/plan.ts';

export interface OcsfOptions {
  /** Of interlock. */
  readonly version: string;
}

type Event = { readonly [name: string]: Json };

const SEVERITY: Readonly<Record<Severity, number>> = { low: 2, medium: 3, high: 4, critical: 5 };
const INFORMATIONAL = 1;

const product = ({ version }: OcsfOptions): Event => ({ name: 'interlock', vendor_name: 'interlock', version });

/** One class and activity, as every event names them. */
function classed(classUid: number, activity: number): Event {
  return {
    class_uid: classUid,
    category_uid: Math.floor(classUid / 1000),
    activity_id: activity,
    type_uid: classUid * 100 + activity,
  };
}

/** `at`: when the analysis found it, milliseconds. */
export function findingEvent(finding: Finding, at: number, options: OcsfOptions): Event {
  const { id, nhi, detector, subject, severity, summary, evidence, attack, weight } = finding;
  return {
    ...classed(2004, 1),
    time: at,
    severity_id: SEVERITY[severity],
    status_id: 1,
    metadata: { version: '1.8.0', product: product(options), uid: id },
    message: summary,
    finding_info: {
      uid: id,
      title: summary,
      types: [`${nhi}:2025`, detector],
      ...(attack && { attacks: attack.map((uid) => ({ version: '17.1', technique: { uid } })) }),
    },
    resources: [{ uid: subject, name: subject }],
    evidences: evidence.map((text) => ({ data: { text } })),
    confidence_score: Math.round(weight * 100),
  };
}

/** D3FEND tactics: 1 isolate, 2 evict, 3 restore, 4 harden, 99 other. */
const TACTICS: Readonly<Partial<Record<Action, number>>> = {
  block: 1,
  reduce: 1,
  quarantine: 1,
  disable: 1,
  revoke: 2,
  delete: 2,
  detach: 2,
  rotate: 4,
  shorten: 4,
  'step-up': 4,
  issue: 4,
  distribute: 4,
};
const RESTORE = 3;
const OTHER = 99;

/** D3FEND techniques, where an action is exactly one: https://d3fend.mitre.org */
const TECHNIQUES: Readonly<Partial<Record<Action, readonly [tactic: string, uid: string, name: string]>>> = {
  revoke: ['Evict', 'D3-CR', 'Credential Revocation'],
  delete: ['Evict', 'D3-CR', 'Credential Revocation'],
  rotate: ['Harden', 'D3-CRO', 'Credential Rotation'],
};
const D3FEND_VERSION = '1.3.0';

function countermeasures(action: Action): Event {
  const [tactic, uid, name] = TECHNIQUES[action] ?? [];
  if (tactic === undefined || uid === undefined || name === undefined) return {};
  return { countermeasures: [{ version: D3FEND_VERSION, d3f_tactic: { name: tactic }, d3f_technique: { uid, name } }] };
}

/** How a step, or its undoing, may end. */
const STATUS: Readonly<Record<string, number>> = { effective: 1, undone: 1, failed: 2, refused: 2, partial: 4, error: 6 };

/** What a record says of the end of a step. */
function endOf({ type, body }: LedgerRecord): Json | undefined {
  if (type === 'outcome') return body['state'];
  if (type === 'undo') return body['outcome'];
  return type === 'refusal' ? 'refused' : undefined;
}

/** Of what a step came to, or of its undoing; undefined for records that are about no end. */
export function remediationEvent(record: LedgerRecord, options: OcsfOptions): Event | undefined {
  const { id, at, actor, type, body, hash, seq } = record;
  const { plan, step, target, action, residualUntil, evidence } = body;
  const state = endOf(record);
  if (typeof step !== 'string' || typeof action !== 'string' || typeof state !== 'string') return undefined;
  const status = STATUS[state];
  if (status === undefined) return undefined;
  const activity = type === 'undo' ? RESTORE : (TACTICS[action as Action] ?? OTHER);
  return {
    ...classed(7001, activity),
    ...(activity === OTHER && { activity_name: action }),
    time: Date.parse(at),
    severity_id: INFORMATIONAL,
    status_id: status,
    status: state,
    metadata: {
      version: '1.8.0',
      product: product(options),
      uid: id,
      sequence: seq,
      // It is where the actor comes from.
      profiles: ['host'],
      ...(typeof plan === 'string' && { correlation_uid: plan }),
    },
    command_uid: step,
    message: `${type === 'undo' ? 'undo of ' : ''}${action} ${typeof target === 'string' ? target : ''}`.trim(),
    ...(type !== 'undo' && countermeasures(action as Action)),
    actor: { user: { name: actor } },
    ...(typeof target === 'string' && { observables: [{ name: 'target', type_id: OTHER, type: 'Key', value: target }] }),
    unmapped: { ledgerHash: hash, evidence: evidence ?? body['reasons'] ?? [], residualUntil: residualUntil ?? null },
  };
}

const CREATED = 1;
const CLOSED = 3;
const RESOLVED = 4;

/** A control that somebody has removed, or that is in place again; undefined for records about anything else. */
export function driftEvent(record: LedgerRecord, options: OcsfOptions): Event | undefined {
  const { id, at, type, body, hash, seq } = record;
  const { plan, step, target, action, evidence, ended } = body;
  if (type !== 'drift' || typeof plan !== 'string' || typeof step !== 'string' || typeof target !== 'string') return undefined;
  const isOver = ended !== undefined;
  const title = `${typeof action === 'string' ? action : 'a control'} of ${target} ${isOver ? 'is in place again' : 'was removed by somebody'}`;
  return {
    ...classed(2004, isOver ? CLOSED : CREATED),
    time: Date.parse(at),
    severity_id: SEVERITY.high,
    status_id: isOver ? RESOLVED : 1,
    metadata: { version: '1.8.0', product: product(options), uid: id, sequence: seq, correlation_uid: plan },
    message: title,
    finding_info: { uid: `drift/${plan}/${step}`, title, types: ['drift'] },
    resources: [{ uid: target, name: target }],
    evidences: (Array.isArray(evidence) ? evidence : []).map((text) => ({ data: { text } })),
    unmapped: { ledgerHash: hash },
  };
}
