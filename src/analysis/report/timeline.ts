import { counted } from '../../model/counted.ts';
import type { Json, Time } from '../../model/entity.ts';
import type { LedgerRecord, LedgerType } from '../../model/ledger.ts';

/** One ledger record in words. */
export interface TimelineEntry {
  /** Its place in the ledger. */
  readonly seq: number;
  readonly at: Time;
  readonly actor: string;
  readonly type: LedgerType;
  readonly step: string | null;
  readonly target: string | null;
  readonly what: string;
}

export const timelineEntry = ({ seq, at, actor, type, body }: LedgerRecord): TimelineEntry => ({
  seq,
  at,
  actor,
  type,
  step: textOf(body['step']) ?? null,
  target: textOf(body['target']) ?? null,
  what: (WORDS[type] ?? otherwise)(body, type),
});

type Body = LedgerRecord['body'];
type InWords = (body: Body, type: LedgerType) => string;

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const linesOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
const said = (body: Body): string => {
  const lines = [...linesOf(body['evidence']), ...linesOf(body['reasons'])];
  return lines.length === 0 ? '' : `: ${lines.join('; ')}`;
};
const otherwise: InWords = (body, type) => `${type.replaceAll('-', ' ')}${said(body)}`;

function approvalsText(needed: number, by: readonly string[]): string {
  if (needed === 0) return 'it needs no approval';
  return `it needs ${counted(needed, 'approval')}, and has ${by.length === 1 ? 'that' : 'those'} of ${by.join(', ')}`;
}

const WORDS: Readonly<Partial<Record<LedgerType, InWords>>> = {
  plan: ({ mode, targets }) => `asked for a plan to ${textOf(mode) ?? 'contain'} ${linesOf(targets).join(', ')}`,
  approval: ({ expiresAt }) => `approved it, until ${textOf(expiresAt) ?? 'it changes'}`,
  withdrawal: () => 'took the approval back',
  decision: ({ wave, approvedBy, approvalsNeeded }) =>
    `began it, up to wave ${Number(wave)}: ${approvalsText(Number(approvalsNeeded), linesOf(approvedBy))}`,
  intent: ({ command, why }) => `was about to: ${textOf(command) || textOf(why) || 'act'}`,
  call: (body) =>
    body['outcome'] === 'error' ? `the call failed: ${textOf(body['error']) ?? 'no reason was given'}` : `called${said(body)}`,
  probe: (body) => `looked: ${textOf(body['state']) ?? 'unknown'}${said(body)}`,
  outcome: (body) => `became ${textOf(body['state']) ?? 'unknown'}${said(body)}`,
  hold: ({ control, preexisting }) => `held ${textOf(control) ?? 'it'}${preexisting === true ? ', which was so before us' : ''}`,
  extend: ({ expires }) => `let its hold stay until ${textOf(expires) ?? 'it is lifted'}`,
  due: ({ why }) => `found its hold due${textOf(why) ? `: ${textOf(why)}` : ''}`,
  drift: (body) => `found it ${body['ended'] === undefined ? 'gone' : 'in place again'}${said(body)}`,
  release: (body) => `released its hold${textOf(body['why']) ? `: ${textOf(body['why'])}` : ''}`,
  undo: (body) => `undo ${textOf(body['outcome']) ?? ''}${said(body)}`.trimEnd(),
  confirm: ({ undo }) => (undo === true ? 'said that it was undone by hand' : 'said that it was done by hand'),
  refusal: (body) => `was refused${said(body)}`,
};
